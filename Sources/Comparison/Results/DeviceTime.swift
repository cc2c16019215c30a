// A pair's difference in device time. Everything in a pair's result that was measured with a clock is in this object:
// two trainings of the same runs agree in all other numbers, so that a comparison of results leaves this one out.

public import ScalebenchCore
public import ScalingLaws

/// What B takes of device time, compared with A. Device time is seconds of training times the number of devices, without
/// evaluations; a device of the built-in trainer is a core.
///
/// Times are compared at equal rungs, on one machine, and for the built-in trainer on equal numbers of cores. A run counts
/// from one second of training on. What a run takes up to its first report, also after an interruption, is left out.
public struct DeviceTime: Codable, Sendable {
    /// The device time of a run of B over that of a run of A at the target. It is forecast from the three largest rungs
    /// where both are known, the target included. It is null where no rung shows it.
    @OrNull public var ratio: Estimate? = nil
    /// The factor by which B's device time must grow, compared with that of A's run at the target, to reach A's loss: the
    /// compute multiplier times the ratio. It is null where one of these is.
    @OrNull public var multiplier: Estimate? = nil
    /// The rungs that show the ratio, smallest first.
    public var rungs: [Rung]
    /// What to know about these numbers.
    public var findings: [Finding]

    /// The times at one rung.
    public struct Rung: Codable, Sendable {
        /// The rung's name, such as `width 64`.
        public var label: String
        /// The rung's scale, in units of the axis.
        public var scale: Double
        /// Device-seconds of one run of A, or of one token of it in a table that gives tokens per second without tokens.
        public var deviceSecondsA: Double
        /// The same of B.
        public var deviceSecondsB: Double
        /// The device time of B over that of A. The interval allows for how reports and repeated runs differ.
        public var ratio: Estimate
    }
}
