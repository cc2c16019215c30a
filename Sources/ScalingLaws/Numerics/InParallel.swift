// Independent pieces of work on all cores, for bootstraps and backtests.

import Dispatch

/// The results of `work` for every index below `count`, in the order of the indices.
package func inParallel<Value: Sendable>(_ count: Int, _ work: @Sendable (Int) -> Value) -> [Value] {
    var results = [Value?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
        // Every iteration writes its own element and nothing else.
        nonisolated(unsafe) let own = buffer
        DispatchQueue.concurrentPerform(iterations: count) { own[$0] = work($0) }
    }
    return results.map { $0! }
}
