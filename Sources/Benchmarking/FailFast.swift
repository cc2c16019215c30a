// Stops a candidate whose trainer fails in the same way again and again: a misspelled name in a trainer fails every run
// of its candidate, and each of them costs the start of a program.

import Comparison
import Foundation
import ScalebenchCore
import Synchronization

/// The runs of one comparison that ended since it began, as far as they say that the others of a candidate will fail too.
final class FailFast: Sendable {
    private struct Ended {
        var hasSucceeded = false
        /// The runs that failed, by what went wrong.
        var failed: [String: Set<RunID>] = [:]
        var alike: Int { failed.values.map(\.count).max() ?? 0 }
    }

    /// After so many runs that failed alike, and none that succeeded, a candidate is trained no further.
    private static let mostAlike = 2
    private let ended = Mutex<[Int: Ended]>([:])

    /// Takes in how a run ended; nil where it did not fail. Only external trainers are judged: what makes the built-in one
    /// fail is the machine, for which no candidate is to blame.
    func note(_ run: ComparisonPlan.Run, failure: String?) {
        guard case .command = run.spec.trainer else { return }
        ended.withLock { ended in
            for candidate in run.candidates {
                if let failure {
                    let key = Self.key(failure, of: run.id)
                    ended[candidate, default: Ended()].failed[key, default: []].insert(run.id)
                } else {
                    ended[candidate, default: Ended()].hasSucceeded = true
                }
            }
        }
    }

    /// Whether a run is not to be started, because all candidates that it belongs to are stopped.
    func hasStopped(_ run: ComparisonPlan.Run) -> Bool {
        ended.withLock { ended in
            run.candidates.allSatisfy { candidate in
                guard let runs = ended[candidate], !runs.hasSucceeded else { return false }
                return runs.alike >= Self.mostAlike
            }
        }
    }

    /// The number of runs of a candidate that failed alike.
    func failedAlike(_ candidate: Int) -> Int { ended.withLock { $0[candidate]?.alike ?? 0 } }

    /// What went wrong, without what differs between two runs: what failed, and the last line that the trainer printed.
    /// Numbers (steps, addresses, bytes) and the name of the run do not count.
    private static func key(_ reason: String, of run: RunID) -> String {
        let lines = reason.split(separator: "\n")
        let first = lines.first ?? ""
        let message = first.firstRange(of: ": ").map { first[$0.upperBound...] } ?? first
        let printed = lines.last { $0.hasPrefix("  | ") } ?? ""
        return "\(message)\n\(printed)".replacing(run.rawValue, with: "run").replacing(/[0-9]+/, with: "#")
    }
}
