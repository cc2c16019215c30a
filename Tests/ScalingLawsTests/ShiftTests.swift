import Foundation
import ScalingLaws
import Testing

/// The rule that tells a regression from thirty nights of seed noise.
struct ShiftTests {
    /// Thirty nights with two seeds each, as ln L: a seed deviation of .5 % of the loss.
    private static func nights(_ random: inout SplitMix, shift: Double = 0, from first: Int = 0) -> [[Double]] {
        (0..<30).map { night in
            (0..<2).map { _ in 1.1 + 0.005 * random.normal() + (night >= first ? shift : 0) }
        }
    }

    /// The first night with an alarm.
    private static func firstAlarm(_ nights: [[Double]], _ thresholds: [Double]) -> Int? {
        nights.indices.first { last in
            (Shift.mostLikely(Array(nights[...last]))?.statistic ?? 0) > thresholds[last]
        }
    }

    private static let repetitions = 10_000, pieces = 100

    private static func alarms(seed: UInt64, falseAlarms: Double, shift: Double = 0) -> [Int?] {
        let thresholds = ShiftRule(falseAlarmsPerMonth: falseAlarms).thresholds(Array(repeating: 2, count: 30))
        return inParallel(pieces) { piece in
            var random = SplitMix(seed: seed + UInt64(piece))
            return (0..<repetitions / pieces).map { _ in
                firstAlarm(nights(&random, shift: shift, from: 14), thresholds)
            }
        }.flatMap { $0 }
    }

    @Test(arguments: [0.01, 0.05, 0.2]) func withoutAChangeAlarmsComeAtTheStatedRate(_ rate: Double) {
        let alarms = Self.alarms(seed: 1000, falseAlarms: rate)
        let share = Double(alarms.count { $0 != nil }) / Double(alarms.count)
        // Three standard errors of the test, and as many of the thresholds, which rest on 40,000 simulated months.
        let tolerance = 3 * (rate * (1 - rate) * (1 / 10_000 + 1 / 40_000)).squareRoot()
        #expect(abs(share - rate) < tolerance, "\(share)")
        // The first fifteen nights have about half of them.
        let early = Double(alarms.count { ($0 ?? 30) < 15 }) / Double(alarms.count)
        #expect(early > 0.3 * rate && early < 0.7 * rate, "\(early)")
    }

    @Test func aShiftOfOnePercentOnNightFifteenIsFoundByNightEighteen() {
        let alarms = Self.alarms(seed: 2000, falseAlarms: 0.05, shift: 0.01)
        let found = Double(alarms.count { $0.map { (14...17).contains($0) } ?? false }) / Double(alarms.count)
        #expect(found >= 0.9, "\(found)")
        #expect(found <= 0.999, "\(found)")
    }

    @Test func theFirstNightAfterAShiftIsNamedWithThoseThatMayBeIt() throws {
        var random = SplitMix(seed: 5), isExact = 0, isPossible = 0
        for _ in 0..<400 {
            let shift = try #require(Shift.mostLikely(Self.nights(&random, shift: 0.01, from: 14)))
            if shift.first == 14 { isExact += 1 }
            if shift.possible.contains(14) { isPossible += 1 }
            #expect(shift.possible.contains(shift.first))
        }
        #expect(isExact > 300)
        #expect(isPossible > 370)
    }

    @Test func sizeAndErrorAreThoseOfTheTwoMeans() throws {
        let shift = try #require(Shift.mostLikely([[1, 1.2], [1.1, 1.1], [2, 2.2], [2.1, 2.1]]))
        #expect(shift.first == 2)
        #expect(abs(shift.size - 1) < 1e-12)
        // Both halves have a sum of squares of .02; six degrees of freedom; four runs on either side.
        #expect(abs(shift.standardError - (0.04 / 6 * 0.5).squareRoot()) < 1e-12)
    }

    @Test func tooFewRunsAndEqualLossesSayNothing() {
        #expect(Shift.mostLikely([[1], [2], [3]]) == nil)
        #expect(Shift.mostLikely([[1, 1], [1, 1], [1, 1]]) == nil)
        #expect(Shift.mostLikely([[1, 2, 1, 2, 1]]) == nil)
        // A fall is no regression.
        #expect(Shift.mostLikely([[2, 2.1], [2.1, 2], [1, 1.1], [1, 1.1]])?.first != 2)
        #expect(ShiftRule(falseAlarmsPerMonth: 0.05).thresholds([1, 1, 1]).allSatisfy { $0 == .infinity })
    }

    @Test func nightsWithoutRunsAreSkipped() throws {
        let shift = try #require(Shift.mostLikely([[1, 1.01], [], [1.01, 1], [], [2, 2.01], []]))
        #expect(shift.first == 4)
    }

    @Test func nightsBeyondTheWindowStillCount() throws {
        var random = SplitMix(seed: 9)
        let old = (0..<200).map { _ in [1 + 0.005 * random.normal()] }
        let rule = ShiftRule(falseAlarmsPerMonth: 0.05)
        #expect(rule.alarms(old).rise == nil)
        let shifted = old + (0..<4).map { _ in [1.02 + 0.005 * random.normal()] }
        let alarm = try #require(rule.alarms(shifted).rise)
        #expect(abs(alarm.first - 200) <= 1 && alarm.possible.contains(200))
    }

    @Test func aFallIsFoundAsARiseIsAndIsNone() throws {
        var random = SplitMix(seed: 10)
        let losses = (0..<12).map { night in (0..<2).map { _ in (night < 8 ? 1 : 0.97) + 0.005 * random.normal() } }
        let rule = ShiftRule(falseAlarmsPerMonth: 0.05), found = rule.alarms(losses)
        let fall = try #require(found.fall)
        #expect(found.rise == nil && fall.first == 8 && abs(fall.size + 0.03) < 0.006)
        #expect(fall.standardError > 0 && fall.statistic < 0)
        // The mirror image rises as far, at the same night.
        let mirrored = rule.alarms(losses.map { $0.map { 2 - $0 } })
        let rise = try #require(mirrored.rise)
        #expect(mirrored.fall == nil && rise.first == 8 && abs(rise.size + fall.size) < 1e-12)
    }
}
