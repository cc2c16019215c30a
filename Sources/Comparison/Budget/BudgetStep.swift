// One step of a budget: some runs of two candidates at one place of a plan.

/// The runs that a budget takes next.
package struct BudgetStep: Sendable {
    package var place: LadderPlace
    /// Indices into the plan's candidates: the two of the pair that gains.
    package var candidates: Set<Int>
    /// What they are expected to bring.
    package var expected: ProposedRun
    /// In the budget's unit.
    package var cost: Double
}

/// What is to be done next.
package enum BudgetDecision: Sendable {
    /// Every pair has reached the probability, is known to be equivalent, or was decided by divergence.
    case decided
    case make(BudgetStep)
    /// What would help costs more than is left: the cheapest of it.
    case unaffordable(BudgetStep)
    /// No runs that are known of would add a percent, or decide with a tenth.
    case nothingHelps

    /// What a budget ends with; nil where it goes on.
    package var outcome: BudgetResult.Outcome? {
        switch self {
        case .make: nil
        case .decided: .decided
        case .unaffordable: .budgetSpent
        case .nothingHelps: .nothingHelps
        }
    }
}
