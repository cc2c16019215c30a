// What `compare --budget` did, as a result records it.

/// What `compare --budget` did.
public struct BudgetResult: Codable, Sendable {
    /// The probability that the winner of every pair was to reach.
    public var until: Double
    /// The unit of the budget: seconds of wall time, or training FLOPs.
    public var unit: Unit
    /// The limit, in `unit`.
    public var budget: Double
    /// What the steps cost together, in `unit`. Runs that the store already had count as if they had been made now.
    public var spent: Double
    /// The steps, in the order in which they were taken.
    public var steps: [Step]
    /// Why no further step was taken.
    public var outcome: Outcome

    /// The unit of a budget. Seconds are those that the runs took, so results with a budget of time differ between
    /// machines; results with a budget in FLOPs do not.
    public enum Unit: String, Codable, Sendable { case seconds, flops }

    /// Why a budget took no further step.
    public enum Outcome: String, Codable, Sendable {
        /// Every pair reached the probability, or was decided otherwise.
        case decided
        /// The runs that would help cost more than was left.
        case budgetSpent
        /// No further runs were expected to decide at less cost than the target, which is trained or not a choice.
        case nothingHelps
        /// Runs failed.
        case failed
    }

    /// One batch of runs.
    public struct Step: Codable, Sendable {
        /// The place of the runs, as in `ProposedRun`.
        public var label: String
        /// The candidates that gained runs, as indices into the document's candidates.
        public var candidates: [Int]
        /// The number of runs of each of them.
        public var runsPerCandidate: Int
        /// The fraction of their schedule up to which the runs were to be trained. The key is `toShare`.
        public var toFraction: Double
        /// What the step cost, in `unit`.
        public var spent: Double
        /// The probability of naming the right winner before the step.
        public var probabilityRightBefore: Double
        /// The value of that probability that was expected after the step.
        public var probabilityRightExpected: Double
        /// The probability that the step would decide, as it was expected before.
        public var probabilityDecided: Double
        /// The expected cost of a decision that begins with the step, as in `ProposedRun`.
        public var expectedCost: Double

        private enum CodingKeys: String, CodingKey {
            case label, candidates, runsPerCandidate
            case toFraction = "toShare"
            case spent, probabilityRightBefore, probabilityRightExpected, probabilityDecided, expectedCost
        }
    }
}
