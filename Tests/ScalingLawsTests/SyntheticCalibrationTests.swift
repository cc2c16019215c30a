// Ladders drawn from the shipped priors: stated probabilities must come true as often as they say, and intervals must
// cover as often as they say. A model that is miscalibrated even on its own assumptions fails here first.

import Foundation
import ScalingLaws
import Testing

@Suite struct SyntheticCalibrationTests {
    /// The number of ladders; .ci/check-synthetic sets a larger one by SCALEBENCH_SYNTHETIC_CASES.
    private static let count =
        ProcessInfo.processInfo.environment["SCALEBENCH_SYNTHETIC_CASES"].flatMap { Int($0) } ?? 500

    private struct Outcome: Sendable {
        var probabilityABetter: Double
        var aIsBetter: Bool
        /// Share of the forecast gaps below the observed one.
        var rank: Double
    }

    @Test func forecastsOfPriorDrawsAreCalibrated() throws {
        let draws = PriorDraw(), model = GapModel()
        let outcomes = inParallel(Self.count) { index -> Outcome? in
            var generator = SplitMix(seed: 11 &+ UInt64(index) &* 0x9E37_79B9)
            let scales = (0..<(2 + index % 4)).map { 1e6 * pow(4, Double($0)) }
            let target = scales[scales.count - 1] * [3, 10, 30][index % 3]
            let (rungs, outcome) = draws.ladder(
                scales: scales, target: target, centre: { 1.6 + 1.4 * pow($0 / 1e6, -0.15) },
                gap: 0.03 * generator.normal(), using: &generator)
            guard let posterior = try? model.posterior(rungs) else { return nil }
            let gap = outcome.lossesB[0] - outcome.lossesA[0]
            let forecast = posterior.gapDistribution(at: target, sigmaA: nil, sigmaB: nil)
            let below = Double(forecast.draws.count { $0 < gap })
            return Outcome(
                probabilityABetter: forecast.probabilityPositive, aIsBetter: gap > 0,
                rank: below / Double(forecast.draws.count))
        }.compactMap { $0 }
        #expect(outcomes.count == Self.count)
        let n = Double(outcomes.count)
        // 1. Intervals cover as often as they say (three standard deviations).
        for nominal in [0.5, 0.8, 0.9] {
            let share = Double(outcomes.count { abs($0.rank - 0.5) <= nominal / 2 }) / n
            #expect(abs(share - nominal) < 3 * (nominal * (1 - nominal) / n).squareRoot(), "\(nominal): \(share)")
        }
        // 2. The rank of what happened among the forecasts is uniform: χ² of ten bins below its 99.9 % quantile.
        let bins = (0..<10).map { bin in outcomes.count { min(Int($0.rank * 10), 9) == bin } }
        let squares = bins.reduce(0) { $0 + pow(Double($1) - n / 10, 2) / (n / 10) }
        #expect(squares < 27.9, "\(bins)")
        // 3. Probabilities come true: in every bin with enough ladders, the share is inside its binomial band.
        for bin in 0..<10 {
            let inside = outcomes.filter { min(Int($0.probabilityABetter * 10), 9) == bin }
            guard inside.count >= 10 else { continue }
            let stated = inside.reduce(0) { $0 + $1.probabilityABetter } / Double(inside.count)
            let share = Double(inside.count { $0.aIsBetter }) / Double(inside.count)
            // The band is that of 99 %, and a little wider for the quadrature.
            let allowed = 2.8 * (stated * (1 - stated) / Double(inside.count)).squareRoot() + 0.01
            #expect(abs(share - stated) < allowed, "\(bin): \(stated) stated, \(share) seen, \(inside.count)")
        }
    }

    /// The priors that made the ladders are found again from them.
    @Test func fittingFindsTheSyntheticPriors() throws {
        var synthetic = GapPriors.shipped
        synthetic.unknownNoise = 0.0005
        synthetic.roughness = ScalePrior(median: 0.04, spread: 0.3)
        synthetic.growth = 0.25
        var start = GapPriors.shipped
        start.roughness = ScalePrior(median: 0.01, spread: 0.6)
        let draws = PriorDraw(synthetic)
        var generator = SplitMix(seed: 5)
        let cases = (0..<400).map { _ in
            let (rungs, target) = draws.ladder(
                scales: [1e6, 4e6, 1.6e7, 6.4e7], target: 6.4e8, centre: { 1.6 + 1.4 * pow($0 / 1e6, -0.15) },
                gap: 0.05 * generator.normal(), using: &generator)
            return PriorFitCase(rungs: rungs, target: target, weight: 1)
        }
        let fitted = try PriorFit(cases, start: start).fit(Array(cases.indices))
        #expect((0.03...0.055).contains(fitted.roughness.median), "\(fitted.roughness)")
        #expect(fitted.roughness.spread < 0.6)
        #expect(fitted.growth <= 0.35)
    }
}
