// The seed noise scored on synthetic candidates, and the ladders in a table of final losses.

import Backtesting
import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct SeedBacktestTests {
    /// Two rungs, σ = 0.004 and 0.002, thirty seeds each.
    private func synthetic() -> ReplicatedLadder {
        var generator = SplitMix(seed: 3)
        return ReplicatedLadder(
            source: "planted",
            candidates: (0..<8).map { candidate in
                ReplicatedCandidate(
                    name: "candidate \(candidate)",
                    rungs: [(1e6, 0.004), (1e7, 0.002)].map { scale, sigma in
                        (scale, (0..<30).map { _ in 3 + sigma * generator.normal() })
                    })
            })
    }

    @Test func poolingBeatsTheRungsOwnSeeds() throws {
        let report = try #require(SeedBacktest.report([synthetic()]))
        func score(_ method: String, _ seeds: Int) throws -> SeedReport.Score {
            try #require(report.scores.first { $0.method == method && $0.seeds == seeds })
        }
        for seeds in [2, 3, 5] {
            let pooled = try score("pooled", seeds), own = try score("ownSeeds", seeds)
            #expect(pooled.candidateRungs == 16 && pooled.forecasts == 64)
            let pooledFactor = try #require(pooled.factor50.value), ownFactor = try #require(own.factor50.value)
            #expect(pooledFactor < ownFactor)
            #expect(pooled.factor90 < own.factor90)
            let held = try #require(pooled.coverage90.value)
            #expect(held > 0.84 && held < 0.97)
        }
        // With two seeds the median of their deviation is .67 σ, and their interval holds 63 % instead of 90 %.
        let own = try score("ownSeeds", 2)
        let held = try #require(own.coverage90.value)
        #expect(own.medianRatio < 0.95 && held < 0.75)
    }

    @Test func laddersWithoutReplicatesAreLeftOut() {
        #expect(SeedBacktest.report([]) == nil)
        let one = ReplicatedCandidate(name: "a", rungs: [(1e6, [3.1, 3.2, 3.3])])
        #expect(SeedBacktest.report([ReplicatedLadder(source: "s", candidates: [one])]) == nil)
    }

    @Test func tablesOfFinalLossesBecomeLadders() throws {
        let text = """
            source,config,params,tokens,seed,loss,metric
            s,a,1000,,0,3.0,final_val_loss
            s,a,1000,,1,3.1,final_val_loss
            s,a,2000,,0,2.9,final_val_loss
            s,b,1000,,0,3.2,final_val_loss
            s,b,1000,,1,nan,final_val_loss
            s,a,1000,,0,0.6,err_mmlu
            """
        let table = try LossTable(Data(text.utf8), file: "t.csv")
        #expect(SeedTable.describes(table))
        var seeds = SeedTable()
        try seeds.add(table)
        // Error rates are left out, since their noise differs; a loss that is not a number is skipped.
        #expect(seeds.ladders.count == 1)
        let candidates = seeds.ladders[0].candidates
        #expect(candidates.map(\.name) == ["a", "b"])
        #expect(
            candidates[0].rungs.map(\.losses) == [[3.0, 3.1], [2.9]]
                && candidates[0].rungs.map(\.scale) == [1000, 2000])
        #expect(candidates[1].rungs.map(\.losses) == [[3.2]])
    }

    /// The reference values come from scipy.stats.binom.ppf.
    @Test func binomialBandsAreExact() {
        #expect(BinomialBand.interval99(of: 10, probability: 0.5) == Interval(0.1, 0.9))
        #expect(BinomialBand.interval99(of: 100, probability: 0.1) == Interval(0.03, 0.18))
        #expect(BinomialBand.interval99(of: 690, probability: 0.0162) == Interval(4.0 / 690, 21.0 / 690))
        #expect(BinomialBand.interval99(of: 5, probability: 1) == Interval(1, 1))
    }
}
