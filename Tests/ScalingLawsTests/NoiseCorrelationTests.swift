// Rungs whose runs share a trunk err together.

import Foundation
import ScalingLaws
import Testing

struct NoiseCorrelationTests {
    /// Three budgets of one size, each twice the one before, with these gaps and two seeds of each candidate.
    private func ladder(_ gaps: [Double], sigma: Double = 0.01, trunks: [[String]?]) -> [GapRung] {
        gaps.enumerated().map { place, gap in
            let loss = 3 - 0.05 * Double(place)
            var rung = GapRung(
                scale: 1e10 * pow(2, Double(place)), lossesA: [loss, loss],
                lossesB: [loss * exp(gap), loss * exp(gap)], sigmaA: sigma * loss, sigmaB: sigma * loss)
            rung.trunks = trunks[place]
            return rung
        }
    }

    private func forecast(_ rungs: [GapRung]) throws -> GapForecast {
        try GapModel().posterior(rungs).forecast(at: 4e10, sigmaA: 0.03, sigmaB: 0.03)
    }

    private func width(_ forecast: GapForecast) -> Double {
        forecast.expectedGap.interval90.upper - forecast.expectedGap.interval90.lower
    }

    @Test func equalGapsThatErrTogetherSayLess() throws {
        let gaps = [0.012, 0.012, 0.012], shared = ["size 0", "size 1"]
        let independent = try forecast(ladder(gaps, trunks: [nil, nil, nil]))
        let together = try forecast(ladder(gaps, trunks: [shared, shared, shared]))
        let half = try forecast(ladder(gaps, trunks: [shared, ["size 1", "size 2"], ["size 1", "size 3"]]))
        #expect(width(together) > 1.03 * width(independent))
        #expect(width(half) > width(independent) && width(half) < width(together))
        #expect(together.probabilityABetter < independent.probabilityABetter)
    }

    @Test func namesThatNoOtherRungHasChangeNothing() throws {
        let gaps = [0.02, 0.012, 0.004]
        let plain = try GapModel().posterior(ladder(gaps, trunks: [nil, nil, nil]))
        let named = try GapModel().posterior(ladder(gaps, trunks: [["a 0", "a 1"], ["b 0", "b 1"], nil]))
        #expect(plain.forecast(at: 1e12) == named.forecast(at: 1e12))
        #expect(plain.crossing(from: 1e10, to: 1e12) == named.crossing(from: 1e10, to: 1e12))
    }

    /// Gaps walk over three budgets of one size and a target beyond, measured with noise of the study's correlations.
    @Test(arguments: [(0.0135, 0.01), (0.03, 0.01), (0.0135, 0.02)])
    func probabilitiesAreBetterWhereItIsKnown(roughness: Double, sigma: Double) throws {
        var generator = SplitMix(seed: 7)
        let count = 600, shared = ["size 0", "size 1"], step = exp(-log10(2) / 0.55)
        var known = 0.0, unknown = 0.0, inside = 0
        for _ in 0..<count {
            // An autoregressive error has the correlation exp(−Δ/0.55). Its deviation is that of a gap of means of two.
            var truth = 0.01 * generator.normal(), error = generator.normal(), gaps = [truth + sigma * error]
            for _ in 0..<2 {
                truth += roughness * log10(2).squareRoot() * generator.normal()
                error = step * error + (1 - step * step).squareRoot() * generator.normal()
                gaps.append(truth + sigma * error)
            }
            let target = truth + roughness * 0.5.squareRoot() * generator.normal()
            let forecasts = try [[shared, shared, shared], [nil, nil, nil]].map {
                try GapModel().posterior(ladder(gaps, sigma: sigma, trunks: $0))
                    .forecast(at: 4e10 * pow(10, 0.5), sigmaA: 1e-9, sigmaB: 1e-9)
            }
            let outcome = target > 0 ? 1.0 : 0
            known += pow(forecasts[0].probabilityABetter - outcome, 2) / Double(count)
            unknown += pow(forecasts[1].probabilityABetter - outcome, 2) / Double(count)
            if forecasts[0].expectedGap.interval90.contains(2.9 * (exp(target) - 1)) { inside += 1 }
        }
        #expect(known < unknown - 0.002)
        #expect(Double(inside) / Double(count) > 0.84)
    }
}
