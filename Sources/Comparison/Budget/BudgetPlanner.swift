// The steps of a budget: which runs come next, what they cost, and what has been spent. It trains nothing, and what it
// knows follows from the records: the same records give the same steps, and a step whose runs have already ended takes
// no time, only its part of the budget. So an interrupted comparison goes on where it was, and a dry run can tell what
// comes next. For that, the records of runs at the target are read only as far as a step has asked for them.

package import ScalebenchCore
import ScalingLaws

/// A comparison's plan with the runs that a budget has added so far.
package struct BudgetPlanner {
    package private(set) var plan: ComparisonPlan
    package let budget: Budget
    /// The steps so far; the outcome is `decided` until `end` says otherwise.
    package private(set) var result: BudgetResult
    private let judge: Judge
    private let workers: Int
    /// Whether the target is among the choices.
    package let includesTarget: Bool
    private let estimate: (ComparisonPlan.Run) -> Double?
    /// The fraction of the schedule up to which each candidate's run at the target has been asked for.
    private var requested: [Int: Double] = [:]

    /// A planner whose budget has spent nothing yet.
    /// - Parameters:
    ///   - probability: the probability that every winner is to reach.
    ///   - includesTarget: whether the target is among the choices.
    ///   - estimate: core-seconds of a run, used while no finished run tells them; nil where they are unknown.
    package init(
        _ plan: ComparisonPlan, judge: Judge, until probability: Double, budget: Budget, workers: Int,
        includesTarget: Bool, estimate: @escaping (ComparisonPlan.Run) -> Double?
    ) {
        self.plan = plan
        self.judge = judge
        self.budget = budget
        self.workers = workers
        self.includesTarget = includesTarget
        self.estimate = estimate
        result = BudgetResult(until: probability, budget: budget)
    }

    /// What the budget does next.
    /// - Parameter records: the records of the plan's runs.
    /// - Throws: `invalidInput` when a pair has fewer than two rungs in common.
    package func nextDecision(_ records: [RunID: RunRecord]) throws -> BudgetDecision {
        let offered = offered, records = seen(records)
        return try judge.nextDecision(
            plan.ladder(records), until: result.until, budget: budget.amount - result.spent,
            includesTarget: includesTarget
        ) { place, candidates, next in
            cost(
                runs(next.runsPerCandidate, at: place, of: candidates, in: offered), from: requested, records
            ) { _ in next.toFraction }
        }
    }

    /// Adds a step's runs to the plan and returns the runs to be trained.
    package mutating func begin(_ step: BudgetStep) -> [ComparisonPlan.Run] {
        let offered = offered
        let runs = runs(step.expected.runsPerCandidate, at: step.place, of: step.candidates, in: offered)
        if case .rung(let index) = step.place {
            if index == plan.rungs.count { plan = offered }
            plan.add(runs)
        }
        return runs
    }

    /// Records a step whose runs have ended, with its cost.
    package mutating func end(_ step: BudgetStep, _ runs: [ComparisonPlan.Run], _ records: [RunID: RunRecord]) {
        let before = requested
        if step.place == .target {
            for run in runs {
                let reached = reachedFraction(run, step.expected.toFraction, records[run.id])
                for index in run.candidates { requested[index] = max(reached, before[index] ?? 0) }
            }
        }
        let spent = cost(runs, from: before, seen(records)) { $0.place == .target ? asked($0, requested) : 1 } ?? 0
        result.spent += spent
        result.steps.append(BudgetResult.Step(step, spent: spent))
    }

    /// The fraction that a run has reached which was wanted up to `fraction`: that of the first evaluation from there
    /// on, or less where it was stopped early.
    private func reachedFraction(_ run: ComparisonPlan.Run, _ fraction: Double, _ record: RunRecord?) -> Double {
        let wanted = run.step(at: fraction)
        guard fraction < 1 || record?.isWaiting == true, let record else { return fraction }
        let evaluated = record.evaluations.first { $0.step >= wanted }?.step
        guard let step = evaluated ?? (record.isWaiting ? record.end?.step : nil), step != wanted else {
            return fraction
        }
        let reached = Double(step) / Double(run.spec.steps)
        // A step after which the run stands where it stood is not asked for again.
        return reached > asked(run, requested) ? reached : fraction
    }

    /// Records why the budget ends.
    package mutating func end(_ outcome: BudgetResult.Outcome) { result.outcome = outcome }

    /// Every place where a step could be taken, with the fewest runs there and their cost. Of several pairs, the most
    /// expensive one counts. The ladder need not have been trained.
    package func possibleSteps(_ records: [RunID: RunRecord]) -> [PossibleStep] {
        let offered = offered, records = seen(records), ladder = plan.ladder(records)
        let pair = PairLadder(ladder, a: 0, b: 1, PooledEvidence(ladder))
        return pair.runOptions(assumingTrained: true).filter { includesTarget || $0.place != .target }.map { option in
            let costs = plan.candidates.indices.dropFirst().compactMap { index in
                cost(
                    runs(option.counts[0], at: option.place, of: [0, index], in: offered), from: requested, records
                ) { _ in option.toFraction }
            }
            return PossibleStep(label: option.label, runsPerCandidate: option.counts[0], cost: costs.max())
        }
    }

    /// The present results of the pairs.
    /// - Throws: what `Judge.pairs` throws.
    package func pairs(_ records: [RunID: RunRecord]) throws -> [PairResult] {
        try judge.pairs(plan.ladder(seen(records)))
    }

    private var offered: ComparisonPlan { plan.withNewRung ?? plan }

    /// The records up to where steps have asked for them.
    private func seen(_ records: [RunID: RunRecord]) -> [RunID: RunRecord] {
        var seen = records
        for run in plan.runs(at: { $0 == .target }) where asked(run, requested) < 1 {
            seen[run.id] = records[run.id]?.upTo(step: run.step(at: asked(run, requested)))
        }
        return seen
    }

    /// The fraction up to which a run has been asked for.
    private func asked(_ run: ComparisonPlan.Run, _ fractions: [Int: Double]) -> Double {
        run.place == .target ? run.candidates.map { fractions[$0] ?? 0 }.max() ?? 0 : 0
    }

    /// The runs of a step. Those at the target are already in the plan.
    private func runs(
        _ count: Int, at place: LadderPlace, of candidates: Set<Int>, in plan: ComparisonPlan
    ) -> [ComparisonPlan.Run] {
        guard place == .target else { return plan.further(count, at: place, of: candidates) }
        return plan.runs.filter { $0.place == .target && !candidates.isDisjoint(with: $0.candidates) }
    }

    // MARK: - Costs

    /// What it costs in the budget's unit to carry runs on; nil where it is unknown.
    /// - Parameters:
    ///   - fractions: the fraction that each candidate's run at the target has reached.
    ///   - records: the records up to where steps have asked for them.
    ///   - end: the fraction of its schedule up to which a run is carried, unless it diverges before.
    private func cost(
        _ runs: [ComparisonPlan.Run], from fractions: [Int: Double], _ records: [RunID: RunRecord],
        to end: (ComparisonPlan.Run) -> Double
    ) -> Double? {
        var costs: [Double] = []
        for run in runs {
            guard let whole = wholeCost(run, records) else { return nil }
            let part = min(end(run), divergedFraction(run, records[run.id])) - asked(run, fractions)
            if part > 0 { costs.append(part * whole) }
        }
        let sum = costs.reduce(0, +)
        if case .flops = budget { return sum }
        // One run is not faster on several workers.
        return max(sum / Double(max(1, workers)), costs.max() ?? 0)
    }

    /// The fraction of its schedule at which a run diverged; 1 for a run that did not.
    private func divergedFraction(_ run: ComparisonPlan.Run, _ record: RunRecord?) -> Double {
        guard let end = record?.end, end.status == .diverged else { return 1 }
        return Double(end.step) / Double(run.spec.steps)
    }

    private func wholeCost(_ run: ComparisonPlan.Run, _ records: [RunID: RunRecord]) -> Double? {
        if case .flops = budget { return run.spec.flops }
        return seconds(of: run, records[run.id]) ?? secondsOfOthers(run, records)
    }

    /// Core-seconds of a whole run, at the speed that it has had so far; nil for one that has not begun.
    private func seconds(of run: ComparisonPlan.Run, _ record: RunRecord?) -> Double? {
        // A run that goes on loses its end event, but keeps its steps.
        let last = record?.steps.last.map { ($0.step, $0.seconds) } ?? record?.end.map { ($0.step, $0.seconds) }
        guard let (step, seconds) = last, step > 0, seconds > 0 else { return nil }
        return seconds * Double(run.spec.steps) / Double(step)
    }

    /// Core-seconds of one run, from the finished runs of its place, or else from the FLOP rate of the most expensive
    /// finished run.
    private func secondsOfOthers(_ run: ComparisonPlan.Run, _ records: [RunID: RunRecord]) -> Double? {
        let known = plan.runs.compactMap { other -> (run: ComparisonPlan.Run, seconds: Double)? in
            guard let record = records[other.id], record.isFinished else { return nil }
            return seconds(of: other, record).map { (other, $0) }
        }
        let here = known.filter {
            $0.run.place == run.place && !Set($0.run.candidates).isDisjoint(with: run.candidates)
        }
        if !here.isEmpty { return here.map(\.seconds).mean }
        guard let mostExpensive = known.max(by: { $0.run.spec.flops < $1.run.spec.flops }) else { return estimate(run) }
        return mostExpensive.seconds * run.spec.flops / mostExpensive.run.spec.flops
    }
}
