// Stops a candidate whose trainer fails in the same way again and again: a misspelled name in a trainer fails every run
// of its candidate, and each of them costs the start of a program.
//
// Runs are started from the largest to the smallest. What fails at a large size, such as memory that is too small, may
// well succeed at a smaller one, so smaller runs are only given up where size is not the reason.

import Comparison
import Foundation
import ScalebenchCore
import Synchronization

/// The runs of one comparison that ended since it began, as far as they say that the others of a candidate will fail too.
final class FailFast: Sendable {
    /// The runs of a candidate that failed with one error.
    private struct Failures {
        /// Training FLOPs by run.
        var sizes: [RunID: Double] = [:]
        /// Whether all of them failed before their first step event.
        var areAtStart = true
        /// Whether the error is a lack of memory.
        var areOfMemory = false

        var smallest: Double { sizes.values.min() ?? .infinity }
        /// Whether smaller runs will fail too.
        var concernAllSizes: Bool { !areOfMemory && (areAtStart || Set(sizes.values).count > 1) }
    }

    private struct Ended {
        /// FLOPs of the largest run that succeeded; nil where none has.
        var largestSuccess: Double?
        /// The runs that failed, by what went wrong.
        var failed: [String: Failures] = [:]
        var alike: Int { failed.values.map(\.sizes.count).max() ?? 0 }

        /// Whether so many runs failed alike that one of so many FLOPs is not started.
        func speaksAgainst(_ flops: Double) -> Bool {
            failed.values.contains { failures in
                guard failures.sizes.count >= FailFast.mostAlike else { return false }
                // What has succeeded at a size does not fail there for good.
                if flops >= failures.smallest, largestSuccess ?? 0 < failures.smallest { return true }
                return largestSuccess == nil && failures.concernAllSizes
            }
        }
    }

    /// So many runs that failed alike stop the runs of a candidate for which the error is to be expected.
    private static let mostAlike = 2
    private let ended = Mutex<[Int: Ended]>([:])

    /// Takes in how a run ended; `failure` is nil where it did not fail. Only external trainers are judged: what makes the
    /// built-in one fail is the machine, for which no candidate is to blame.
    func note(_ run: ComparisonPlan.Run, failure: String?, _ record: RunRecord?) {
        guard case .command = run.spec.trainer else { return }
        let flops = run.spec.flops
        ended.withLock { ended in
            for candidate in run.candidates {
                var state = ended[candidate] ?? Ended()
                if let failure {
                    var failures = state.failed[Self.key(failure, of: run.id)] ?? Failures()
                    failures.sizes[run.id] = flops
                    failures.areAtStart = failures.areAtStart && record?.steps.isEmpty ?? true
                    failures.areOfMemory = failures.areOfMemory || failure.contains(Self.lackOfMemory)
                    state.failed[Self.key(failure, of: run.id)] = failures
                } else {
                    state.largestSuccess = max(state.largestSuccess ?? 0, flops)
                }
                ended[candidate] = state
            }
        }
    }

    /// Whether a run is not to be started, because what failed speaks against it for all candidates that it belongs to.
    func hasStopped(_ run: ComparisonPlan.Run) -> Bool {
        ended.withLock { ended in
            run.candidates.allSatisfy { ended[$0]?.speaksAgainst(run.spec.flops) ?? false }
        }
    }

    /// The number of runs of a candidate that failed alike.
    func failedAlike(_ candidate: Int) -> Int { ended.withLock { $0[candidate]?.alike ?? 0 } }

    /// How PyTorch, JAX, Python, C++ and the system say that memory is short; the system also kills by signal 9.
    private static var lackOfMemory: some RegexComponent {
        /out of memory|OutOfMemory|RESOURCE_EXHAUSTED|MemoryError|[Cc]annot allocate memory|bad_alloc|killed by signal 9\b/
    }

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
