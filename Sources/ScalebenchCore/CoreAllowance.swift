// How many cores a run may use at the moment. It changes how soon a result is there, never the result.

import Synchronization

/// A number of cores that may grow while a run is under way, because other runs have ended.
package final class CoreAllowance: Sendable {
    private let cores: Atomic<Int>

    package init(_ cores: Int = 1) { self.cores = Atomic(max(1, cores)) }

    package var count: Int { cores.load(ordering: .relaxed) }

    /// Allows one core more.
    package func grow() { cores.wrappingAdd(1, ordering: .relaxed) }
}
