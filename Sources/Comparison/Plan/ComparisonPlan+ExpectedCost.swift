// What a decision is expected to cost, before anything is trained. Ladders with the plan's scales are drawn from the gap
// model's priors and judged after every stage. The gap at the top rung is not known then, so several are assumed.

import Foundation
import ScalebenchCore
import ScalingLaws

/// The expected cost of a decision between two candidates of one gap.
package struct ExpectedCost: Sendable, Equatable {
    /// The relative difference of the losses at the top rung.
    package var gap: Double
    /// The probability that a stage decides, so that the target is not trained.
    package var probabilityDecided: Double
    /// Training FLOPs until a decision, the target where no stage decides; 1 is the cost of both at the target.
    package var cost: Double
}

extension ComparisonPlan {
    private static let drawCount = 96

    /// The expected cost of a decision for several gaps, with the shipped priors. The same for equal plans.
    /// - Parameter gaps: relative differences of the losses at the top rung.
    /// - Throws: `GapModelError` for scales that cannot be judged.
    package func expectedCosts(gaps: [Double] = [0.005, 0.02, 0.05]) throws -> [ExpectedCost] {
        let places = suite.rungs.indices.map { LadderPlace.rung($0) }, target = flops(at: .target)
        let scales = places.map(flops)
        let costs = places.indices.map { index in
            ownShare(at: places[index]) * Double(suite.rungs[index].seeds) * scales[index] / target
        }
        let ofTarget = ownShare(at: .target)
        let stages = stages.map(\.upperBound), decisive = suite.thresholds.decisiveProbability
        return try gaps.map { gap in
            let draws = try inParallel(Self.drawCount) { draw in
                var generator = SplitMix(seed: UInt64(draw))
                let rungs = PriorDraw().ladder(
                    scales: scales, target: target, centre: { 3 * pow($0 / target, -0.05) }, gap: gap, using: &generator
                ).rungs
                return Result {
                    try stages.first { end in
                        let forecast = try GapModel().posterior(Array(rungs.prefix(end))).forecast(at: target)
                        return max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) >= decisive
                    }
                }
            }.map { try $0.get() }
            let spent = draws.map { end in costs.prefix(end ?? costs.count).reduce(0, +) + (end == nil ? ofTarget : 0) }
            return ExpectedCost(
                gap: gap, probabilityDecided: Double(draws.count { $0 != nil }) / Double(draws.count), cost: spent.mean)
        }
    }
}
