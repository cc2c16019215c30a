// The gap model at exact points: signs, symmetries, limits and extreme ladders.

import Foundation
import ScalingLaws
import Testing

/// A rung with one loss of each candidate, or three that differ by `noise`.
func rung(_ scale: Double, _ a: Double, _ b: Double, noise: Double? = nil) -> GapRung {
    guard let noise else { return GapRung(scale: scale, lossesA: [a], lossesB: [b]) }
    return GapRung(
        scale: scale, lossesA: [a - noise, a, a + noise], lossesB: [b - noise, b, b + noise], sigmaA: noise,
        sigmaB: noise)
}

extension GapPosterior {
    /// The expected probability of a right decision after `runs`.
    func right(_ runs: PossibleRuns, at scale: Double, sigmaA: Double?, sigmaB: Double?) -> Double {
        value(of: runs, at: scale, sigmaA: sigmaA, sigmaB: sigmaB, decisive: 0.95).probabilityRight
    }
}

/// Power laws with a floor for A and B, at `count` rungs a factor of three apart.
func powerLawLadder(
    _ count: Int, floor: Double = 1.7, a: (Double, Double), b: (Double, Double), noise: Double? = nil
) -> [GapRung] {
    (0..<count).map { i in
        let scale = 1e6 * pow(3, Double(i))
        return rung(
            scale, floor + a.0 * pow(scale / 1e6, -a.1), floor + b.0 * pow(scale / 1e6, -b.1), noise: noise)
    }
}

func numbers(_ e: Estimate) -> [Double] {
    [
        e.interval90.lower, e.interval80.lower, e.interval50.lower, e.point, e.interval50.upper, e.interval80.upper,
        e.interval90.upper,
    ]
}

@Suite struct GapModelTests {
    @Test func aSmallerLossOfAIsAPositiveGap() throws {
        let ladder = powerLawLadder(5, a: (1.5, 0.2), b: (1.95, 0.2))
        let forecast = try GapModel().posterior(ladder).forecast(at: 3e9, sigmaA: 0.003, sigmaB: 0.003)
        #expect(forecast.probabilityABetter > 0.95)
        #expect(forecast.gap.point > 0 && forecast.expectedGap.interval90.lower > 0)
        #expect(forecast.expectedRegretA < forecast.expectedRegretB)
        #expect(forecast.lossA.point < forecast.lossB.point)
        #expect(forecast.computeMultiplier.map { $0.point > 1 } == true)
        #expect(forecast.probabilitySignDiffersFromTopRung < 0.05)
    }

    @Test(arguments: [[0.04, 0.03, 0.02, 0.01], [0.03, 0.03, 0.03, 0.03], [0.012, 0.01, 0.008, 0.006]])
    func aTargetThatSaysNothingChangesNothing(gaps: [Double]) throws {
        let ladder = gaps.enumerated().map { index, gap in
            let scale = 1e12 * pow(4, Double(index)), loss = 2 + pow(scale / 1e12, -0.1)
            return GapRung(
                scale: scale, lossesA: [loss], lossesB: [loss * exp(gap)], sigmaA: 0.002 * loss, sigmaB: 0.002 * loss)
        }
        let scale = 6.4e14
        func forecast(_ target: GapRung?) throws -> GapForecast {
            try GapModel().posterior(ladder + [target].compactMap { $0 }).forecast(
                at: scale, sigmaA: 0.002, sigmaB: 0.002)
        }
        let before = try forecast(nil)
        var target = GapRung(scale: scale, lossesA: [2.5], lossesB: [2.5 * exp(0.05)], sigmaA: 1000, sigmaB: 1000)
        target.isTarget = true
        let after = try forecast(target)
        #expect(abs(after.probabilityABetter - before.probabilityABetter) < 0.01)
        #expect(abs(after.probabilitySignDiffersFromTopRung - before.probabilitySignDiffersFromTopRung) < 0.01)
        let widths = [before, after].map { $0.expectedGap.interval90.upper - $0.expectedGap.interval90.lower }
        #expect(abs(widths[1] / widths[0] - 1) < 0.05, "\(widths)")
        // A target that is known exactly leaves nothing to the ladder, nor to growth.
        target.sigmaA = 0.0005
        target.sigmaB = 0.0005
        let known = try forecast(target)
        #expect(known.expectedGap.interval90.upper - known.expectedGap.interval90.lower < 0.003)
        #expect(known.expectedGap.interval90.contains(2.5 * expm1(0.05)) && known.probabilityABetter > 0.999)
    }

    @Test func theForecastOfAPowerLawIsNearItsTruth() throws {
        let ladder = powerLawLadder(6, a: (1.5, 0.2), b: (1.8, 0.2), noise: 0.002)
        let target = 1e6 * pow(3, 7.0)
        let forecast = try GapModel().posterior(ladder).forecast(at: target, sigmaA: 0.002, sigmaB: 0.002)
        let reduction = pow(target / 1e6, -0.2)
        // The gap shrinks with the reducible loss, which a walk does not foresee but allows for.
        #expect(forecast.expectedGap.interval90.contains(0.3 * reduction))
        #expect(forecast.lossA.interval90.contains(1.7 + 1.5 * reduction))
        // B reaches A's loss where 1.8·c^(−0.2) = 1.5.
        let multiplier = try #require(forecast.computeMultiplier)
        #expect(multiplier.interval90.contains(pow(1.8 / 1.5, 5)))
    }

    @Test func aKnownFloorSharpensTheLosses() throws {
        let ladder = powerLawLadder(6, a: (1.5, 0.2), b: (1.8, 0.2), noise: 0.002)
        let loss = { (floor: Double?) throws in
            try GapModel(knownFloor: floor).posterior(ladder).forecast(at: 2e11, sigmaA: 0.002, sigmaB: 0.002).lossA
        }
        let known = try loss(1.7).interval90, unknown = try loss(nil).interval90
        #expect(known.contains(1.7 + 1.5 * pow(2e5, -0.2)))
        #expect(known.upper - known.lower < unknown.upper - unknown.lower)
        // One run can fall below the floor by its seed noise.
        #expect(known.lower > 1.7 - 0.002)
    }

    @Test func swappingTheArmsNegatesTheAnswer() throws {
        let ladder = powerLawLadder(4, a: (1.5, 0.21), b: (1.6, 0.23), noise: 0.004)
        let swapped = ladder.map {
            GapRung(
                scale: $0.scale, lossesA: $0.lossesB, lossesB: $0.lossesA, sigmaA: $0.sigmaB, sigmaB: $0.sigmaA)
        }
        let first = try GapModel().posterior(ladder).forecast(at: 1e9, sigmaA: 0.003, sigmaB: 0.002)
        let second = try GapModel().posterior(swapped).forecast(at: 1e9, sigmaA: 0.002, sigmaB: 0.003)
        #expect(abs(first.probabilityABetter + second.probabilityABetter - 1) < 1e-9)
        #expect(
            abs(first.gap.point + second.gap.point) < 0.02 * (first.gap.interval90.upper - first.gap.interval90.lower))
    }

    @Test func equalArmsAreACoinFlip() throws {
        let ladder = powerLawLadder(5, a: (1.5, 0.2), b: (1.5, 0.2), noise: 0.003)
        let posterior = try GapModel().posterior(ladder)
        let forecast = posterior.forecast(at: 1e9, sigmaA: 0.003, sigmaB: 0.003)
        #expect(abs(forecast.probabilityABetter - 0.5) < 1e-12)
        #expect(abs(forecast.gap.point) < 1e-9)
    }

    @Test func noiseOfTheTargetRunsWidensOnlyTheSingleRunGap() throws {
        let posterior = try GapModel().posterior(powerLawLadder(5, a: (1.5, 0.2), b: (1.52, 0.2), noise: 0.002))
        let quiet = posterior.forecast(at: 1e9, sigmaA: 0.001, sigmaB: 0.001)
        let noisy = posterior.forecast(at: 1e9, sigmaA: 0.5, sigmaB: 0.001)
        #expect(noisy.gap.interval90.upper - noisy.gap.interval90.lower > 1.5)
        #expect(noisy.expectedGap == quiet.expectedGap)
        #expect(abs(noisy.probabilityABetter - 0.5) < 0.1)
    }

    @Test func moreSeedsAndMoreRungsNarrowTheGap() throws {
        func width(_ rungs: [GapRung]) throws -> Double {
            let e = try GapModel().posterior(rungs).forecast(at: 3e8, sigmaA: 0.02, sigmaB: 0.02).expectedGap
            return e.interval90.upper - e.interval90.lower
        }
        let ladder = powerLawLadder(5, a: (1.5, 0.2), b: (1.52, 0.2), noise: 0.02)
        let single = ladder.map {
            GapRung(scale: $0.scale, lossesA: [$0.lossesA[1]], lossesB: [$0.lossesB[1]], sigmaA: 0.02, sigmaB: 0.02)
        }
        #expect(try width(ladder) < width(single))
        #expect(try width(ladder) < width(Array(ladder.suffix(2))))
    }

    @Test func anObservedTargetIsBelieved() throws {
        var ladder = powerLawLadder(4, a: (1.5, 0.2), b: (1.7, 0.2), noise: 0.002)
        ladder.append(rung(1e9, 2.2, 2.1, noise: 0.002))
        let forecast = try GapModel().posterior(ladder).forecast(at: 1e9, sigmaA: 0.002, sigmaB: 0.002)
        #expect(forecast.probabilityABetter < 0.01)
        #expect(abs(forecast.expectedGap.point + 0.1) < 0.005)
    }

    @Test func orderOfRungsDoesNotMatter() throws {
        let ladder = powerLawLadder(4, a: (1.5, 0.21), b: (1.6, 0.23), noise: 0.004)
        let first = try GapModel().posterior(ladder).forecast(at: 1e9, sigmaA: nil, sigmaB: nil)
        let second = try GapModel().posterior(ladder.reversed()).forecast(at: 1e9, sigmaA: nil, sigmaB: nil)
        #expect(first == second)
    }

    static let extremes: [(String, [GapRung])] = [
        ("one rung", [rung(1e6, 3, 3.1)]),
        ("two rungs", [rung(1e6, 3, 3.1), rung(1e7, 2.5, 2.4)]),
        ("equal", (1...5).map { rung(pow(10, Double($0)), 3, 3) }),
        ("equal, with noise", (1...5).map { rung(pow(10, Double($0)), 3, 3, noise: 0.01) }),
        ("all but equal", (1...5).map { rung(pow(10, Double($0)), 3, 3 + 1e-15 * Double($0)) }),
        ("huge gap", (1...4).map { rung(pow(10, Double($0)), 1e-9, 1e9) }),
        ("huge flipping gap", (1...6).map { rung(pow(10, Double($0)), $0 % 2 == 0 ? 1 : 1e200, 3e5) }),
        ("rising", (1...5).map { rung(pow(10, Double($0)), Double($0), 2 * Double($0)) }),
        ("tiny span", (1...5).map { rung(1e6 + Double($0), 3 - 0.1 * Double($0), 3) }),
        ("large span", (0...5).map { rung(pow(10, -300 + 120 * Double($0)), 3, 2 + 0.1 * Double($0)) }),
        ("largest numbers", [rung(1e-300, 1e308, 1.7e308), rung(1e300, 1e-308, 1e308)]),
        (
            "noise larger than loss",
            (1...3).map {
                GapRung(scale: Double($0), lossesA: [1], lossesB: [1.1], sigmaA: 1e6, sigmaB: 1e-12)
            }
        ),
        ("twenty rungs", (1...20).map { rung(pow(2, Double($0)), 3 - 0.1 * Double($0), 3 - 0.11 * Double($0)) }),
    ]

    @Test(arguments: extremes.indices)
    func everyAnswerIsFinite(_ index: Int) throws {
        let (name, ladder) = Self.extremes[index]
        for floor in [nil, 0, 0.5, 1e6] as [Double?] {
            let posterior = try GapModel(knownFloor: floor).posterior(ladder)
            for target in [ladder[0].scale, 1e9, 1e15] {
                for sigma in [nil, 0.01, 1e9] as [Double?] {
                    let f = posterior.forecast(at: target, sigmaA: sigma, sigmaB: nil)
                    var values = [
                        f.probabilityABetter, f.expectedRegretA, f.expectedRegretB,
                        f.probabilitySignDiffersFromTopRung,
                    ]
                    for estimate in [f.lossA, f.lossB, f.gap, f.expectedGap] + [f.computeMultiplier].compactMap(\.self)
                    {
                        let ordered = numbers(estimate)
                        #expect(ordered == ordered.sorted(), "\(name)")
                        values += ordered
                    }
                    #expect(values.allSatisfy { $0.isFinite }, "\(name) at \(target)")
                    #expect(f.expectedRegretA >= 0 && f.expectedRegretB >= 0)
                    #expect((0...1).contains(f.probabilityABetter))
                    #expect((0...1).contains(f.probabilitySignDiffersFromTopRung))
                }
            }
            let crossing = posterior.crossing(from: 1e6, to: 1e15)
            #expect((0...1).contains(crossing.probability))
            #expect(crossing.place.map { numbers($0).allSatisfy(\.isFinite) } ?? true)
            let after = posterior.right(
                PossibleRuns(scale: 1e8, runsA: 2, runsB: 2, sigmaA: 0.01, seedCorrelation: 1), at: 1e9,
                sigmaA: 0.01, sigmaB: 1e9)
            #expect((0.5...1).contains(after), "\(name)")
            let trend = [1e6, 1e12].map { posterior.trend(at: $0) }
            #expect(trend.allSatisfy { numbers($0.gap).allSatisfy(\.isFinite) }, "\(name)")
        }
    }

    @Test func uselessLaddersAreRefused() {
        let good = rung(1e6, 3, 3.1)
        #expect(throws: GapModelError.noRungs) { try GapModel().posterior([]) }
        #expect(throws: GapModelError.notPositive(scale: 1e7)) { try GapModel().posterior([good, rung(1e7, .nan, 3)]) }
        #expect(throws: GapModelError.notPositive(scale: 1e7)) { try GapModel().posterior([good, rung(1e7, 0, 3)]) }
        #expect(throws: GapModelError.notPositive(scale: -1)) { try GapModel().posterior([rung(-1, 3, 3)]) }
        #expect(throws: GapModelError.duplicateScale(1e6)) { try GapModel().posterior([good, good]) }
        #expect(throws: GapModelError.noLosses(scale: 2)) {
            try GapModel().posterior([GapRung(scale: 2, lossesA: [], lossesB: [1])])
        }
    }
}
