// What finished runs of external trainers took, so that further runs can be priced before they are trained. The time of a
// run is that of the nearest size, scaled by FLOPs; larger models use a machine better, so it is rather too long for them.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

/// The seconds of the finished runs of a store, by trainer.
struct MeasuredSeconds {
    /// What makes runs of one trainer, whatever its files and settings are.
    private struct Trainer: Hashable {
        var command: [String]
        var version: String

        /// Nil for a trainer that is not external.
        init?(_ spec: RunSpec) {
            guard case .command(let trainer) = spec.trainer else { return nil }
            command = trainer.command
            version = trainer.version
        }
    }

    private struct Sample {
        var run: RunID
        var flops: Double
        var seconds: Double
    }

    private var samples: [Trainer: [Sample]] = [:]

    /// Nothing was measured.
    init() {}

    /// Reads what the store at `root` has of the trainers of some runs; runs that cannot be read are skipped.
    init(of runs: [ComparisonPlan.Run], in root: String) {
        let trainers = Set(runs.compactMap { Trainer($0.spec) })
        guard !trainers.isEmpty, let store = try? RunStore.existing(root: root) else { return }
        for id in (try? store.list()) ?? [] {
            guard let spec = (try? RunJob.open(store.folder(of: id)))?.spec, let trainer = Trainer(spec),
                trainers.contains(trainer), let record = try? store.record(id), record.end?.status == .completed,
                let seconds = record.ownSeconds, seconds > 0
            else { continue }
            samples[trainer, default: []].append(
                Sample(run: id, flops: spec.flops * record.ownShare(of: spec), seconds: seconds))
        }
    }

    /// The cost of a run by the median of the runs of the nearest size; unknown where its trainer has finished none.
    func cost(of spec: RunSpec) -> RunCost {
        let unknown = RunCost(seconds: nil, memoryBytes: nil)
        guard let trainer = Trainer(spec), let all = samples[trainer] else { return unknown }
        let distance = { (sample: Sample) in abs(log(sample.flops / spec.flops)) }
        guard let least = all.map(distance).min() else { return unknown }
        let nearest = all.filter { distance($0) <= least + 1e-9 }
        let rates = nearest.map { $0.seconds / $0.flops }.sorted()
        let median = (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2
        return RunCost(seconds: median * spec.flops, memoryBytes: nil, measuredOn: Set(nearest.map(\.run)))
    }
}
