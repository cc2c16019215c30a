// What `scalebench compare --dry-run` prints.

import Benchmarking
import Comparison
import Reporting

enum DryRunText {
    static func render(_ run: DryRun) -> String {
        let plan = PlanReport.render(
            run.plan, workers: run.workers, cost: { run.costs[$0.id] ?? RunCost(seconds: nil, memoryBytes: nil) },
            left: { run.left[$0.id] ?? 1 })
        let stages = run.expectedCosts.isEmpty ? "" : PlanReport.stages(run.plan, run.expectedCosts) + "\n"
        let sweeps = run.plan.families.isEmpty ? "" : PlanReport.sweeps(run.plan) + "\n"
        return plan + stages + sweeps + run.nextRuns.map { Phrase.nextStep($0) + "\n" }.joined()
            + (run.budget.map(render) ?? "") + run.findings.map(PlanReport.finding).joined()
    }

    private static func render(_ preview: BudgetPreview) -> String {
        let intention = Phrase.furtherRunsToCome(
            until: preview.until, budget: preview.budget, includesTarget: preview.includesTarget)
        let table = PlanReport.steps(preview.possible, budget: preview.budget)
        return "then \(intention)\n\(table)" + (preview.next.map(render) ?? "")
    }

    private static func render(_ next: BudgetPreview.Next) -> String {
        switch next {
        case .step(let step): Phrase.furtherRuns(step) + "\n"
        case .nothing(let result, let pairs): Phrase.furtherRuns(result, pairs) + "\n"
        }
    }
}

extension Phrase {
    /// The step that a budget takes next.
    static func furtherRuns(_ step: ProposedStep) -> String {
        furtherRuns(
            step.runs, isAtTarget: step.isAtTarget, candidates: step.candidates, cost: step.cost, budget: step.budget,
            spent: step.spent)
    }
}
