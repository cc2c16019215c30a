// `compare --until 0.95 --budget 2h`: after the planned ladder, the next best runs, one batch after the other. Nothing is
// remembered between calls: from the same records the same steps follow, and steps whose runs are in the store take no
// time, only their share of the budget. So an interrupted comparison goes on where it was. For that, runs at the target
// are looked at only once a step has asked for them.

import Comparison
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct FurtherTraining {
    let session: LadderSession
    let judge: Judge
    let until: Double
    let budget: Budget
    let workers: Int
    let includesTarget: Bool
    /// Whether runs at the target end as soon as they have decided.
    let stopsEarly: Bool

    /// Trains until decided or spent. The session's plan grows by the runs that were made.
    func run() async throws -> BudgetResult {
        var result = BudgetResult(until: until, budget: budget)
        /// The candidates whose runs at the target have been asked for.
        var atTarget: Set<Int> = []
        while true {
            switch try nextChoice(spent: result.spent, atTarget: atTarget) {
            case .decided:
                result.outcome = .decided
                return result
            case .nothingHelps:
                result.outcome = .nothingHelps
                return result
            case .unaffordable:
                result.outcome = .budgetSpent
                return result
            case .make(let step):
                if step.place == .target {
                    atTarget.formUnion(step.candidates)
                } else {
                    session.plan = session.plan.adding(
                        step.expected.runsPerCandidate, at: step.place, of: step.candidates)
                }
                let runs = runs(of: step)
                session.log(
                    Phrase.furtherRuns(
                        step, candidates: session.plan.candidates.map(\.name), budget: budget,
                        spent: result.spent))
                try await session.train(
                    at: { $0 == step.place }, of: step.candidates, stoppingBy: stopsEarly ? judge : nil)
                let records = try session.records()
                let spent = cost(runs.map { ($0, records[$0.id]) })
                result.spent += spent
                result.steps.append(BudgetResult.Step(step, spent: spent))
                guard session.failure == nil else {
                    result.outcome = .failed
                    return result
                }
            }
        }
    }

    private func nextChoice(spent: Double, atTarget: Set<Int>) throws -> NextChoice {
        let records = try session.records(), plan = session.plan
        return try judge.nextChoice(
            plan.ladder(records).withTarget(of: atTarget), until: until, budget: budget.amount - spent,
            targets: includesTarget ? Set(plan.candidates.indices).subtracting(atTarget) : []
        ) { place, candidates, count in
            let present = plan.runs.filter {
                $0.place == place && !candidates.isDisjoint(with: $0.candidates)
            }
            if place == .target { return cost(present.map { ($0, nil) }) }
            let one = candidates.compactMap { candidate in present.first { $0.candidates.contains(candidate) } }
            return cost(one.flatMap { run in (0..<count).map { _ in (run, nil) } })
        }
    }

    /// The runs of a step that is part of the plan.
    private func runs(of step: FurtherRuns) -> [ComparisonPlan.Run] {
        let here = session.plan.runs.filter { $0.place == step.place }
        guard step.place != .target else { return here.filter { !step.candidates.isDisjoint(with: $0.candidates) } }
        let own = step.candidates.flatMap { candidate in
            here.filter { $0.candidates.contains(candidate) }.sorted { $0.spec.seed < $1.spec.seed }
                .suffix(step.expected.runsPerCandidate)
        }
        return here.filter { run in own.contains { $0.id == run.id } }
    }

    /// What runs cost in the budget's unit: what they did where that is known, else what their like did.
    private func cost(_ runs: [(run: ComparisonPlan.Run, record: RunRecord?)]) -> Double {
        switch budget {
        case .flops:
            return runs.reduce(0) { sum, entry in
                let share = entry.record?.end.map { Double($0.step) / Double(entry.run.spec.steps) } ?? 1
                return sum + share * entry.run.spec.flops
            }
        case .seconds:
            let core = runs.reduce(0) { $0 + ($1.record?.end?.seconds ?? seconds($1.run)) }
            return core / Double(max(1, min(workers, runs.count)))
        }
    }

    /// Core-seconds of one run, by the finished ones of its place, or by the FLOP rate of the dearest that is finished.
    private func seconds(_ run: ComparisonPlan.Run) -> Double {
        let finished = ((try? session.records()) ?? [:]).filter { $0.value.isFinished }
        let known = session.plan.runs.compactMap { other in
            finished[other.id]?.end.map { (run: other, seconds: $0.seconds, flops: other.spec.flops) }
        }
        let here = known.filter {
            $0.run.place == run.place && !Set($0.run.candidates).isDisjoint(with: run.candidates)
        }
        if !here.isEmpty { return here.reduce(0) { $0 + $1.seconds } / Double(here.count) }
        guard let dearest = known.max(by: { $0.flops < $1.flops }) else { return 0 }
        return dearest.seconds * run.spec.flops / dearest.flops
    }
}
