// Crossings and the worth of further runs, on ladders with a known answer.

import Foundation
import ScalingLaws
import Testing

@Suite struct CrossingTests {
    /// A gap that falls by 0.03 per rung and changes sign between the third and fourth of five rungs.
    private let flipping = (0..<5).map { i in
        rung(1e6 * pow(3, Double(i)), 3, 3 + 0.105 - 0.03 * Double(i + 1), noise: 0.002)
    }

    @Test func aSignChangeInsideTheLadderIsPlaced() throws {
        let posterior = try GapModel().posterior(flipping)
        let crossing = posterior.crossing(from: 1e6, to: 1e6 * pow(3, 5))
        #expect(crossing.kind == .between)
        #expect(crossing.probability > 0.9)
        let place = try #require(crossing.place)
        #expect(place.interval90.contains(1e6 * pow(3, 2.5)))
        let signs = [1e6, 1e6 * pow(3, 5)].map { posterior.trend(at: $0).probabilityABetter }
        #expect(signs[0] > 0.99 && signs[1] < 0.1)
    }

    @Test func aMonotoneTrendTowardsZeroIsACrossingAhead() throws {
        let posterior = try GapModel().posterior(Array(flipping.prefix(3)))
        let target = 1e6 * pow(3, 6.0)
        let crossing = posterior.crossing(from: 9e6, to: target)
        #expect(crossing.probability > 0.4)
        #expect(posterior.forecast(at: target, sigmaA: 0.002, sigmaB: 0.002).probabilitySignDiffersFromTopRung > 0.35)
    }

    @Test func aWideSteadyGapHasNoCrossing() throws {
        let posterior = try GapModel().posterior(powerLawLadder(5, a: (1.5, 0.2), b: (2, 0.2), noise: 0.002))
        let crossing = posterior.crossing(from: 8.1e7, to: 6.5e8)
        #expect(crossing.kind == .none && crossing.probability < 0.05)
        #expect(crossing.noneUpTo.map { abs($0 / 6.5e8 - 1) < 1e-9 } == true)
    }

    @Test func runsNearTheTargetAreWorthMoreThanRunsFarBelow() throws {
        let ladder = powerLawLadder(3, a: (1.5, 0.2), b: (1.51, 0.203), noise: 0.01)
        let posterior = try GapModel().posterior(ladder)
        let target = 1e6 * pow(3, 6.0)
        func after(_ scale: Double, _ runs: Int) -> Double {
            posterior.right(
                PossibleRuns(scale: scale, runsA: runs, runsB: runs, sigmaA: 0.01, sigmaB: 0.01), at: target,
                sigmaA: nil, sigmaB: nil)
        }
        let now = posterior.probabilityOfRightDecision(at: target, sigmaA: nil, sigmaB: nil)
        #expect(after(2e5, 1) >= now)
        #expect(after(1e6 * pow(3, 5), 3) > after(2e5, 3) + 0.01)
        #expect(after(1e6 * pow(3, 5), 20) > after(1e6 * pow(3, 5), 1))
        #expect(after(target, 1000) > 0.9)
    }

    @Test func furtherRunsSpeakOfTheForecastsProbability() throws {
        let posterior = try GapModel().posterior(powerLawLadder(3, a: (1.5, 0.2), b: (1.51, 0.203), noise: 0.01))
        let target = 1e6 * pow(3, 6.0)
        for sigma in [nil, 0.001, 0.01, 0.1] {
            let p = posterior.forecast(at: target, sigmaA: sigma, sigmaB: sigma).probabilityABetter
            let now = posterior.probabilityOfRightDecision(at: target, sigmaA: sigma, sigmaB: sigma)
            #expect(now == max(p, 1 - p))
            // With exact new runs, or with nearly infinitely many, only the target's own seeds are left.
            let known = posterior.right(
                PossibleRuns(scale: target, runsA: 1, runsB: 1, sigmaA: 0, sigmaB: 0), at: target, sigmaA: sigma,
                sigmaB: sigma)
            let many = posterior.right(
                PossibleRuns(scale: target, runsA: 1_000_000, runsB: 1_000_000, sigmaA: 0.01, sigmaB: 0.01),
                at: target, sigmaA: sigma, sigmaB: sigma)
            #expect(abs(known - many) < 0.01 && known >= now)
            if sigma == 0.1 { #expect(known < 0.75) } else if sigma == 0.001 { #expect(known > 0.93) }
        }
    }

    @Test func runsThatConfirmTheLeaderMayDecide() throws {
        // The leader is hardly in doubt: runs add little to the expected probability, but the target would decide.
        let posterior = try GapModel().posterior(powerLawLadder(3, a: (1.5, 0.2), b: (1.6, 0.205), noise: 0.01))
        let target = 1e6 * pow(3, 6.0)
        func worth(_ decisive: Double, _ runs: Int) -> ValueOfRuns {
            posterior.value(
                of: PossibleRuns(scale: target, runsA: runs, runsB: runs, sigmaA: 0.01, sigmaB: 0.01), at: target,
                sigmaA: 0.01, sigmaB: 0.01, decisive: decisive)
        }
        let chances = [0.5, 0.9, 0.95, 0.99, 1.01].map { worth($0, 1).probabilityDecided }
        #expect(chances == chances.sorted(by: >) && chances[0] == 1 && chances[4] == 0)
        #expect(worth(0.95, 1).probabilityDecided > 0.3)
        #expect(worth(0.95, 100).probabilityDecided >= worth(0.95, 1).probabilityDecided)
    }

    @Test func equalSeedsThatMoveTogetherMakeRunsWorthMore() throws {
        let posterior = try GapModel().posterior(powerLawLadder(3, a: (1.5, 0.2), b: (1.502, 0.2), noise: 0.02))
        let target = 2.7e8
        let after = [-0.9, 0, 0.5, 0.9].map { correlation in
            posterior.right(
                PossibleRuns(
                    scale: 9e7, runsA: 2, runsB: 2, sigmaA: 0.02, sigmaB: 0.02, seedCorrelation: correlation),
                at: target, sigmaA: 0, sigmaB: 0)
        }
        #expect(after == after.sorted())
        #expect(after[3] > after[1] + 0.01)
    }
}
