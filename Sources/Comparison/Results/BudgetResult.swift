// What `compare --budget` did, as a result records it.

/// What `compare --budget` did, as the result holds it.
public struct BudgetResult: Codable, Sendable {
    /// The probability that was to be reached.
    public var until: Double
    /// Seconds of wall time, or FLOPs.
    public var unit: Unit
    public var budget: Double
    /// In the same unit; runs that the store already had count as if they had been made now.
    public var spent: Double
    public var steps: [Step]
    public var outcome: Outcome

    public enum Unit: String, Codable, Sendable { case seconds, flops }

    public enum Outcome: String, Codable, Sendable {
        /// Every pair reached the probability, or was decided otherwise.
        case decided
        /// What would help costs more than was left.
        case budgetSpent
        /// No further runs would have added a percent, or decided with a probability of a tenth.
        case nothingHelps
        /// Runs failed.
        case failed
    }

    /// One batch of runs.
    public struct Step: Codable, Sendable {
        public var label: String
        /// Indices into the document's candidates.
        public var candidates: [Int]
        public var runsPerCandidate: Int
        /// The fraction of their schedule up to which the runs were to be trained.
        public var toFraction: Double
        public var spent: Double
        /// Probability of naming the right winner before the step, and as it was expected after it.
        public var probabilityRightBefore: Double
        public var probabilityRightExpected: Double
        /// That the step would decide, as it was expected.
        public var probabilityDecided: Double

        private enum CodingKeys: String, CodingKey {
            case label, candidates, runsPerCandidate
            case toFraction = "toShare"
            case spent, probabilityRightBefore, probabilityRightExpected, probabilityDecided
        }
    }
}
