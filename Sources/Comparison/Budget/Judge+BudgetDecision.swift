// Chooses the next runs where the planned ladder has not decided: of the runs that the pairs' results propose and the
// budget can pay, those with the smallest expected cost of a decision. The posterior uses the new runs like all others,
// and does
// not depend on why they were made. `SyntheticFurtherRunsTests` check that the winners named in the end are right as
// often as their probability says.

import ScalingLaws

extension Judge {
    /// The next step for a ladder with one place per rung of its plan.
    /// - Parameters:
    ///   - probability: the probability that the winner of every pair is to reach.
    ///   - budget: the part of the budget that is left, in its unit.
    ///   - includesTarget: whether runs at the target may be taken to the ladder's target fractions.
    ///   - cost: the cost of these runs of these candidates at a place, in the budget's unit; nil where unknown.
    /// - Throws: `invalidInput` when a pair has fewer than two rungs in common.
    package func nextDecision(
        _ ladder: Ladder, until probability: Double, budget: Double, includesTarget: Bool,
        cost: (_ place: LadderPlace, _ candidates: Set<Int>, _ runs: ProposedRun) -> Double?
    ) throws -> BudgetDecision {
        let pooled = PooledEvidence(ladder)
        var steps: [BudgetStep] = [], isDecided = true
        for index in ladder.candidates.indices.dropFirst() {
            let pair = PairLadder(ladder, a: 0, b: index, pooled)
            if pair.candidatesAreIdentical { continue }
            let now = try assess(pair)
            guard let posterior = now.posterior, let forecast = now.forecast, isUndecided(now, until: probability)
            else {
                continue
            }
            isDecided = false
            let proposals = proposals(pair, posterior: posterior, forecast: forecast, decisive: probability)
            for proposal in proposals
            where proposal.isStep && (includesTarget || proposal.place != .target) {
                guard let cost = cost(proposal.place, [0, index], proposal.run), cost > 0 else { continue }
                steps.append(
                    BudgetStep(place: proposal.place, candidates: [0, index], expected: proposal.run, cost: cost))
            }
        }
        if isDecided { return .decided }
        // Where steps are equally good, the first one is taken, as in a result's list.
        let affordable = steps.enumerated().filter { $0.element.cost <= budget }
        let best = affordable.min {
            ($0.element.expected.expectedCost, $0.offset) < ($1.element.expected.expectedCost, $1.offset)
        }
        if let best { return .make(best.element) }
        return steps.min { $0.cost < $1.cost }.map { .unaffordable($0) } ?? .nothingHelps
    }
}
