// Makes the record of a budget and of its steps.

extension BudgetResult {
    /// The record of a budget that has spent nothing yet.
    package init(until: Double, budget: Budget) {
        self.until = until
        self.budget = budget.amount
        if case .seconds = budget { unit = .seconds } else { unit = .flops }
        spent = 0
        steps = []
        outcome = .decided
    }
}

extension BudgetResult.Step {
    /// The record of a step that was taken.
    /// - Parameter spent: its cost in the budget's unit.
    package init(_ runs: BudgetStep, spent: Double) {
        label = runs.expected.label
        candidates = runs.candidates.sorted()
        runsPerCandidate = runs.expected.runsPerCandidate
        toFraction = runs.expected.toFraction
        self.spent = spent
        probabilityRightBefore = runs.expected.probabilityRightNow
        probabilityRightExpected = runs.expected.probabilityRightAfter
        probabilityDecided = runs.expected.probabilityDecided
        expectedCost = runs.expected.expectedCost
    }
}
