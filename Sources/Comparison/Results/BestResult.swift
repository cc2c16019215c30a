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

    /// The verdict on standings in any order, by the probability that decides.
    init(_ standings: [Standing], notJudged: [String], decisive: Double) {
        // The sort is stable: of equal probabilities the earlier candidate comes first.
        candidates = standings.sorted { $0.probabilityBest > $1.probabilityBest }
        winner = candidates.first.flatMap { $0.probabilityBest >= decisive ? $0.candidate : nil }
        var held = 0.0
        contenders = candidates.prefix { standing in
            defer { held += standing.probabilityBest }
            // The sum over all may fall short of 1 by rounding.
            return held < decisive && standing.probabilityBest > 0
        }.map(\.candidate)
        self.notJudged = notJudged
    }
}
