// Which runs to make next when the planned ladder has not decided: greedily the step that adds most to the probability of
// a right decision for its cost, as long as the budget holds. What a step shows is weighed like everything else, by a
// posterior that does not depend on why the runs were made; `PlantedFurtherRunsTests` hold the winners named in the end
// to their probability.

import ScalebenchCore
import ScalingLaws

/// Some runs of two candidates at one place of a plan.
package struct FurtherRuns: Sendable {
    package var place: ComparisonPlan.Place
    /// Indices into the plan's candidates: the two of the pair that gains.
    package var candidates: Set<Int>
    /// What they are expected to bring.
    package var expected: NextRun
    /// In the budget's unit.
    package var cost: Double
}

/// What is to be done next.
package enum NextChoice: Sendable {
    /// Every pair has reached the probability, is known to be equivalent, or was decided by divergence.
    case decided
    case make(FurtherRuns)
    /// What would help costs more than is left: the cheapest of it.
    case unaffordable(FurtherRuns)
    /// No runs that are known of would add a percent.
    case nothingHelps
}

extension Judge {
    /// The next step for a ladder with one place per rung of its plan.
    /// - Parameters:
    ///   - probability: the winner of every pair is to reach.
    ///   - budget: what is left.
    ///   - targets: the candidates whose runs at the target are among the choices; A's come with them.
    ///   - cost: of so many more runs of each of these candidates at a place, in the budget's unit; nil where unknown.
    package func nextChoice(
        _ ladder: Ladder, until probability: Double, budget: Double, targets: Set<Int>,
        cost: (_ place: ComparisonPlan.Place, _ candidates: Set<Int>, _ runsPerCandidate: Int) -> Double?
    ) throws -> NextChoice {
        let noise = LadderNoise(ladder)
        var options: [FurtherRuns] = [], isDecided = true
        for index in ladder.candidates.indices.dropFirst() {
            let pair = PairLadder(ladder, a: 0, b: index, noise: noise)
            if pair.armsAreIdentical { continue }
            let now = try assess(pair)
            guard let posterior = now.posterior, let forecast = now.forecast, now.verdict != .equivalent,
                max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) < probability
            else { continue }
            isDecided = false
            func add(_ place: ComparisonPlan.Place, _ run: NextRun?) {
                guard let run, let cost = cost(place, [0, index], run.runsPerCandidate), cost > 0 else { return }
                options.append(FurtherRuns(place: place, candidates: [0, index], expected: run, cost: cost))
            }
            for (rung, here) in pair.rungs.enumerated() where !here.a.isEmpty && !here.b.isEmpty {
                add(.rung(rung), NextRun.fewest(at: .init(here.rung), pair, posterior))
            }
            if targets.contains(index) {
                add(.target, NextRun.fewest(at: .init(pair.target.rung), counts: [1], pair, posterior))
            }
        }
        if isDecided { return .decided }
        let value = { (option: FurtherRuns) in option.expected.gain / option.cost }
        if let best = options.filter({ $0.cost <= budget }).max(by: { value($0) < value($1) }) { return .make(best) }
        return options.min { $0.cost < $1.cost }.map { .unaffordable($0) } ?? .nothingHelps
    }
}

extension Judge {
    /// The word for candidate `b` against the first, without the numbers that a report needs.
    package func verdict(_ ladder: Ladder, b: Int) throws -> Verdict {
        let pair = PairLadder(ladder, a: 0, b: b, noise: LadderNoise(ladder))
        return pair.armsAreIdentical ? .equivalent : try assess(pair).verdict
    }
}

extension ComparisonPlan {
    /// The same with `count` more runs of each of `candidates` at a place, on the next seeds of each.
    package func adding(_ count: Int, at place: Place, of candidates: Set<Int>) -> ComparisonPlan {
        var plan = self
        for candidate in candidates.sorted() {
            let own = runs.filter { $0.place == place && $0.candidates.contains(candidate) }.map(\.spec)
            guard let last = own.max(by: { $0.seed < $1.seed }) else { continue }
            for seed in (last.seed + 1)...(last.seed + count) {
                var spec = last
                spec.seed = seed
                let id = spec.runID
                if let shared = plan.runs.firstIndex(where: { $0.id == id }) {
                    plan.runs[shared].candidates.append(candidate)
                } else {
                    plan.runs.append(Run(id: id, spec: spec, place: place, candidates: [candidate]))
                }
            }
        }
        return plan
    }
}
