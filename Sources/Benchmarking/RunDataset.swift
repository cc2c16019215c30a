// The data set of a comparison, made ready when the first run needs it.

import Foundation
import ScalebenchCore
import TokenData

/// Makes a data set ready when it is first needed, and its plain tokens when an external trainer first needs them.
final class RunDataset {
    private let name: String
    private let locator: DatasetLocator
    private let stop: StopRequest
    private let progress: (any ComparisonProgress)?
    private var prepared: TokenDataset?
    private var tokens: RunJob.TokenFiles?

    init(named name: String, locator: DatasetLocator, stop: StopRequest, progress: (any ComparisonProgress)?) {
        self.name = name
        self.locator = locator
        self.stop = stop
        self.progress = progress
    }

    /// The description of the data in a run's job; nil for a trainer that reads none.
    /// - Throws: `ComparisonInterrupted` when a stop is requested while the data set is made.
    func source(for trainer: TrainerConfig) throws -> RunJob.Dataset? {
        if case .synthetic = trainer { return nil }
        let dataset = try prepared ?? prepare()
        prepared = dataset
        var source = RunJob.Dataset(name: dataset.name, folder: URL(fileURLWithPath: dataset.folder).path)
        if case .command = trainer {
            source.tokens = try tokens ?? locator.plainTokens(of: dataset)
            tokens = source.tokens
        }
        return source
    }

    private func prepare() throws -> TokenDataset {
        defer { progress?.note(.datasetIsReady(name: name)) }
        return try locator.prepare(name) { fraction in
            if stop.isRequested { throw ComparisonInterrupted(finished: nil) }
            progress?.note(.preparingDataset(name: name, fraction: fraction))
        }
    }
}
