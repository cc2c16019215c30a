// What the start of the target's runs says of their end, as a result records it.

public import ScalebenchCore
public import ScalingLaws

/// Two runs at the target, forecast from their start.
public struct EarlyForecast: Codable, Sendable {
    /// Share of the schedule up to which both have been evaluated.
    public var fraction: Double
    public var method: Method
    public var a: Run
    public var b: Run
    /// Loss of B − loss of A at the end of these two runs, by their curves alone.
    public var gap: Estimate
    /// That the run of A will end lower than that of B, by their curves alone.
    public var probabilityABetter: Double

    public enum Method: String, Codable, Sendable {
        /// By the curves of the smaller rungs.
        case ladder
        /// By each run's own curve.
        case ownCurve
    }

    /// One of the two.
    public struct Run: Codable, Sendable {
        public var candidate: String
        /// Share of the schedule up to which it has been evaluated; 1 once it is finished.
        public var fraction: Double
        /// Ended because the comparison was decided; a compare without `--stop-early` trains it to its end.
        public var stoppedEarly: Bool
        /// The forecast, or the result where it is finished.
        public var finalLoss: Estimate
        /// Deviation from the curve of the top rung over the second half (in log progress) of what was seen, as a share
        /// of the loss; null without such a rung.
        @OrNull public var collapseResidual: Double?
        /// What was seen, over shares of the schedule.
        public var fractions: [Double]
        public var losses: [Double]
        /// What is to come, over later shares; empty once it is finished, or without a rung to go by.
        public var forecastFractions: [Double]
        public var forecastLosses: TrendCurves.Band
    }
}
