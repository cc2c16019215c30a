// Which runs to make next when the planned ladder has not decided: greedily the step that is worth most for its cost – by
// what it adds to the probability of a right decision, and its chance to decide –, as long as the budget holds. What a step
// shows is weighed like everything else, by a posterior that does not depend on why the runs were made;
// `SyntheticFurtherRunsTests` hold the winners named in the end to their probability.

import ScalebenchCore
import ScalingLaws

/// Some runs of two candidates at one place of a plan.
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

extension Judge {
    /// The next step for a ladder with one place per rung of its plan.
    /// - Parameters:
    ///   - probability: the winner of every pair is to reach.
    ///   - budget: what is left.
    ///   - newRungs: the rungs where candidates without runs may get their first.
    ///   - includesTarget: whether runs at the target may be taken to the ladder's target shares.
    ///   - cost: of such runs of each of these candidates at a place, in the budget's unit; nil where unknown.
    package func nextDecision(
        _ ladder: Ladder, until probability: Double, budget: Double, newRungs: Range<Int> = 0..<0,
        includesTarget: Bool,
        cost: (_ place: LadderPlace, _ candidates: Set<Int>, _ runs: ProposedRun) -> Double?
    ) throws -> BudgetDecision {
        let noise = LadderNoise(ladder)
        var options: [BudgetStep] = [], isDecided = true
        for index in ladder.candidates.indices.dropFirst() {
            let pair = PairLadder(ladder, a: 0, b: index, noise: noise)
            if pair.candidatesAreIdentical { continue }
            let now = try assess(pair)
            guard let posterior = now.posterior, let forecast = now.forecast, now.verdict != .equivalent,
                max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) < probability
            else { continue }
            isDecided = false
            func add(_ place: LadderPlace, _ run: ProposedRun?) {
                guard let run, let cost = cost(place, [0, index], run), cost > 0 else { return }
                options.append(BudgetStep(place: place, candidates: [0, index], expected: run, cost: cost))
            }
            for (rung, here) in pair.rungs.enumerated() {
                if !here.a.isEmpty, !here.b.isEmpty {
                    add(
                        .rung(rung),
                        ProposedRun.fewest(at: .init(pair, rung: rung), pair, posterior, decisive: probability)
                    )
                } else if newRungs.contains(rung), !pair.isTargetTrained {
                    var place = ProposedRun.Place(pair, rung: rung)
                    place.label = "a new rung, \(place.label)"
                    add(
                        .rung(rung),
                        ProposedRun.fewest(
                            at: place, counts: [1] + ProposedRun.counts, pair, posterior, decisive: probability))
                }
            }
            for share in includesTarget ? pair.targetFractions : [] {
                add(.target, ProposedRun.target(upTo: share, pair, posterior, forecast, decisive: probability))
            }
        }
        if isDecided { return .decided }
        let value = { (option: BudgetStep) in option.expected.worth / option.cost }
        if let best = options.filter({ $0.cost <= budget }).max(by: { value($0) < value($1) }) { return .make(best) }
        return options.min { $0.cost < $1.cost }.map { .unaffordable($0) } ?? .nothingHelps
    }
}
