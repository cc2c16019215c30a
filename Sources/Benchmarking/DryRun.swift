// Says what a comparison would do and cost, without doing it. A dry run leaves nothing behind, not even an empty store.

package import Comparison
package import ScalebenchCore

/// A plan with its cost on this machine.
package struct DryRun {
    package let plan: ComparisonPlan
    /// The number of runs trained at once.
    package let workers: Int
    /// The cost of each whole run.
    package let costs: [RunID: RunCost]
    /// The fraction of each run's schedule that is still to be trained.
    package let left: [RunID: Double]
    /// The number of runs that have a result.
    package let stored: Int
    /// The best next runs of each undecided pair; empty where the ladder has not been trained or a budget is asked for.
    package let nextRuns: [ProposedRun]
    /// The steps that a budget could take; nil without a budget.
    package let budget: BudgetPreview?
    /// What a decision is expected to cost; empty where the ladder has been trained, or all of it will be.
    package let expectedCosts: [ExpectedCost]
    /// What is known to weaken the verdict before anything is trained.
    package let findings: [Finding]
}

/// The steps that a budget could take.
package struct BudgetPreview {
    /// The probability that the winner of every pair is to reach.
    package let until: Double
    package let budget: Budget
    /// Whether the target is among the choices.
    package let includesTarget: Bool
    /// Every place where a step could be taken, with the fewest runs there.
    package let possible: [PossibleStep]
    /// What comes next; nil where the ladder has not been trained, on which it depends.
    package var next: Next?

    /// The next step of a budget, or its end.
    package enum Next {
        /// This step comes next.
        case step(ProposedStep)
        /// The budget ends here, with this outcome and these results of the pairs.
        case nothing(BudgetResult, [PairResult])
    }
}

extension ComparisonSession {
    /// Says what `run` would do.
    /// - Throws: `ScalebenchError` for a request that cannot be carried out.
    package func dryRun() throws -> DryRun {
        let resolved = try ResolvedComparison(request)
        let plan = resolved.plan.families.isEmpty ? resolved.plan : resolved.plan.wholeSweep
        let stored = try StoredRuns(request.store, resolved.baselines)
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs { records[run.id] = try stored.record(run.id) }
        let decided = Set(request.trainsAllRungs ? [] : resolved.judge.runsDecidedEarly(plan, records).map(\.id))
        func isDone(_ id: RunID) -> Bool {
            guard let record = try? stored.record(id) else { return false }
            return record.isFinished || (record.isWaiting && decided.contains(id))
        }
        let costs = CostModel(MeasuredSeconds(of: plan.runs, in: request.store))
        let isSweep = !plan.families.isEmpty
        let (open, isLadderTrained) =
            isSweep ? (Set(plan.candidates.indices), false) : ladderState(resolved, records, isDone)
        let left = plan.runs.map { run in
            let isLeftOut = run.place == .target && !request.trainsTarget
            let isOver = isLeftOut || isDone(run.id) || open.isDisjoint(with: run.candidates)
            let start = max(records[run.id]?.checkpointStep ?? 0, branch(to: run, plan, records, stored))
            return (run.id, isOver ? 0 : 1 - Double(start) / Double(run.spec.steps))
        }
        let pairs =
            request.budget == nil && isLadderTrained ? try resolved.judge.pairs(plan.ladder(records)) : []
        return DryRun(
            plan: plan, workers: request.workers,
            costs: Dictionary(uniqueKeysWithValues: plan.runs.map { ($0.id, costs.cost($0)) }),
            left: Dictionary(uniqueKeysWithValues: left),
            stored: plan.runs.count { records[$0.id]?.isFinished == true },
            nextRuns: pairs.compactMap(\.nextRuns.first),
            budget: try request.budget.map { budget in
                var training = BudgetTraining(resolved, request, budget)
                return try training.preview(
                    isLadderTrained: isLadderTrained, record: { try stored.record($0) }, isDone: isDone)
            },
            expectedCosts: request.trainsAllRungs || isLadderTrained || isSweep ? [] : try plan.expectedCosts(),
            findings: Checks.trainersNotHashed(plan))
    }

    /// The step from which a run can go on because a shorter run is its start; 0 where there is none. The shorter run has
    /// left a checkpoint for it, or will leave one where its rate begins to fall.
    private func branch(
        to run: ComparisonPlan.Run, _ plan: ComparisonPlan, _ records: [RunID: RunRecord], _ stored: StoredRuns
    ) -> Int {
        plan.shorterRuns(than: run).lazy.compactMap { shorter -> Int? in
            if let step = stored.branchStep(from: shorter.id, to: run.id) { return step }
            let begun = records[shorter.id]
            let isToCome = begun?.isFinished != true && begun?.checkpointStep ?? 0 < shorter.spec.steadySteps
            return isToCome ? shorter.spec.steadySteps : nil
        }.first ?? 0
    }

    /// The candidates that are trained further as far as it is known now, and whether the ladder is trained as far as it
    /// will be.
    private func ladderState(
        _ resolved: ResolvedComparison, _ records: [RunID: RunRecord], _ isDone: (RunID) -> Bool
    ) -> (open: Set<Int>, isTrained: Bool) {
        let plan = resolved.plan
        var open = Set(plan.candidates.indices)
        for stage in request.trainsAllRungs ? [plan.rungs.indices] : plan.stages where !open.isEmpty {
            let runs = plan.runs { $0.isRung(in: stage) }.filter { !open.isDisjoint(with: $0.candidates) }
            guard runs.allSatisfy({ isDone($0.id) }) else { return (open, false) }
            if !request.trainsAllRungs { open = resolved.open(records, request) }
        }
        return (open, true)
    }
}
