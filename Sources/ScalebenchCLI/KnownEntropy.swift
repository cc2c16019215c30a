// The entropy of a data set as the floor of a comparison's losses.

import ScalebenchCore
import TokenData

extension DatasetLocator {
    /// Nats per token that no loss on `dataset` can fall below, where they are known and the data are on disk, as they
    /// are once anything was trained on them here. Planted runs read no data: nil with one of them among `records`.
    func knownEntropy(_ dataset: String, contentHash: String, behind records: [RunID: RunRecord]) -> Double? {
        let isPlanted = records.values.contains {
            $0.start?.trainerVersion.hasPrefix(TrainerConfig.Name.planted.rawValue) ?? false
        }
        guard !isPlanted, let found = try? describe(dataset), found.isReady, found.contentHash == contentHash else {
            return nil
        }
        return (try? prepare(dataset))?.entropyNatsPerToken
    }
}
