// The steps of a budget: which runs come next, what they cost, what has been spent. Trains nothing and remembers nothing
// between calls: from the same records the same steps follow, and steps whose runs have ended take no time, only their
// share of the budget. So an interrupted comparison goes on where it was, and a dry run can tell what comes next. For
// that, runs at the target are looked at only as far as a step has asked for them.

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
    /// By candidate, the share of its schedule up to which its run at the target has been asked for.
    private var targetShares: [Int: Double] = [:]

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
            newRungs: plan.suite.rungs.count..<offered.rungs.count, targetShares: sharesToCome
        ) { place, candidates, next in
            let runs = runs(next.runsPerCandidate, at: place, of: candidates, in: offered)
            return cost(runs, to: next.toShare, records) { diverged(records[$0.id], $0) }
        }
    }

    /// By candidate, the shares up to which a step may take its run at the target.
    private var sharesToCome: [Int: [Double]] {
        guard includesTarget else { return [:] }
        let shares = plan.evaluatedShares(NextRun.targetShares)
        return Dictionary(
            uniqueKeysWithValues: plan.candidates.indices.map { index in
                (index, shares.filter { $0 > min(targetShares[0] ?? 0, targetShares[index] ?? 0) })
            })
    }

    /// The plan gains a step's runs; what is to be trained.
    package mutating func begin(_ step: FurtherRuns) -> [ComparisonPlan.Run] {
        let offered = offered
        let runs = runs(step.expected.runsPerCandidate, at: step.place, of: step.candidates, in: offered)
        if case .rung(let index) = step.place {
            if index == plan.rungs.count { plan = offered }
            plan.add(runs)
        }
        return runs
    }

    /// Books a step whose runs have ended.
    package mutating func end(_ step: FurtherRuns, _ runs: [ComparisonPlan.Run], _ records: [RunID: RunRecord]) {
        let spent = cost(runs, to: step.expected.toShare, records) { reached(records[$0.id], $0) } ?? 0
        result.spent += spent
        result.steps.append(BudgetResult.Step(step, spent: spent))
        guard step.place == .target else { return }
        for index in step.candidates { targetShares[index] = max(step.expected.toShare, targetShares[index] ?? 0) }
    }

    package mutating func end(_ outcome: BudgetResult.Outcome) { result.outcome = outcome }

    /// Every place where a step could be, with the fewest runs there and their cost, of the dearest pair of candidates
    /// where there are several; nil where it is unknown.
    package func possibleSteps(
        _ records: [RunID: RunRecord]
    ) -> [(label: String, runsPerCandidate: Int, cost: Double?)] {
        let offered = offered
        func step(_ place: ComparisonPlan.Place, _ count: Int, upTo share: Double = 1, _ note: String = "") -> (
            label: String, runsPerCandidate: Int, cost: Double?
        ) {
            let costs = plan.candidates.indices.dropFirst().compactMap { index in
                cost(runs(count, at: place, of: [0, index], in: offered), to: share, records) {
                    diverged(records[$0.id], $0)
                }
            }
            return ("\(offered.label(of: place))\(note)", count, costs.max())
        }
        let rungs = offered.rungs.indices.map { index in
            index == plan.rungs.count ? step(.rung(index), 1, " (new)") : step(.rung(index), NextRun.counts[0])
        }
        guard includesTarget else { return rungs }
        return rungs
            + plan.evaluatedShares(NextRun.targetShares).map { share in
                step(.target, 1, upTo: share, " (target\(NextRun.part(share)))")
            }
    }

    /// How the pairs stand.
    package func pairs(_ records: [RunID: RunRecord]) throws -> [PairResult] {
        try judge.result(ladder(of: plan, records)).pairs
    }

    private var offered: ComparisonPlan { plan.withNewRung ?? plan }

    /// As far as steps have asked for it.
    private func ladder(of plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> Ladder {
        var records = records
        for run in plan.runs(at: { $0 == .target }) where asked(run) < 1 {
            records[run.id] = records[run.id]?.upTo(step: run.step(at: asked(run)))
        }
        return plan.ladder(records)
    }

    /// The share up to which a run has been asked for by earlier steps.
    private func asked(_ run: ComparisonPlan.Run) -> Double {
        run.place == .target ? run.candidates.map { targetShares[$0] ?? 0 }.max() ?? 0 : 0
    }

    /// The runs of a step; those at the target are part of every plan.
    private func runs(
        _ count: Int, at place: ComparisonPlan.Place, of candidates: Set<Int>, in plan: ComparisonPlan
    ) -> [ComparisonPlan.Run] {
        guard place == .target else { return plan.further(count, at: place, of: candidates) }
        return plan.runs.filter { $0.place == .target && !candidates.isDisjoint(with: $0.candidates) }
    }

    // MARK: - Costs

    /// What it costs in the budget's unit to carry runs on from where earlier steps left them up to a share of their
    /// schedule; nil where it is unknown.
    /// - Parameter end: the step that a run does not get beyond.
    private func cost(
        _ runs: [ComparisonPlan.Run], to share: Double, _ records: [RunID: RunRecord],
        end: (ComparisonPlan.Run) -> Int
    ) -> Double? {
        var sum = 0.0
        for run in runs {
            guard let whole = wholeCost(run, records) else { return nil }
            let end = end(run)
            let reached = end < run.step(at: share) ? Double(end) / Double(run.spec.steps) : share
            sum += max(0, reached - asked(run)) * whole
        }
        if case .flops = budget { return sum }
        return sum / Double(max(1, min(workers, runs.count)))
    }

    private func wholeCost(_ run: ComparisonPlan.Run, _ records: [RunID: RunRecord]) -> Double? {
        switch budget {
        case .flops: return run.spec.flops
        case .seconds:
            guard let end = records[run.id]?.end, end.step > 0, end.seconds > 0 else { return seconds(run, records) }
            return end.seconds * Double(run.spec.steps) / Double(end.step)
        }
    }

    /// The step with which a run ended, or was told to; its last one where it did neither.
    private func reached(_ record: RunRecord?, _ run: ComparisonPlan.Run) -> Int {
        guard let record, let end = record.end, record.isFinished || end.status == .stoppedEarly else {
            return run.spec.steps
        }
        return end.step
    }

    /// The step with which a run diverged; its last one where it did not.
    private func diverged(_ record: RunRecord?, _ run: ComparisonPlan.Run) -> Int {
        record?.end?.status == .diverged ? reached(record, run) : run.spec.steps
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
