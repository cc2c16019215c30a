// The drift's covariance is that of its draws, and of the integral that defines it.

import Foundation
import ScalingLaws
import Testing

struct DriftProcessTests {
    private static let places = [-1.7, -0.6, -0.1, 0.2, 0.9, 2.4]

    @Test func drawsHaveTheStatedCovariance() {
        var generator = SplitMix(seed: 11)
        let count = 40_000
        var sums = [[Double]](
            repeating: [Double](repeating: 0, count: Self.places.count), count: Self.places.count)
        for _ in 0..<count {
            let path = DriftProcess.draw(at: Self.places, &generator)
            for i in path.indices { for j in path.indices { sums[i][j] += path[i] * path[j] / Double(count) } }
        }
        for (i, s) in Self.places.enumerated() {
            for (j, t) in Self.places.enumerated() {
                let stated = DriftProcess.covariance(s, t)
                let size = (DriftProcess.covariance(s, s) * DriftProcess.covariance(t, t)).squareRoot()
                #expect(abs(sums[i][j] - stated) < 0.04 * size, "\(s) \(t): \(sums[i][j]), \(stated)")
            }
        }
    }

    /// cov(D(s), D(t)) is the integral of exp(−|u − v|/ℓ) over u from 0 to s and v from 0 to t.
    @Test func theCovarianceIsTheIntegralOfTheVelocitys() {
        let steps = 400
        for (s, t) in [(0.9, 2.4), (-0.6, -1.7), (-0.6, 0.9)] {
            var sum = 0.0
            for i in 0..<steps {
                for j in 0..<steps {
                    let u = s * (Double(i) + 0.5) / Double(steps), v = t * (Double(j) + 0.5) / Double(steps)
                    sum += exp(-abs(u - v) / DriftProcess.memory) * s * t / Double(steps * steps)
                }
            }
            #expect(abs(DriftProcess.covariance(s, t) - sum) < 1e-3, "\(s) \(t)")
        }
    }

    /// Gaps that shrink steadily go on shrinking from three rungs on; two rungs show no drift.
    @Test func aGapThatShrinksGoesOnShrinking() throws {
        func expected(_ gaps: [Double]) throws -> Double {
            let rungs = gaps.enumerated().map { index, gap in
                GapRung(
                    scale: 1e12 * pow(4, Double(index)), lossesA: [2.5 * exp(-gap / 2)], lossesB: [2.5 * exp(gap / 2)])
            }
            return try GapModel().posterior(rungs).forecast(at: 1e12 * pow(4, Double(gaps.count))).probabilityABetter
        }
        #expect(try expected([0.04, 0.03, 0.02, 0.01]) < expected([0.01, 0.01, 0.01, 0.01]) - 0.03)
    }
}
