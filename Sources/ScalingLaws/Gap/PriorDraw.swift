// Ladders drawn from the priors, for which every assumption of the model is true. Its forecasts must be calibrated on
// them, as SyntheticCalibrationTests checks.

import Foundation

/// Draws pairs of candidates whose gap follows the priors exactly.
package struct PriorDraw: Sendable {
    private let priors: GapPriors

    package init(_ priors: GapPriors = .shipped) { self.priors = priors }

    /// A roughness, drawn in proportion to its prior weight.
    package func roughness(using generator: inout SplitMix) -> Double {
        let values = priors.roughnessGrid.values
        var rest = generator.uniform() * values.reduce(0) { $0 + exp(priors.roughness.logDensity($1)) }
        let drawn = values.first { value in
            rest -= exp(priors.roughness.logDensity(value))
            return rest < 0
        }
        return drawn ?? values[values.count - 1]
    }

    /// The log loss of one candidate relative to a common curve, which walks so that the gap of two such candidates
    /// walks as the priors say.
    ///
    /// - Parameters:
    ///   - scales: ascending; the walk starts at `scales[top]` and goes both ways.
    ///   - deviation: the value at that scale.
    ///   - roughness: that of the gap of two such candidates.
    package func path(
        at scales: [Double], from top: Int, deviation: Double, roughness: Double, using generator: inout SplitMix
    ) -> [Double] {
        let tie = roughness / 2.0.squareRoot() / priors.growth
        let walk = TrendFit.motion(at: scales.map { log10($0 / scales[top]) }, &generator)
        return walk.map { tie * sinh(asinh(deviation / tie) + priors.growth * $0) }
    }

    /// One ladder at ascending `scales` and the outcome at `target` above them, with one run of each candidate.
    ///
    /// - Parameters:
    ///   - centre: the geometric mean of both losses at a scale, which is not drawn from the priors.
    ///   - gap: d at the top rung, which is not drawn from them either.
    package func ladder(
        scales: [Double], target: Double, centre: (Double) -> Double, gap: Double, using generator: inout SplitMix
    ) -> (rungs: [GapRung], target: GapRung) {
        // 1. The roughness.
        let near = roughness(using: &generator) / priors.growth
        let tie = (near * near + priors.unknownNoise * priors.unknownNoise).squareRoot()
        // 2. The gap walks from the top rung in both directions, and every run has its noise.
        let all = scales + [target], top = log10(scales[scales.count - 1]), x = all.map { log10($0) - top }
        var walk = TrendFit.motion(at: x, &generator)
        if scales.count >= 3 {
            for (index, drift) in DriftProcess.draw(at: x, &generator).enumerated() {
                walk[index] += priors.drift * drift
            }
        }
        let rungs = zip(all, walk).map { scale, walked in
            let z = asinh(gap / tie) + priors.growth * walked
            // Rare draws of a rough ladder would overflow.
            let d = min(max(tie * sinh(z), -200), 200) + priors.unknownNoise * generator.normal()
            return GapRung(
                scale: scale, lossesA: [centre(scale) * exp(-d / 2)], lossesB: [centre(scale) * exp(d / 2)])
        }
        return (Array(rungs.dropLast()), rungs[scales.count])
    }
}
