// The cost of one run of a plan on this machine.

/// The measured or counted cost of one run.
package struct RunCost: Sendable {
    /// Core-seconds of training and evaluation; nil where no rate is known.
    package var seconds: Double?
    /// Bytes of memory; nil for an external trainer, whose memory is not known.
    package var memoryBytes: Double?

    package init(seconds: Double?, memoryBytes: Double?) {
        self.seconds = seconds
        self.memoryBytes = memoryBytes
    }
}
