// What one rung of a ladder showed, by candidate.

public import ScalebenchCore
public import ScalingLaws

/// What was measured at one scale.
public struct RungResult: Codable, Sendable {
    public var label: String
    public var scale: Double
    /// Training tokens of one run; null where they are not known, or the axis is not FLOPs.
    @OrNull public var tokens: Double? = nil
    public var isTarget: Bool
    /// By candidate, in the document's order.
    public var candidates: [CandidateResult]

    public struct CandidateResult: Codable, Sendable {
        public var candidate: String
        /// Runs that finished, the diverged ones included.
        public var runs: Int
        public var diverged: Int
        /// Mean final loss over seeds; null when no run finished with a loss.
        @OrNull public var meanLoss: Double?
        /// The same with seed noise; null without replicates.
        @OrNull public var loss: Estimate?
        /// Final loss of every run that has one.
        public var losses: [Double]
        /// Standard deviation over seeds of one run's final loss, as the verdict takes it (pooled); null without
        /// replicates anywhere on the ladder.
        @OrNull public var seedDeviation: Double?
    }
}
