// What `scalebench baselines list --json` and `check --json` write.

import Benchmarking
import Comparison
import RunStore
import ScalebenchCore

/// The baselines that are found.
struct BaselineListJSON: Encodable {
    var schemaVersion = 1
    var baselines: [Row]

    struct Row: Encodable {
        var suite: String
        var suiteVersion: Int
        var candidate: String
        var folder: String
        var runs: Int
        var bytes: Int
        /// When the last run was started: UTC, ISO 8601.
        var date: String
        /// What its runs say of the machine: one entry where all agree.
        var machines: [[String: String]]
    }

    init(_ entries: [BaselineStore.Entry]) {
        baselines = entries.map { entry in
            let baseline = entry.baseline
            return Row(
                suite: baseline.record.suite.name, suiteVersion: baseline.record.suite.version,
                candidate: baseline.name, folder: entry.folder, runs: baseline.runs.count, bytes: entry.size,
                date: baseline.date, machines: baseline.machines)
        }
    }
}

/// The outcomes of checks.
struct BaselineCheckJSON: Encodable {
    var schemaVersion = 1
    var baselines: [Row]

    struct Row: Encodable {
        var suite: String
        var candidate: String
        /// `identical`, `withinNoise`, `different`, `outdated` or `notChecked`.
        var outcome: String
        /// Why it is outdated or was not checked; null otherwise.
        @OrNull var reason: String?
        /// The runs that were trained again.
        var runs: Int
        /// The new losses minus the recorded ones in nats per token, on average; null where no run has both.
        @OrNull var meanDifference: Double?
        /// The largest of these differences, without its sign.
        @OrNull var largestDifference: Double?
        /// The seed noise of one run.
        @OrNull var noise: Double?
        /// What may change a number and is not the same here.
        var differences: [Difference]
    }

    struct Difference: Encodable {
        var name: String
        var recorded: String
        var here: String
    }

    init(_ results: [BaselineCheckResult]) { baselines = results.map { Row($0) } }
}

extension BaselineCheckJSON.Row {
    fileprivate init(_ result: BaselineCheckResult) {
        suite = result.suite
        candidate = result.candidate
        differences = result.differences.map { .init(name: $0.name, recorded: $0.recorded, here: $0.here) }
        runs = 0
        switch result.state {
        case .checked(let agreement):
            outcome = agreement.outcome.rawValue
            runs = agreement.runs
            meanDifference = agreement.meanDifference
            largestDifference = agreement.largestDifference
            noise = agreement.noise
        case .outdated(let why): (outcome, reason) = ("outdated", why)
        case .notChecked(let why): (outcome, reason) = ("notChecked", why)
        }
    }
}
