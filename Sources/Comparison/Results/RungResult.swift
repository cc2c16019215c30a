// The results at one rung of a ladder, by candidate.

public import ScalebenchCore
public import ScalingLaws

/// What was measured at one scale.
public struct RungResult: Codable, Sendable {
    /// The rung's name, such as `width 64`.
    public var label: String
    /// The rung's scale in units of the axis; the mean where candidates differ.
    public var scale: Double
    /// Training tokens of one run; null where they are not known, or the axis is not FLOPs.
    @OrNull public var tokens: Double? = nil
    /// Whether this is the target.
    public var isTarget: Bool
    /// One element per candidate, in the document's order.
    public var candidates: [CandidateResult]

    /// The runs of one candidate at this scale. Losses are in the losses' unit.
    public struct CandidateResult: Codable, Sendable {
        /// The candidate's name.
        public var candidate: String
        /// The number of runs that finished, the diverged ones included.
        public var runs: Int
        /// The number of runs that diverged.
        public var diverged: Int
        /// The mean final loss over seeds; null when no run finished with a loss.
        @OrNull public var meanLoss: Double?
        /// The mean final loss with intervals from seed noise; null when it or the seed noise is not known.
        @OrNull public var loss: Estimate?
        /// The final loss of every run that has one.
        public var losses: [Double]
        /// The standard deviation over seeds of one run's final loss, as the verdict takes it (pooled). It is null when
        /// no scale of the ladder has two seeds of one candidate.
        @OrNull public var seedDeviation: Double?
    }
}
