// Which of three candidates or more is the best: a verdict of its own, beside those on pairs.

public import ScalebenchCore
public import ScalingLaws

/// The best of several candidates at the target, for one run of each.
///
/// The candidate that looks best of many was probably also lucky. All numbers here have that luck taken off where there
/// are four candidates or more: each is drawn towards the others as far as they differ beyond their noise.
public struct BestResult: Codable, Sendable {
    /// The candidate whose probability of being the best reaches the rule's decisive probability; null while none does.
    @OrNull public var winner: String?
    /// The likeliest candidates that together hold the rule's decisive probability, as few as possible; the likeliest
    /// first.
    public var contenders: [String]
    /// Every candidate that could be judged, the likeliest first.
    public var candidates: [Standing]
    /// Candidates that could not be judged beside the others, and that the probabilities leave out.
    public var notJudged: [String]
    /// Who beats whom among the likeliest eight; null where fewer than two could be judged.
    @OrNull public var headToHead: HeadToHead?

    /// Every one of some candidates against every other.
    public struct HeadToHead: Codable, Sendable {
        /// The candidates' names in the order of rows and columns, the likeliest to be the best of all first.
        public var candidates: [String]
        /// The probability that one run of the row's candidate at the target has a smaller loss than one run of the
        /// column's. It is null on the diagonal.
        public var probabilityBetter: [[Double?]]
    }

    /// One candidate among all.
    public struct Standing: Codable, Sendable {
        /// The candidate's name.
        public var candidate: String
        /// The probability that one run of it at the target has a smaller loss than one run of each other candidate. It
        /// is 0 for a candidate that lost by divergence; the sum over candidates is 1.
        public var probabilityBest: Double
        /// Loss of the candidate − loss of the reference at the target, expected over seeds. It is null for the
        /// reference, and where either diverged.
        @OrNull public var expectedGapToReference: Estimate?
    }
}
