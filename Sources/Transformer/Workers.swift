// Threads inside one run. What is computed never depends on how many there are: work is cut into pieces by the shape
// alone, and whatever must be summed is summed in the order of the pieces.

import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A number of threads that share pieces of work.
package struct Workers: Sendable {
    package let count: Int

    package init(_ count: Int) { self.count = max(1, count) }

    /// Calls `body(worker, piece)` for every piece 0 ..< pieces and returns when all are done. Pieces are begun in
    /// order; calls with the same worker never overlap.
    func perform(_ pieces: Int, _ body: @Sendable (_ worker: Int, _ piece: Int) -> Void) {
        let threads = min(count, pieces)
        guard threads > 1 else {
            for piece in 0..<pieces { body(0, piece) }
            return
        }
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: threads) { worker in
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard piece < pieces else { return }
                body(worker, piece)
            }
        }
    }
}

/// Lets threads that have begun pieces in order finish them in order.
final class Turns: Sendable {
    private let turn = Atomic(0)

    func reset() { turn.store(0, ordering: .relaxed) }

    /// Runs `body` when every earlier piece has had its turn. Waits are short, for pieces are of equal size: it spins
    /// first, then yields.
    func take(_ piece: Int, _ body: () -> Void) {
        var spins = 0
        while turn.load(ordering: .acquiring) != piece {
            spins += 1
            if spins > 1000 { sched_yield() }
        }
        body()
        turn.store(piece + 1, ordering: .releasing)
    }
}
