// The steps of a budget: which runs come next, what they cost, what has been spent. Trains nothing and remembers nothing
// between calls: from the same records the same steps follow, and steps whose runs have ended take no time, only their
// share of the budget. So an interrupted comparison goes on where it was, and a dry run can tell what comes next. For
// that, runs at the target are looked at only once a step has asked for them.

package import ScalebenchCore

/// A comparison's plan with the runs that a budget has added so far.
package struct FurtherPlan {
    package private(set) var plan: ComparisonPlan
    package let budget: Budget
    /// The steps so far; the outcome is `decided` until `end` says otherwise.
    package private(set) var result: BudgetResult
    private let judge: Judge
    private let workers: Int
    private let includesTarget: Bool
    private let estimate: (ComparisonPlan.Run) -> Double?
    /// The candidates whose runs at the target have been asked for.
    private var atTarget: Set<Int> = []

    /// - Parameters:
    ///   - probability: every winner is to reach.
    ///   - includesTarget: whether the target is among the choices.
    ///   - estimate: core-seconds of a run where nothing has been trained that tells; nil where that is unknown.
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

    /// What is to be done next.
    /// - Parameter records: of the plan's runs.
    package func nextChoice(_ records: [RunID: RunRecord]) throws -> NextChoice {
        let offered = offered
        return try judge.nextChoice(
            ladder(of: offered, records), until: result.until, budget: budget.amount - result.spent,
            newRungs: plan.suite.rungs.count..<offered.rungs.count,
            targets: includesTarget ? Set(plan.candidates.indices).subtracting(atTarget) : []
        ) { place, candidates, count in
            cost(runs(count, at: place, of: candidates, in: offered), records)
        }
    }

    /// The plan gains a step's runs; what is to be trained.
    package mutating func begin(_ step: FurtherRuns) -> [ComparisonPlan.Run] {
        let offered = offered
        let runs = runs(step.expected.runsPerCandidate, at: step.place, of: step.candidates, in: offered)
        switch step.place {
        case .target: atTarget.formUnion(step.candidates)
        case .rung(let index):
            if index == plan.rungs.count { plan = offered }
            plan.add(runs)
        }
        return runs
    }

    /// Books a step whose runs have ended.
    package mutating func end(_ step: FurtherRuns, _ runs: [ComparisonPlan.Run], _ records: [RunID: RunRecord]) {
        let spent = cost(runs, records) ?? 0
        result.spent += spent
        result.steps.append(BudgetResult.Step(step, spent: spent))
    }

    package mutating func end(_ outcome: BudgetResult.Outcome) { result.outcome = outcome }

    /// Every place where a step could be, with the fewest runs there and their cost, of the dearest pair of candidates
    /// where there are several; nil where it is unknown.
    package func possibleSteps(
        _ records: [RunID: RunRecord]
    ) -> [(label: String, runsPerCandidate: Int, cost: Double?)] {
        let offered = offered
        return offered.places.filter { $0 != .target || includesTarget }.map { place in
            let isNew = place == .rung(plan.rungs.count), count = isNew || place == .target ? 1 : NextRun.counts[0]
            let costs = plan.candidates.indices.dropFirst().compactMap {
                cost(runs(count, at: place, of: [0, $0], in: offered), records)
            }
            let label = offered.label(of: place)
            return (place == .target ? "\(label) (target)" : isNew ? "\(label) (new)" : label, count, costs.max())
        }
    }

    /// How the pairs stand.
    package func pairs(_ records: [RunID: RunRecord]) throws -> [PairResult] {
        try judge.result(ladder(of: plan, records)).pairs
    }

    private var offered: ComparisonPlan { plan.withNewRung ?? plan }

    private func ladder(of plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> Ladder {
        plan.ladder(records).withTarget(of: atTarget)
    }

    /// The runs of a step; those at the target are part of every plan.
    private func runs(
        _ count: Int, at place: ComparisonPlan.Place, of candidates: Set<Int>, in plan: ComparisonPlan
    ) -> [ComparisonPlan.Run] {
        guard place == .target else { return plan.further(count, at: place, of: candidates) }
        return plan.runs.filter { $0.place == .target && !candidates.isDisjoint(with: $0.candidates) }
    }

    // MARK: - Costs

    /// What runs cost in the budget's unit: what they did where that is known, else what their like did.
    private func cost(_ runs: [ComparisonPlan.Run], _ records: [RunID: RunRecord]) -> Double? {
        switch budget {
        case .flops:
            return runs.reduce(0) { sum, run in
                let share = records[run.id]?.end.map { Double($0.step) / Double(run.spec.steps) } ?? 1
                return sum + share * run.spec.flops
            }
        case .seconds:
            let known = runs.compactMap { records[$0.id]?.end?.seconds ?? seconds($0, records) }
            guard known.count == runs.count else { return nil }
            return known.reduce(0, +) / Double(max(1, min(workers, runs.count)))
        }
    }

    /// Core-seconds of one run, by the finished ones of its place, or by the FLOP rate of the dearest that is finished.
    private func seconds(_ run: ComparisonPlan.Run, _ records: [RunID: RunRecord]) -> Double? {
        let known = plan.runs.compactMap { other -> (run: ComparisonPlan.Run, seconds: Double)? in
            guard let record = records[other.id], record.isFinished else { return nil }
            return record.end.map { (other, $0.seconds) }
        }
        let here = known.filter {
            $0.run.place == run.place && !Set($0.run.candidates).isDisjoint(with: run.candidates)
        }
        if !here.isEmpty { return here.map(\.seconds).mean }
        guard let dearest = known.max(by: { $0.run.spec.flops < $1.run.spec.flops }) else { return estimate(run) }
        return dearest.seconds * run.spec.flops / dearest.run.spec.flops
    }
}
