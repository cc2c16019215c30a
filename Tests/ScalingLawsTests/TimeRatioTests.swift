// Device time: the median of a run's reports, the noise of repeats, and the forecast of the ratio of two candidates.

import Foundation
import ScalingLaws
import Testing

struct TimeRatioTests {
    @Test func reportsThatWereDisturbedDoNotMoveTheMedian() throws {
        var intervals = (0..<40).map { LogTime.Interval(seconds: 2 + 0.01 * Double($0 % 3), tokens: 1000) }
        let calm = try #require(LogTime(intervals))
        for index in [3, 17, 30] { intervals[index].seconds = 60 }
        let disturbed = try #require(LogTime(intervals))
        #expect(abs(disturbed.value - calm.value) < 0.006)
        #expect(abs(calm.value - log(2.01 / 1000)) < 0.006)
        #expect(LogTime(Array(intervals.prefix(3))) == nil)
        // Reports that took no time, as of a clock that began anew, do not count.
        #expect(LogTime(intervals.prefix(3) + Array(repeating: .init(seconds: 0, tokens: 1000), count: 9)) == nil)
    }

    @Test func noisierReportsAndRepeatsAreLessSure() throws {
        func time(_ spread: Double) throws -> LogTime {
            try #require(LogTime((0..<32).map { .init(seconds: 2 + spread * Double($0 / 4 % 2), tokens: 1000) }))
        }
        #expect(try time(0.2).variance > 10 * time(0.02).variance)
        let exact = { (value: Double) in LogTime(value: value, variance: 0) }
        let calm = RepeatedTimes([[exact(0), exact(0.001), exact(0)], [exact(1)]])
        let noisy = RepeatedTimes([[exact(0), exact(0.2), exact(-0.2)], [exact(1)]])
        #expect(calm.degrees == 6 && noisy.degrees == 6)
        #expect(noisy.variance > 100 * calm.variance)
        #expect(abs(RepeatedTimes([]).variance.squareRoot() - 0.01) < 1e-12)
    }

    @Test func fartherTargetsAndFewerRungsAreLessSure() throws {
        func width(_ rungs: [Double], _ target: Double) throws -> Double {
            let ratios = rungs.map { TimeRatio(scale: $0, log: LogTime(value: 0.07, variance: 1e-5)) }
            let estimate = try #require(TimeRatio.forecast(ratios, at: target, degrees: 10))
            #expect(abs(estimate.point - exp(0.07)) < 0.01)
            return estimate.interval90.upper - estimate.interval90.lower
        }
        let near = try width([1e16, 1e17, 1e18], 1e18), far = try width([1e16, 1e17, 1e18], 1e20)
        let one = try width([1e18], 1e20)
        #expect(near < far && far < one)
        #expect(TimeRatio.forecast([], at: 1e20, degrees: 4) == nil)
    }

    /// The ratio's course over the decades above the smallest rung: steady, drifting, and an overhead that wears off.
    @Test(arguments: [0, 1, 2]) func intervalsHoldTheTruth(course: Int) throws {
        func truth(_ decades: Double) -> Double {
            switch course {
            case 0: 0.07
            case 1: 0.07 - 0.02 * decades
            default: 0.3 * pow(10, -decades / 2)
            }
        }
        var generator = SplitMix(seed: 7 + UInt64(course))
        let worlds = 1500
        var held = 0, narrow = 0
        for world in 0..<worlds {
            let deviation = [0.005, 0.01, 0.02][world % 3]
            let runs = (0..<5).map { rung in
                [0, truth(Double(rung) / 2)].map { value in
                    (0..<3).map { _ in LogTime(value: value + deviation * generator.normal(), variance: 0) }
                }
            }
            let repeats = RepeatedTimes(runs.flatMap { $0 })
            let ratios = runs.enumerated().map { rung, pair in
                let a = repeats.mean(pair[0]), b = repeats.mean(pair[1])
                return TimeRatio(
                    scale: pow(10, Double(rung) / 2),
                    log: LogTime(value: b.value - a.value, variance: a.variance + b.variance))
            }
            let estimate = try #require(TimeRatio.forecast(ratios, at: 1e3, degrees: repeats.degrees))
            if estimate.interval90.contains(exp(truth(3))) { held += 1 }
            if estimate.interval50.contains(exp(truth(3))) { narrow += 1 }
        }
        // The interval allows for any part of a drift to go on: it is tight where all does, and wide where it wears off.
        #expect((0.84...(course == 0 ? 0.98 : 1)).contains(Double(held) / Double(worlds)), "\(held) of \(worlds)")
        #expect(Double(narrow) / Double(worlds) > 0.4, "\(narrow) of \(worlds)")
    }

    @Test func factorsOfAProductAddTheirErrors() {
        let a = Estimate(normalMean: log(0.95), deviation: 0.03).map(exp)
        let b = Estimate(normalMean: log(1.07), deviation: 0.04).map(exp)
        let product = a.multiplied(byIndependent: b), expected = Estimate(normalMean: log(0.95 * 1.07), deviation: 0.05)
        #expect(abs(product.point - 0.95 * 1.07) < 1e-12)
        #expect(abs(log(product.interval90.upper) - expected.interval90.upper) < 1e-9)
        #expect(abs(log(product.interval50.lower) - expected.interval50.lower) < 1e-9)
        let exact = a.multiplied(byIndependent: Estimate(exactly: 2))
        #expect(abs(exact.interval80.lower - 2 * a.interval80.lower) < 1e-12)
    }

    @Test(arguments: [(1.0, 0.95, 6.3138), (4, 0.95, 2.1318), (4, 0.05, -2.1318), (30, 0.75, 0.6828)])
    func quantilesOfStudentsT(degrees: Double, probability: Double, expected: Double) {
        #expect(abs(StudentDistribution(degrees: degrees).quantile(probability) - expected) < 1e-3)
    }
}
