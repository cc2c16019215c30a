// Runs that are stopped early: the named winner must be the one that the finished runs would have shown, and pairs
// called equivalent must be so, as often as the rule claims, however many interim analyses there were.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct SyntheticStoppingTests {
    private struct Outcome: Sendable {
        var seen: Int
        var verdict: Verdict
        var isRight: Bool
    }

    /// Analyses one pair at every evaluation before the end; nil where it was never stopped.
    private static func watch(_ synthetic: SyntheticCurves, _ judge: Judge) -> Outcome? {
        for seen in 1..<synthetic.points {
            let ladder = synthetic.ladder(seen: seen)
            guard judge.candidatesDecidedEarly(ladder, analyses: synthetic.points - 1) == [0, 1] else { continue }
            guard let verdict = try? judge.verdict(ladder, b: 1) else { return nil }
            let isRight =
                switch verdict {
                case .equivalent: abs(synthetic.expectedGapShare) <= VerdictThresholds().equivalenceMargin
                default: verdict == (synthetic.finalGap > 0 ? .aBetter : .bBetter)
                }
            return Outcome(seen: seen, verdict: verdict, isRight: isRight)
        }
        return nil
    }

    @Test func runsThatAreStoppedAreDecidedRightly() {
        let judge = Judge(thresholds: VerdictThresholds())
        let count = SyntheticPairs.count(96)
        let outcomes = inParallel(count) { index -> Outcome? in
            var generator = SplitMix(seed: 100 + UInt64(index))
            // Differences range from too small to be seen to clear in one analysis, and runs from quiet to noisy.
            let spread = [0.0003, 0.001, 0.01, 0.03][index % 4]
            let synthetic =
                index % 4 < 2
                ? SyntheticCurves(spread: spread, noise: 0.0003, shape: 0.01, points: 20, using: &generator)
                : SyntheticCurves(spread: spread, using: &generator)
            return Self.watch(synthetic, judge)
        }
        let all = outcomes.compactMap { $0 }
        let equivalent = all.filter { $0.verdict == .equivalent }, stopped = all.filter { $0.verdict != .equivalent }
        #expect(equivalent.count > count / 10)
        // A 90 % interval may err on both sides; so small a count allows one more.
        #expect(Double(equivalent.filter { !$0.isRight }.count) <= 0.1 * Double(equivalent.count) + 1)
        let wrong = stopped.filter { !$0.isRight }.count
        SyntheticPairs.report(
            "stopped early: \(stopped.count) winners of \(count) pairs, \(wrong) wrong; \(equivalent.count) equivalent, "
                + "\(equivalent.filter { !$0.isRight }.count) wrong")
        #expect(stopped.count > count / 5)
        // Of the stopped pairs no more than the rule's 5 % are wrong; so small a count allows one more.
        #expect(Double(wrong) <= 0.05 * Double(stopped.count) + 1)
        // Many stop long before the end.
        #expect(stopped.filter { $0.seen <= 7 }.count > stopped.count / 4)
    }

    @Test func everyLookHasItsShareOfTheRisk() {
        let judge = Judge(thresholds: VerdictThresholds())
        #expect(abs(judge.probabilityPerAnalysis(1) - 0.95) < 1e-12)
        #expect(abs(judge.probabilityPerAnalysis(19) - (1 - 0.05 / 19)) < 1e-12)
    }
}
