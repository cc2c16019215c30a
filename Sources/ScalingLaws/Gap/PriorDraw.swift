// Ladders drawn from the priors, for which every assumption of the model is true. Its forecasts must be calibrated on
// them, as SyntheticCalibrationTests checks.

import Foundation

/// Draws pairs of candidates whose gap follows the priors exactly.
package struct PriorDraw: Sendable {
    private let priors: GapPriors

    package init(_ priors: GapPriors = .shipped) { self.priors = priors }

    /// One ladder at ascending `scales` and the outcome at `target` above them, with one run of each candidate.
    ///
    /// - Parameter centre: the geometric mean of both losses at a scale, which is not drawn from the priors.
    package func ladder(
        scales: [Double], target: Double, centre: (Double) -> Double, using generator: inout SplitMix
    ) -> (rungs: [GapRung], target: GapRung) {
        // 1. The floor and the grid point (kind, misfit, slope) are drawn in proportion to their prior weights.
        let floor = pick(priors.gapFloors.map(\.weight), &generator)
        let point = pick(priors.gap.logWeights.map { exp($0) }, &generator)
        let fraction = priors.gapFloors[floor].value
        let drawn = priors.gap.scales[point].times(1 / (1 - fraction))
        // 2. One path of the trend is drawn from the prior, with misfit at every rung and growth at the target.
        let all = scales + [target]
        let top = log10(scales[scales.count - 1])
        let positions = all.map { TrendPosition(x: log10($0) - top) }
        let prior = TrendFit(drawn, positions: [positions[0]], observations: [0], noise: [1e30])
        let path = prior.path(
            TrendFit.order([positions[0]], positions), at: positions, observations: [0], noise: [1e30], &generator)
        var gaps = path.map { $0 + drawn.misfit * generator.normal() }
        gaps[scales.count] *= exp(priors.growth * positions[scales.count].x.squareRoot() * generator.normal())
        // 3. The losses have that gap above the floor. The floor is a fraction of the smallest visible loss, which
        //    depends on the floor in turn, so a few iterations are needed.
        var smallest = scales.map(centre).min() ?? 1
        for _ in 0..<30 {
            let pairs = zip(scales, gaps).map {
                GapPosterior.Pair(centre: centre($0), gap: $1, floor: fraction * smallest)
            }
            smallest = pairs.map { min($0.a, $0.b) }.min() ?? smallest
        }
        let rungs = zip(all, gaps).map { scale, gap in
            let pair = GapPosterior.Pair(centre: centre(scale), gap: gap, floor: fraction * smallest)
            return GapRung(scale: scale, lossesA: [pair.a], lossesB: [pair.b])
        }
        return (Array(rungs.dropLast()), rungs[scales.count])
    }

    private func pick(_ weights: [Double], _ generator: inout SplitMix) -> Int {
        var rest = generator.uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.count - 1
    }
}
