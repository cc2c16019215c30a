// What further runs may cost.

import Foundation

/// A limit in one of two units.
package enum Budget: Sendable, Equatable {
    /// Of wall time, as long as the runs keep every worker busy.
    case seconds(Double)
    /// Of training.
    case flops(Double)

    /// Reads `90s`, `45m`, `2h`, `1d`, or a number of FLOPs such as `3e15`; nil for anything else.
    package init?(_ text: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Double(unit == nil ? text : String(text.dropLast())), number > 0, number.isFinite else {
            return nil
        }
        self = unit.map { .seconds($0 * number) } ?? .flops(number)
    }

    package var amount: Double {
        switch self {
        case .seconds(let amount), .flops(let amount): amount
        }
    }
}

/// What `compare --budget` did, as the result holds it.
package struct BudgetResult: Codable, Sendable {
    /// The probability that was to be reached.
    package var until: Double
    /// Seconds of wall time, or FLOPs.
    package var unit: Unit
    package var budget: Double
    /// In the same unit; runs that the store already had count as if they had been made now.
    package var spent: Double
    package var steps: [Step]
    package var outcome: Outcome

    package enum Unit: String, Codable, Sendable { case seconds, flops }

    package enum Outcome: String, Codable, Sendable {
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
    package struct Step: Codable, Sendable {
        package var label: String
        /// Indices into the document's candidates.
        package var candidates: [Int]
        package var runsPerCandidate: Int
        /// The share of their schedule up to which the runs were to be trained.
        package var toShare: Double
        package var spent: Double
        /// Probability of naming the right winner before the step, and as it was expected after it.
        package var probabilityRightBefore: Double
        package var probabilityRightExpected: Double
        /// That the step would decide, as it was expected.
        package var probabilityDecided: Double

        package init(_ runs: FurtherRuns, spent: Double) {
            label = runs.expected.label
            candidates = runs.candidates.sorted()
            runsPerCandidate = runs.expected.runsPerCandidate
            toShare = runs.expected.toShare
            self.spent = spent
            probabilityRightBefore = runs.expected.probabilityRightNow
            probabilityRightExpected = runs.expected.probabilityRightAfter
            probabilityDecided = runs.expected.probabilityDecided
        }
    }

    package init(until: Double, budget: Budget) {
        self.until = until
        self.budget = budget.amount
        if case .seconds = budget { unit = .seconds } else { unit = .flops }
        spent = 0
        steps = []
        outcome = .decided
    }
}
