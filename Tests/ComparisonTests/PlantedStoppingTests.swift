// Runs that are watched and stopped: the winner named must be the one that the finished runs would have shown, as often as
// the rule claims, however often they were looked at.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct PlantedStoppingTests {
    private struct Outcome: Sendable {
        var seen: Int
        var isRight: Bool
    }

    /// Watches one pair through all evaluations before the end; nil where it was never stopped.
    private static func watch(_ planted: PlantedCurves, _ judge: Judge) -> Outcome? {
        for seen in 1..<planted.points {
            let ladder = planted.ladder(seen: seen)
            guard judge.candidatesDecidedEarly(ladder, looks: planted.points - 1) == [0, 1] else { continue }
            let verdict = try? judge.verdict(ladder, b: 1)
            return Outcome(seen: seen, isRight: verdict == (planted.finalGap > 0 ? .aBetter : .bBetter))
        }
        return nil
    }

    @Test func runsThatAreStoppedNameTheRightWinner() {
        let judge = Judge(thresholds: VerdictThresholds())
        let count = 96
        let outcomes = inParallel(count) { index -> Outcome? in
            var generator = SplitMix(seed: 100 + UInt64(index))
            // From differences that no run can show to some that a single look shows.
            let planted = PlantedCurves(spread: [0.0003, 0.002, 0.01, 0.03][index % 4], using: &generator)
            return Self.watch(planted, judge)
        }
        let stopped = outcomes.compactMap { $0 }
        let wrong = stopped.filter { !$0.isRight }.count
        #expect(stopped.count > count / 5)
        // Of those that were stopped no more than the rule's 5 % are wrong, and of a count so small one more.
        #expect(Double(wrong) <= 0.05 * Double(stopped.count) + 1)
        // Many stop long before the end.
        #expect(stopped.filter { $0.seen <= 7 }.count > stopped.count / 4)
    }

    @Test func everyLookHasItsShareOfTheRisk() {
        let judge = Judge(thresholds: VerdictThresholds())
        #expect(abs(judge.probabilityPerLook(1) - 0.95) < 1e-12)
        #expect(abs(judge.probabilityPerLook(19) - (1 - 0.05 / 19)) < 1e-12)
    }
}
