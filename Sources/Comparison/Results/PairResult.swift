// What is known of two candidates at the target. Sign convention: gap = loss of B − loss of A, positive means A is better.

public import ScalebenchCore
public import ScalingLaws

/// B against A at the target.
public struct PairResult: Codable, Sendable {
    public var a: String
    public var b: String
    public var verdict: Verdict
    /// For one run of each at the target.
    @OrNull public var probabilityABetter: Double? = nil
    /// Loss of B − loss of A for one run of each.
    @OrNull public var gap: Estimate? = nil
    /// Loss of B − loss of A, expected over seeds.
    @OrNull public var expectedGap: Estimate? = nil
    /// The factor by which B's compute must grow to reach A's loss; null on an axis of parameters alone.
    @OrNull public var computeMultiplier: Estimate? = nil
    @OrNull public var crossover: CrossoverResult? = nil
    @OrNull public var expectedRegret: Regret? = nil
    /// Expected gap at every rung both candidates were trained at, the target included; what a picture draws.
    public var rungGaps: [RungGap]
    /// What the ladder alone said, before any run at the target.
    public var predicted: Prediction
    /// What the runs at the target said; null until both candidates were trained there.
    @OrNull public var observed: Observation? = nil
    /// What the start of these runs says of their end; null before they have begun, and once both have ended. Verdict,
    /// probability and gap above rest on the ladder and on this.
    @OrNull public var earlyForecast: EarlyForecast? = nil
    /// Every rung predicted from those below it; empty with fewer than three rungs.
    public var methodOnThisLadder: [RungCheck]
    public var findings: [Finding]
    /// The expected probability of the likelier winner if the expected gap at the target were known exactly: what seed
    /// noise there leaves to any further runs below it. Null where divergence decides, and for identical candidates.
    @OrNull public var probabilityWithKnownGap: Double? = nil
    /// The runs that buy most certainty per FLOP, best first; empty when the verdict is decided, or when none would help
    /// (a finding says so).
    public var nextRuns: [ProposedRun]

    public struct RungGap: Codable, Sendable {
        public var label: String
        public var scale: Double
        /// Difference of the mean losses; null where an arm has no finite loss.
        @OrNull public var meanGap: Double? = nil
        /// The same with seed noise; null without replicates.
        @OrNull public var gap: Estimate? = nil
        /// Correlation of the losses of equal seeds, as the verdict takes it: what these seeds and a study of thirty say
        /// together. Null with fewer than two equal seeds, for runs trained elsewhere, and at the target.
        @OrNull public var seedCorrelation: Double? = nil
    }

    public struct Regret: Codable, Sendable {
        /// Expected loss given away by choosing A, and by choosing B.
        public var a: Double
        public var b: Double
    }

    public struct Prediction: Codable, Sendable {
        public var verdict: Verdict
        @OrNull public var probabilityABetter: Double? = nil
        @OrNull public var lossA: Estimate? = nil
        @OrNull public var lossB: Estimate? = nil
        @OrNull public var gap: Estimate? = nil
        /// That the sign of the expected gap at the target is not that of the top rung.
        @OrNull public var probabilitySignChanges: Double? = nil
        /// The trend along the whole axis; null where there is none.
        @OrNull public var trend: TrendCurves? = nil
    }

    public struct Observation: Codable, Sendable {
        /// Mean over the runs at the target; null when all of them diverged.
        @OrNull public var lossA: Double? = nil
        @OrNull public var lossB: Double? = nil
        @OrNull public var gap: Double? = nil
        /// Of the gap, from the finite validation set: both candidates on the same sequences. Not seed noise.
        @OrNull public var evaluationStandardError: Double? = nil
        /// Share of the predictive distribution of the gap that lay below what happened; 0.05 and 0.95 stand for
        /// everything outside its 90 % interval. Null without a prediction.
        @OrNull public var predictedQuantile: Double? = nil
    }
}
