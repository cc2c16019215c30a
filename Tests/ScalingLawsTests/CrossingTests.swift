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
        #expect(posterior.forecast(at: target, sigmaA: 0.002, sigmaB: 0.002).probabilitySignDiffersFromTopRung > 0.4)
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
            posterior.probabilityAfter(
                adding: NextRuns(scale: scale, runsA: runs, runsB: runs, sigmaA: 0.01, sigmaB: 0.01), target: target)
        }
        let now = posterior.probabilityOfRightDecision(at: target)
        #expect(after(2e5, 1) >= now)
        #expect(after(1e6 * pow(3, 5), 3) > after(2e5, 3) + 0.01)
        #expect(after(1e6 * pow(3, 5), 20) > after(1e6 * pow(3, 5), 1))
        #expect(after(target, 1000) > 0.95)
    }
}
