// What a decision costs in stages, on ladders whose answer can be counted by hand.

import Backtesting
import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct StageBacktestTests {
    /// Rungs at 1/100, 1/40, 1/10 and 1/4 of the target; B's loss is A's plus `gap`.
    private func pair(_ gap: Double, atTarget: Double? = nil) -> StagedPair {
        let rungs = [1.0, 2.5, 10, 25, 100].map { scale in
            let loss = 3 * pow(scale, -0.05)
            return GapRung(scale: scale, lossesA: [loss], lossesB: [loss + (scale == 100 ? atTarget ?? gap : gap)])
        }
        return StagedPair(source: "s", ladder: "l", a: "a", b: "b", rungs: rungs)
    }

    @Test func everyPolicyCostsWhatItTrains() throws {
        let pairs = [pair(0.5), pair(0.001), pair(0.5, atTarget: -0.5)]
        #expect(pairs[0].stages.map(\.lever) == [30, 10, 3])
        let costs = pairs[0].stages.map(\.cost)
        for (cost, stated) in zip(costs, [0.035, 0.135, 0.385]) { #expect(abs(cost - stated) < 1e-12) }
        // The first is decided at once, the second never, the third at the second stage for the wrong candidate.
        let report = try #require(
            StageBacktest(pairs: pairs, probabilities: [[0.99, 0.99, 0.99], [0.6, 0.6, 0.6], [0.9, 0.97, 0.99]]).report)
        let policies = try #require(report.sources["s"])
        let byLevers = Dictionary(uniqueKeysWithValues: policies.map { ($0.levers, $0) })
        #expect(report.pairs == ["s": 3] && byLevers[[]]?.cost == 1)
        let staged = try #require(byLevers[[30, 10]])
        #expect(abs(staged.cost - (0.035 + 1.135 + 0.135) / 3) < 1e-12)
        #expect(abs(staged.decided - 2.0 / 3) < 1e-12 && staged.wrong == [0, 1])
        #expect(abs((byLevers[[30]]?.cost ?? 0) - (0.035 + 1.035 + 1.035) / 3) < 1e-12)
    }

    @Test func pairsReachTheLargestScaleByTheMostStages() throws {
        var text = "source,ladder,candidate,scale,loss\n"
        for (name, scales) in [
            ("a", [1.0, 2.5, 10, 100]), ("b", [1, 2.5, 10, 100]), ("c", [10, 25, 100]), ("d", [1, 2.5, 10]),
        ] {
            for scale in scales { text += "s,l,\(name),\(scale),\(3 - log10(scale) / 10 - (name == "a" ? 0.01 : 0))\n" }
        }
        let table = try DelimitedText(Data(text.utf8), file: "t.csv")
        let pairs = try DecisionLadders(LossTable(table, file: "t.csv")).stagedPairs()
        #expect(pairs.map { $0.stages.map(\.lever) } == [[30, 10]])
    }
}
