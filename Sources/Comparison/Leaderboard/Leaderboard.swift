// The candidates of one suite, ranked, as `leaderboard --format json` writes them. Every key is the name of a property
// below; a number that does not exist is null. Losses are nats per token at the suite's target, and probabilities are
// for one run of each candidate there. Gap = loss of the candidate − loss of the reference: negative means better than
// the reference.

package import ScalebenchCore
package import ScalingLaws

/// The document: one board per suite, version, content and data set, which are never ranked together.
package struct LeaderboardDocument: Codable, Sendable {
    /// The number of this document's layout.
    package var schemaVersion = 1
    /// The version of scalebench that wrote the document.
    package var scalebenchVersion = ScalebenchVersion.current
    /// The boards, by suite name and then the newest version first.
    package var leaderboards: [Leaderboard]

    package init(leaderboards: [Leaderboard]) { self.leaderboards = leaderboards }
}

/// One board: the candidates of one suite on one data set.
package struct Leaderboard: Codable, Sendable {
    /// The suite and its data.
    package var suite: SuiteReference
    /// The hash of the suite's scales, context, evaluation and rule: it tells apart suites of equal name and version.
    package var suiteHash: String
    /// The question that the suite asks.
    package var question: String
    /// What scales count: `flops` for trained candidates.
    package var axis: ScaleAxis
    /// The target's name, such as `width 128`.
    package var targetLabel: String
    /// The target's scale in units of the axis, the mean over the ranked candidates; null where none is ranked.
    @OrNull package var targetScale: Double?
    /// The candidate that gaps and multipliers refer to; null where none is ranked.
    @OrNull package var reference: String?
    /// The best of all ranked candidates; null where fewer than three are ranked.
    @OrNull package var best: BestResult?
    /// The ranked candidates, the smallest expected loss first.
    package var ranking: [Row]
    /// Candidates that cannot be ranked, in the order in which they were first recorded.
    package var notRanked: [NotRanked]

    /// One ranked candidate.
    package struct Row: Codable, Sendable {
        /// 1 + the number of candidates in better groups. A candidate shares the rank of the first of its group unless
        /// it is worse than that one with the suite's decisive probability.
        package var rank: Int
        /// Whether another candidate has the same rank.
        package var isRankShared: Bool
        /// The candidate's name, with `#` and eight digits of the recipe's hash where another recipe has the same name.
        package var candidate: String
        /// Further names under which the same recipe was compared.
        package var otherNames: [String]
        /// The notes of the candidate's file; empty where it has none.
        package var notes: String
        /// The hash of the resolved specs of all scales, without seeds.
        package var recipe: String
        /// Whether gaps and multipliers refer to this candidate.
        package var isReference: Bool
        /// What the loss rests on: `observed` where a run at the target has a loss, else `predicted` from the ladder.
        package var basis: Basis
        /// The expected loss at the target in nats per token. For a candidate that was not trained there it is
        /// predicted: the reference's loss plus the gap, with the intervals of the candidate's forecast for one run
        /// where the reference's loss is a prediction too. It is null where no loss can be given.
        @OrNull package var loss: Estimate?
        /// The mean loss of its runs at the target in nats per token; null where none has a loss.
        @OrNull package var observedLoss: Double?
        /// The probability that one run of it at the target has a smaller loss than one run of each other ranked
        /// candidate, with the luck of the best taken off as in `best`. `BestOf` in the sources states how the gaps are
        /// assumed to be correlated.
        package var probabilityBest: Double
        /// The probability that one run of it has a smaller loss than one run of the reference; null for the reference.
        @OrNull package var probabilityBetterThanReference: Double?
        /// Its loss − the reference's loss, expected over seeds, in nats per token; null for the reference.
        @OrNull package var gap: Estimate?
        /// The factor by which its compute must grow to reach the reference's loss; null for the reference, and where
        /// its loss is not known to fall with scale.
        @OrNull package var computeMultiplier: Estimate?
        /// The exponent −d ln L / d ln C of a power law without floor, by least squares over the rungs below the target
        /// (L is the loss, C the training FLOPs); null with fewer than two rungs.
        @OrNull package var scalingExponent: Double?
        /// Training FLOPs of one run at the target, divided by the reference's.
        package var targetComputeRatio: Double
        /// The number of its finished runs, the diverged ones included.
        package var runs: Int
        /// The number of these runs that were taken from a baseline.
        package var baselineRuns: Int
        /// The number of its runs that diverged.
        package var diverged: Int
        /// The cost of all its runs, the unfinished ones included.
        package var cost: Cost
        /// When it was first compared: UTC, ISO 8601.
        package var date: String
        /// The members behind a family, which stands with the bottom of its valley; null for an ordinary candidate.
        @OrNull package var family: Family?
    }

    /// The members of a family.
    package struct Family: Codable, Sendable {
        /// The swept numbers.
        package var settings: [String]
        /// The members with a run, in the order of the file.
        package var members: [Member]
        /// The member with the lowest loss at the largest place where any has one; null without a loss.
        @OrNull package var lowest: String?
        /// The number of the members' finished runs, the diverged ones included.
        package var runs: Int
        /// The number of these that diverged.
        package var diverged: Int
    }

    /// A member of a family.
    package struct Member: Codable, Sendable {
        package var candidate: String
        /// Its values at the target, one per setting.
        package var values: [Double]
        /// Its mean losses, smallest rung first, the target last; null where it has none.
        package var losses: [Double?]
        package var runs: Int
    }

    /// What a loss rests on: a run at the target, or the ladder.
    package enum Basis: String, Codable, Sendable { case observed, predicted }

    /// A candidate that cannot be ranked, because runs are missing or have no loss.
    package struct NotRanked: Codable, Sendable {
        /// The candidate's name, as in `Row`.
        package var candidate: String
        /// Further names under which the same recipe was compared.
        package var otherNames: [String]
        /// The notes of the candidate's file; empty where it has none.
        package var notes: String
        /// The hash of the resolved specs of all scales, without seeds.
        package var recipe: String
        /// Why the candidate cannot be ranked.
        package var reason: Reason
        /// The reason with its figures, for a person.
        package var explanation: String
        /// The cost of all its runs, the unfinished ones included.
        package var cost: Cost
        /// When it was first compared: UTC, ISO 8601.
        package var date: String
    }

    /// Why a candidate cannot be ranked.
    package enum Reason: String, Codable, Sendable {
        /// Runs are missing, runs failed, or every run of the top rung or the target diverged.
        case unfinished, failed, diverged
        /// The candidate and the reference have fewer than two rungs where both have a loss.
        case tooFewRungs
    }

    /// What runs have cost; every run trains on one core.
    package struct Cost: Codable, Sendable, Equatable {
        /// Training FLOPs.
        package var flops: Double
        /// Hours of training on one core.
        package var coreHours: Double
    }
}
