// What a comparison would do and cost, without doing it. A dry run leaves nothing behind, not even an empty store.

package import Comparison
import Foundation
import RunStore
package import ScalebenchCore

/// A plan with what it would cost on this machine.
package struct DryRun {
    package let plan: ComparisonPlan
    package let workers: Int
    /// By run.
    package let costs: [RunID: RunCost]
    /// By run, the fraction of its schedule that the store does not have yet.
    package let left: [RunID: Double]
    /// What would come after the ladder, by pair; empty where it has not been trained or a budget is asked for.
    package let nextRuns: [ProposedRun]
    package let budget: BudgetPreview?
}

/// The steps that a budget could take.
package struct BudgetPreview {
    package let until: Double
    package let budget: Budget
    package let includesTarget: Bool
    /// Every place where a step could be, with the fewest runs there.
    package let possible: [PossibleStep]
    /// Nil where the ladder has not been trained, which alone can tell.
    package var next: Next?

    package enum Next {
        case step(ProposedStep)
        /// The budget ends here: how it ended, and how the pairs stand.
        case nothing(BudgetResult, [PairResult])
    }
}

extension ComparisonSession {
    /// What `run` would do.
    /// - Throws: whatever is wrong with the request.
    package func dryRun() throws -> DryRun {
        let resolved = try ResolvedComparison(request), plan = resolved.plan
        let exists = FileManager.default.fileExists(atPath: "\(request.store)/store.json")
        let store = exists ? try RunStore(root: request.store) : nil
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs { records[run.id] = try store?.record(run.id) }
        let decided = Set(request.stopsEarly ? resolved.judge.runsDecidedEarly(plan, records).map(\.id) : [])
        func isDone(_ id: RunID) -> Bool {
            guard let record = try? store?.record(id) else { return false }
            return record.isFinished || (record.isWaiting && decided.contains(id))
        }
        let costs = CostModel()
        let left = plan.runs.map { run in
            (run.id, isDone(run.id) ? 0 : 1 - Double(records[run.id]?.checkpointStep ?? 0) / Double(run.spec.steps))
        }
        let isLadderTrained = plan.runs(at: { $0 != .target }).allSatisfy { isDone($0.id) }
        let pairs =
            request.budget == nil && isLadderTrained ? try resolved.judge.pairs(plan.ladder(records)) : []
        return DryRun(
            plan: plan, workers: request.workers,
            costs: Dictionary(uniqueKeysWithValues: plan.runs.map { ($0.id, costs.cost($0)) }),
            left: Dictionary(uniqueKeysWithValues: left), nextRuns: pairs.compactMap(\.nextRuns.first),
            budget: try request.budget.map { budget in
                var training = BudgetTraining(resolved, request, budget)
                return try training.preview(record: { try store?.record($0) }, isDone: isDone)
            })
    }
}
