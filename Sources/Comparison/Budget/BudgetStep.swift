// One step of a budget: some runs of two candidates at one place of a plan.

/// The runs that a budget takes next.
package struct BudgetStep: Sendable {
    package var place: LadderPlace
    /// The two candidates of the pair that gains runs, as indices into the plan's candidates.
    package var candidates: Set<Int>
    /// The runs with their expected worth.
    package var expected: ProposedRun
    /// The cost in the budget's unit.
    package var cost: Double
}

/// What a budget does next.
package enum BudgetDecision: Sendable {
    /// Every pair has reached the probability, is known to be equivalent, or was decided by divergence.
    case decided
    /// The step is to be taken.
    case make(BudgetStep)
    /// Every step that would help costs more than is left; this is the cheapest.
    case unaffordable(BudgetStep)
    /// No possible runs are expected to decide at less cost than the target, which is trained or not a choice.
    case nothingHelps

    /// The outcome with which the budget ends; nil where it goes on.
    package var outcome: BudgetResult.Outcome? {
        switch self {
        case .make: nil
        case .decided: .decided
        case .unaffordable: .budgetSpent
        case .nothingHelps: .nothingHelps
        }
    }
}
