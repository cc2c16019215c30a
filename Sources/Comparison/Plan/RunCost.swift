// The cost of one run of a plan on this machine.

package import ScalebenchCore

/// The measured or counted cost of one run.
package struct RunCost: Sendable {
    /// Core-seconds of training and evaluation; nil where no rate is known.
    package var seconds: Double?
    /// Bytes of memory; nil for an external trainer, whose memory is not known.
    package var memoryBytes: Double?

    /// The finished runs of the same external trainer that `seconds` is estimated from; empty where no run is needed to
    /// know it.
    package var measuredOn: Set<RunID>

    package init(seconds: Double?, memoryBytes: Double?, measuredOn: Set<RunID> = []) {
        self.seconds = seconds
        self.memoryBytes = memoryBytes
        self.measuredOn = measuredOn
    }
}
