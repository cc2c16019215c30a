// The verdict on two candidates and the numbers behind it. Sign convention: gap = loss of B − loss of A, so a positive
// gap means that A is better.

public import ScalebenchCore
public import ScalingLaws

/// B against A at the target. Losses and gaps are in the losses' unit.
///
/// There is no forecast where divergence alone decides, or where the pair has fewer than two rungs in common.
public struct PairResult: Codable, Sendable {
    /// The name of A.
    public var a: String
    /// The name of B.
    public var b: String
    /// The verdict on the pair, from everything that is known.
    public var verdict: Verdict
    /// The probability that one run of A has a smaller loss at the target than one run of B. It is 1 or 0 where one of
    /// them has diverged there, else null without a forecast.
    @OrNull public var probabilityABetter: Double? = nil
    /// Loss of B − loss of A for one run of each at the target; null without a forecast.
    @OrNull public var gap: Estimate? = nil
    /// Loss of B − loss of A at the target, expected over seeds; null without a forecast.
    @OrNull public var expectedGap: Estimate? = nil
    /// The factor by which B's compute must grow to reach A's loss at the target. It is null on an axis of parameters
    /// alone, where B's loss is not known to fall, and without a forecast.
    @OrNull public var computeMultiplier: Estimate? = nil
    /// The same in device time, and what it is computed from; null where no times are known. Everything that was measured
    /// with a clock is in here: two trainings of the same runs agree in all else.
    @OrNull public var deviceTime: DeviceTime? = nil
    /// The crossing of the two loss curves; null without a forecast, and for identical candidates.
    @OrNull public var crossover: CrossoverResult? = nil
    /// The loss that a wrong choice is expected to cost; null without a forecast.
    @OrNull public var expectedRegret: Regret? = nil
    /// The gap at every rung both candidates were trained at, the target included.
    public var rungGaps: [RungGap]
    /// What the ladder alone said, before any run at the target.
    public var predicted: Prediction
    /// What the runs at the target showed; null until both candidates were trained there.
    @OrNull public var observed: Observation? = nil
    /// The forecast of the target's runs from their start; null before they have begun, and once both have ended.
    /// Verdict, probability and gap above rest on the ladder and on this.
    @OrNull public var earlyForecast: EarlyForecast? = nil
    /// Every rung predicted from those below it; empty with fewer than three rungs.
    public var methodOnThisLadder: [RungCheck]
    /// What to know before trusting the numbers of this pair.
    public var findings: [Finding]
    /// The expected probability of the likelier winner if the expected gap at the target were known exactly. No runs
    /// below the target can bring more, because single runs at the target differ by their seeds. It is null without a
    /// forecast, and for identical candidates.
    @OrNull public var probabilityWithKnownGap: Double? = nil
    /// The runs that add most certainty per FLOP, best first. The list is empty when the verdict is decided, or when no
    /// runs would help (a finding says so).
    public var nextRuns: [ProposedRun]

    /// The gap at one rung.
    public struct RungGap: Codable, Sendable {
        /// The rung's name, such as `width 64`.
        public var label: String
        /// The rung's scale, in units of the axis.
        public var scale: Double
        /// Mean loss of B − mean loss of A; null where a candidate has no finite loss.
        @OrNull public var meanGap: Double? = nil
        /// The same difference with intervals from seed noise; null where the difference or the seed noise is not
        /// known.
        @OrNull public var gap: Estimate? = nil
        /// The correlation of the losses of equal seeds, as the verdict takes it: these seeds are combined with a study
        /// of thirty seeds. It is null with fewer than two equal seeds, for runs trained elsewhere, and at the target.
        @OrNull public var seedCorrelation: Double? = nil
    }

    /// The expected loss that a choice gives away, for one run of each at the target.
    public struct Regret: Codable, Sendable {
        /// The expected loss given away by choosing A.
        public var a: Double
        /// The expected loss given away by choosing B.
        public var b: Double
    }

    /// A forecast of the target from the ladder alone.
    public struct Prediction: Codable, Sendable {
        /// The verdict from the ladder alone.
        public var verdict: Verdict
        /// The probability that one run of A has a smaller loss at the target than one run of B; null without a
        /// forecast.
        @OrNull public var probabilityABetter: Double? = nil
        /// The final loss of one run of A at the target; null without a forecast, and for identical candidates.
        @OrNull public var lossA: Estimate? = nil
        /// The final loss of one run of B at the target; null without a forecast, and for identical candidates.
        @OrNull public var lossB: Estimate? = nil
        /// Loss of B − loss of A for one run of each at the target; null without a forecast.
        @OrNull public var gap: Estimate? = nil
        /// The probability that the expected gap has another sign at the target than at the top rung; null without a
        /// forecast.
        @OrNull public var probabilitySignChanges: Double? = nil
        /// The trend along the whole axis; null without a forecast, for identical candidates, and for a pair that no picture
        /// shows: with more than five candidates these are all but six.
        @OrNull public var trend: TrendCurves? = nil
    }

    /// What the runs at the target showed.
    public struct Observation: Codable, Sendable {
        /// The mean final loss of A's runs at the target; null when all of them diverged.
        @OrNull public var lossA: Double? = nil
        /// The mean final loss of B's runs at the target; null when all of them diverged.
        @OrNull public var lossB: Double? = nil
        /// Loss of B − loss of A; null when either is null.
        @OrNull public var gap: Double? = nil
        /// The standard error of the gap from the finite validation set, with both candidates on the same sequences. It
        /// does not include seed noise. It is null unless each has one run there, with the losses of single sequences.
        @OrNull public var evaluationStandardError: Double? = nil
        /// The share of the gap's predictive distribution that lay below the observed gap. The values 0.05 and 0.95
        /// stand for everything outside its 90 % interval. It is null without a prediction or an observed gap.
        @OrNull public var predictedQuantile: Double? = nil
    }
}
