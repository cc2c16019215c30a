// The candidates of one suite, ranked, as `leaderboard --format json` writes them. Every key is the name of a property
// below; a number that does not exist is null. Losses are nats per token at the suite's target, probabilities for one run
// of each there, gaps = loss of the candidate − loss of the reference: negative means better than the reference.

package import ScalebenchCore
package import ScalingLaws

/// The document: one board per suite, version, data set and content; they never mix.
package struct LeaderboardDocument: Codable, Sendable {
    /// The layout of this document.
    package var schemaVersion = 1
    package var scalebenchVersion = ScalebenchVersion.current
    package var leaderboards: [Leaderboard]

    package init(leaderboards: [Leaderboard]) { self.leaderboards = leaderboards }
}

/// One board.
package struct Leaderboard: Codable, Sendable {
    package var suite: SuiteReference
    /// Of scales, evaluation and rule: tells apart suites that share name and version.
    package var suiteHash: String
    package var question: String
    package var axis: ScaleAxis
    package var targetLabel: String
    /// Mean over the ranked candidates; null where nobody is ranked.
    @OrNull package var targetScale: Double?
    /// The candidate that gaps and multipliers refer to; null where nobody is ranked.
    @OrNull package var reference: String?
    /// Smallest expected loss first.
    package var ranking: [Row]
    /// Candidates without a result that could be ranked, in the order they were entered.
    package var notRanked: [NotRanked]

    /// One ranked candidate.
    package struct Row: Codable, Sendable {
        /// 1 + the number of candidates in better groups; shared where a candidate is not known to be worse than the
        /// best of its group by the suite's decisive probability.
        package var rank: Int
        package var isRankShared: Bool
        /// The name; with `#` and eight digits of the recipe where another recipe has the same name.
        package var candidate: String
        /// Further names that the same recipe was entered under.
        package var otherNames: [String]
        package var notes: String
        /// Hash of the resolved specs (`CandidateRuns.recipe`).
        package var recipe: String
        package var isReference: Bool
        /// `observed` once a run at the target has finished, else `predicted` from the ladder.
        package var basis: Basis
        /// Expected loss at the target. Predicted for a candidate that was not trained there: the reference's loss plus
        /// the gap, or where that is a prediction too, the candidate's own forecast for one run.
        @OrNull package var loss: Estimate?
        /// Mean of the runs at the target.
        @OrNull package var observedLoss: Double?
        /// That one run of it at the target has a smaller loss than one run of each other ranked candidate; how gaps
        /// are taken to move together is said in `BestOf`.
        package var probabilityBest: Double
        /// Against the reference; null for itself.
        @OrNull package var probabilityBetterThanReference: Double?
        /// Expected over seeds; null for the reference.
        @OrNull package var gap: Estimate?
        /// The factor by which its compute must grow to reach the reference's loss; null for the reference, and where
        /// its loss is not known to fall.
        @OrNull package var computeMultiplier: Estimate?
        /// −d ln L / d ln C by least squares over the rungs below the target: the exponent of a power law without
        /// floor.
        @OrNull package var scalingExponent: Double?
        /// FLOPs of one run at the target over the reference's.
        package var targetComputeRatio: Double
        package var runs: Int
        package var diverged: Int
        /// Of all its runs, the unfinished included.
        package var cost: Cost
        /// When it was first entered: UTC, ISO 8601.
        package var date: String
    }

    package enum Basis: String, Codable, Sendable { case observed, predicted }

    /// A candidate that waits for its runs, or lost them.
    package struct NotRanked: Codable, Sendable {
        package var candidate: String
        package var otherNames: [String]
        package var notes: String
        package var recipe: String
        package var reason: Reason
        /// The reason with its figures, for a person.
        package var explanation: String
        package var cost: Cost
        package var date: String
    }

    package enum Reason: String, Codable, Sendable {
        case unfinished, failed, diverged
        /// Fewer than two rungs with a loss in common with the reference.
        case tooFewRungs
    }

    /// What was spent; runs train on one core each.
    package struct Cost: Codable, Sendable, Equatable {
        package var flops: Double
        package var coreHours: Double
    }
}
