// The forecast of the target's runs from their start, as a result records it.

public import ScalebenchCore
public import ScalingLaws

/// Two runs at the target, forecast from their start.
public struct EarlyForecast: Codable, Sendable {
    /// The fraction of the schedule up to which both runs have been evaluated.
    public var fraction: Double
    /// The curves that the forecast of the gap uses.
    public var method: Method
    /// The run of candidate A.
    public var a: Run
    /// The run of candidate B.
    public var b: Run
    /// Loss of B − loss of A at the end of these two runs, forecast from curves alone, in the losses' unit.
    public var gap: Estimate
    /// The probability that the run of A ends with a smaller loss than that of B, forecast from curves alone.
    public var probabilityABetter: Double

    /// The curves that a forecast uses.
    public enum Method: String, Codable, Sendable {
        /// The forecast uses the curves of the smaller rungs.
        case ladder
        /// The forecast uses each run's own curve, because no smaller rung can be used.
        case ownCurve
    }

    /// One of the two runs.
    public struct Run: Codable, Sendable {
        /// The candidate's name.
        public var candidate: String
        /// The fraction of the schedule up to which the run has been evaluated; 1 once it is finished.
        public var fraction: Double
        /// Whether the run was ended because the comparison was decided. `compare --all-rungs` trains it to
        /// its end.
        public var stoppedEarly: Bool
        /// The forecast of the final loss, or the result once the run is finished, in the losses' unit.
        public var finalLoss: Estimate
        /// The root mean square deviation, as a share of the loss, from the curve of the top rung over the second half
        /// (in log progress) of what was seen, its mean removed. It is null where no rung's curve or fewer than three
        /// evaluations are there to compare, and once the run is finished.
        @OrNull public var collapseResidual: Double?
        /// The fractions of the schedule at which the run was evaluated, ascending.
        public var fractions: [Double]
        /// The validation loss at each of `fractions`, in the losses' unit.
        public var losses: [Double]
        /// Later fractions of the schedule, with a forecast at each. The list is empty once the run is finished, and
        /// without a smaller rung to forecast from.
        public var forecastFractions: [Double]
        /// The forecast loss at each of `forecastFractions`, in the losses' unit.
        public var forecastLosses: TrendCurves.Band
    }
}
