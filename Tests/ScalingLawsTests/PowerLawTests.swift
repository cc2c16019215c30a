// Power laws, the minimiser and the normal distribution at exact points.

import Foundation
import ScalingLaws
import Testing

@Suite struct PowerLawTests {
    private let scales = (0..<6).map { 1e6 * pow(4, Double($0)) }

    @Test func anExactLawIsRecovered() throws {
        let losses = scales.map { 1.7 + 2 * pow($0 / 1e6, -0.3) }
        let law = try #require(PowerLaw.fit(scales: scales, losses: losses))
        #expect(abs(law.floor - 1.7) < 1e-4)
        #expect(abs(law.exponent - 0.3) < 1e-4)
        #expect(abs(law.loss(at: 1e12) - (1.7 + 2 * pow(1e6, -0.3))) < 1e-4)
    }

    @Test func aSharedExponentIsRecovered() throws {
        let a = scales.map { 1.7 + 2 * pow($0 / 1e6, -0.3) }, b = scales.map { 1.5 + 1.2 * pow($0 / 1e6, -0.3) }
        let laws = try #require(PowerLaw.fit(scales: scales, lossesByCandidate: [a, b]))
        #expect(laws[0].exponent == laws[1].exponent && abs(laws[0].exponent - 0.3) < 1e-4)
        #expect(abs(laws[1].floor - 1.5) < 1e-4)
    }

    @Test func hopelessLaddersGiveFiniteLawsOrNone() {
        for losses in [[3.0, 3, 3], [1, 2, 3], [1e-300, 1, 1e300]] {
            let law = PowerLaw.fit(scales: Array(scales.prefix(3)), losses: losses)
            #expect(law.map { $0.loss(at: 1e9).isFinite } ?? true)
        }
        #expect(PowerLaw.fit(scales: [1e6], losses: [3]) == nil)
    }

    @Test func nelderMeadFindsTheBottomOfACurvedValley() {
        let best = NelderMead.minimum(start: [-1.2, 1], steps: [0.5, 0.5], maximumEvaluations: 2000) {
            100 * pow($0[1] - $0[0] * $0[0], 2) + pow(1 - $0[0], 2)
        }
        #expect(abs(best[0] - 1) < 1e-2 && abs(best[1] - 1) < 2e-2)
    }

    @Test func normalQuantilesInvertTheDistribution() {
        #expect(abs(NormalDistribution.quantile(0.975) - 1.959963984540054) < 1e-12)
        for p in [1e-12, 0.001, 0.02, 0.3, 0.5, 0.99, 1 - 1e-9] {
            #expect(abs(NormalDistribution.cumulative(NormalDistribution.quantile(p)) / p - 1) < 1e-9)
        }
        #expect(NormalDistribution.quantile(0).isFinite && NormalDistribution.quantile(1).isFinite)
    }
}
