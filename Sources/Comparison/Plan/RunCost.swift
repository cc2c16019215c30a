// What one run of a plan costs on this machine.

/// Measured or counted cost of one run.
package struct RunCost: Sendable {
    /// Core-seconds of training and evaluation; nil where no rate is known.
    package var seconds: Double?
    /// Nil where it is the trainer's own business.
    package var memoryBytes: Double?

    package init(seconds: Double?, memoryBytes: Double?) {
        self.seconds = seconds
        self.memoryBytes = memoryBytes
    }
}
