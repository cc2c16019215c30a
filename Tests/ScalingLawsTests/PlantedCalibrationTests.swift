// Ladders drawn from the shipped priors: stated probabilities must come true as often as they say, and intervals must
// cover as often as they say. A model that is wrong about its own world fails here first.

import Foundation
import ScalingLaws
import Testing

@Suite struct PlantedCalibrationTests {
    @Test func forecastsOfPriorDrawsAreCalibrated() throws {
        let draws = PriorDraw(), model = GapModel()
        var generator = SplitMix(seed: 11)
        var confidences: [Double] = [], rights: [Bool] = []
        var covered = [0.0, 0, 0]
        let count = 500
        for index in 0..<count {
            let scales = (0..<(2 + index % 4)).map { 1e6 * pow(4, Double($0)) }
            let target = scales[scales.count - 1] * [3, 10, 30][index % 3]
            let (rungs, outcome) = draws.ladder(
                scales: scales, target: target, centre: { 1.6 + 1.4 * pow($0 / 1e6, -0.15) }, using: &generator)
            let forecast = try model.posterior(rungs).forecast(at: target, sigmaA: nil, sigmaB: nil)
            let gap = outcome.lossesB[0] - outcome.lossesA[0]
            let p = forecast.probabilityABetter
            confidences.append(max(p, 1 - p))
            rights.append((p > 0.5) == (gap > 0))
            for (k, interval) in [forecast.gap.interval50, forecast.gap.interval80, forecast.gap.interval90]
                .enumerated()
            where interval.contains(gap) {
                covered[k] += 1 / Double(count)
            }
        }
        for (k, nominal) in [0.5, 0.8, 0.9].enumerated() { #expect(abs(covered[k] - nominal) < 0.055, "\(nominal)") }
        for (low, high) in [(0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)] {
            let inside = confidences.indices.filter { confidences[$0] >= low && confidences[$0] < high }
            let expected = inside.reduce(0) { $0 + confidences[$1] } / Double(inside.count)
            let right = Double(inside.filter { rights[$0] }.count) / Double(inside.count)
            // Three standard deviations of the binomial, and a little for the quadrature.
            let allowed = 3 * (expected * (1 - expected) / Double(inside.count)).squareRoot() + 0.01
            #expect(inside.count > 10)
            #expect(abs(right - expected) < allowed, "confidence \(low) to \(high)")
        }
    }

    /// The priors that made the ladders are found again from them.
    @Test func fittingFindsThePlantedPriors() throws {
        var planted = GapPriors.shipped
        planted.gap.misfit = ScalePrior(median: 0.001, spread: 0.3)
        planted.gap.kinds = [planted.gap.kinds[0]]
        planted.gap.kinds[0].share = 1
        planted.gap.kinds[0].slope = ScalePrior(median: 0.01, spread: 0.3)
        planted.growth = 0.2
        var start = planted
        start.gap.misfit = ScalePrior(median: 0.004, spread: 0.6)
        start.gap.kinds[0].slope = ScalePrior(median: 0.003, spread: 0.6)
        let draws = PriorDraw(planted)
        var generator = SplitMix(seed: 5)
        let cases = (0..<400).map { _ in
            let (rungs, target) = draws.ladder(
                scales: [1e6, 4e6, 1.6e7, 6.4e7], target: 6.4e8, centre: { 1.6 + 1.4 * pow($0 / 1e6, -0.15) },
                using: &generator)
            return PriorFitCase(rungs: rungs, target: target, weight: 1)
        }
        let fit = try PriorFit(cases, start: start)
        let fitted = fit.fit(Array(cases.indices))
        #expect(fitted.gap.kinds[0].slope.median > 0.004)
        #expect(fitted.growth < 0.45)
        func score(_ priors: GapPriors) -> Double {
            zip(cases, fit.probabilities(priors, Array(cases.indices))).reduce(0) { sum, pair in
                let isBetter = pair.0.target.lossesA[0] < pair.0.target.lossesB[0]
                return sum - log(max(isBetter ? pair.1 : 1 - pair.1, 1e-3))
            }
        }
        #expect(score(fitted) < score(start))
    }
}
