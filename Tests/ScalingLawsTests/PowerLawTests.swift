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

    @Test func theFloorsIntervalHoldsTheFloorAndNoMore() throws {
        // Residuals of 0.1 % alternate in sign: the floor is known to a few per cent, no better and no worse.
        let losses = scales.enumerated().map {
            (1.7 + 2 * pow($1 / 1e6, -0.3)) * ($0 % 2 == 0 ? 1.001 : 0.999)
        }
        let interval = try #require(PowerLaw.floorInterval90(scales: scales, losses: losses))
        #expect(interval.contains(1.7))
        let width = interval.upper - interval.lower
        #expect(width > 0.01 && width < 0.3)
        let exact = try #require(
            PowerLaw.floorInterval90(scales: scales, losses: scales.map { 1.7 + 2 * pow($0 / 1e6, -0.3) }))
        #expect(exact.upper - exact.lower < 0.01 && abs(exact.lower - 1.7) < 0.01)
        #expect(PowerLaw.floorInterval90(scales: [1, 2, 3], losses: [3, 2, 1]) == nil)
    }

    /// On 400 ladders with normal residuals, nine in ten intervals hold the floor.
    @Test func theFloorsIntervalCovers() throws {
        var random = SplitMix(seed: 5)
        var covered = 0
        for _ in 0..<400 {
            let losses = scales.map { (1.7 + 2 * pow($0 / 1e6, -0.3)) * exp(0.002 * random.normal()) }
            if try #require(PowerLaw.floorInterval90(scales: scales, losses: losses)).contains(1.7) { covered += 1 }
        }
        #expect((335...385).contains(covered), "\(covered) of 400")
    }

    @Test func aLineThroughLogarithms() throws {
        let line = try #require(PowerLaw.line(scales: scales, reducible: scales.map { 5 * pow($0, -0.2) }))
        #expect(abs(line.exponent - 0.2) < 1e-9 && line.rSquared > 1 - 1e-9)
        let bent = try #require(PowerLaw.line(scales: scales, reducible: scales.map { 5 * pow($0, -0.2) + 0.5 }))
        #expect(bent.rSquared < 0.98)
        #expect(PowerLaw.line(scales: scales, reducible: [3, 2, 1, 0, -1, -2]) == nil)
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
