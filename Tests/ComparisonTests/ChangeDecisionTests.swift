// The decisions of a loop that tries one change after another.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct ChangeDecisionTests {
    private func judge(_ text: String, _ target: RunTable.Target) throws -> CompareResult {
        let table = try RunTable(try TableText(Data(text.utf8), file: "r.csv"), file: "r.csv", query: .init())
        return try Judge(thresholds: VerdictThresholds()).result(try table.ladder(target: target))
    }

    /// A ladder of three rungs; the change multiplies every loss by `effect`, or by another factor at the last rung.
    private func decision(
        effect: Double, last: Double? = nil, tried: Int, seeds: Int = 3, noise: Double = 0.005,
        random: inout SplitMix
    ) throws -> ChangeDecision {
        var text = "candidate,scale,seed,loss\n"
        for (rung, scale) in [1e6, 1e7, 1e8].enumerated() {
            for (name, factor) in [("base", 1.0), ("new", rung == 2 ? last ?? effect : effect)] {
                for seed in 0..<seeds {
                    let loss = (2 + 20 * pow(scale, -0.2)) * factor * (1 + noise * random.normal())
                    // Different seeds: runs trained elsewhere are not paired.
                    text += "\(name),\(scale),\(name == "new" ? seed + 100 : seed),\(loss)\n"
                }
            }
        }
        return try ChangeDecision(try judge(text, .scale(1e9)), tried: tried)
    }

    @Test func thirtyChangesThatDoNothingAreKeptAtTheStatedRate() throws {
        var random = SplitMix(seed: 3), kept = 0, loops = 0
        for _ in 0..<20 {
            var keeps = false
            for _ in 0..<30 where try decision(effect: 1, tried: 30, random: &random).advice == .keep { keeps = true }
            if keeps { kept += 1 }
            loops += 1
        }
        // 5 % of twenty loops are one; five or more have a probability of .003.
        #expect(kept <= 4, "\(kept) of \(loops)")
    }

    @Test func aLargeGainIsKeptAndALossIsDiscarded() throws {
        var random = SplitMix(seed: 4)
        for _ in 0..<10 {
            let gain = try decision(effect: 0.95, tried: 30, random: &random)
            #expect(gain.advice == .keep && !gain.mayFade && gain.probabilityBetter! > gain.needed)
            #expect(try decision(effect: 1.03, tried: 30, random: &random).advice == .discard)
        }
    }

    @Test func aGainBetweenNeedsMoreSeedsAndTheyAreEnough() throws {
        var random = SplitMix(seed: 5), again = 0, settled = 0
        for _ in 0..<60 {
            let first = try decision(effect: 0.99, tried: 30, random: &random)
            guard first.advice == .again, let seeds = first.seedsNeeded else { continue }
            again += 1
            #expect(seeds > 3)
            if try decision(effect: 0.99, tried: 30, seeds: max(seeds, 24), random: &random).advice == .keep {
                settled += 1
            }
        }
        #expect(again >= 20)
        #expect(Double(settled) >= 0.9 * Double(again), "\(settled) of \(again)")
    }

    @Test func moreChangesNeedMoreCertainty() throws {
        var first = SplitMix(seed: 6), second = SplitMix(seed: 6)
        let one = try decision(effect: 0.99, tried: 1, random: &first)
        let many = try decision(effect: 0.99, tried: 1000, random: &second)
        #expect(one.probabilityBetter == many.probabilityBetter)
        #expect(one.needed == 0.95 && abs(many.needed - 0.99995) < 1e-12)
    }

    @Test func aGainThatShrinksAlongTheLadderMayFade() throws {
        // Better by 10 %, 4 % and .5 %: beyond the last rung it may be worse.
        var text = "candidate,scale,seed,loss\n", random = SplitMix(seed: 7)
        for (scale, factor) in [(1e6, 0.90), (1e7, 0.96), (1e8, 0.995)] {
            for seed in 0..<4 {
                let loss = 2 + 20 * pow(scale, -0.2)
                text += "base,\(scale),\(seed),\(loss * (1 + 0.0005 * random.normal()))\n"
                text += "new,\(scale),\(seed),\(loss * factor * (1 + 0.0005 * random.normal()))\n"
            }
        }
        let decision = try ChangeDecision(try judge(text, .scale(1e10)), tried: 30)
        #expect(decision.advice == .keep && decision.mayFade, "\(decision)")
    }

    @Test func withoutRepeatsTheNoiseIsNotKnown() throws {
        var random = SplitMix(seed: 8)
        let decision = try decision(effect: 0.9, tried: 30, seeds: 1, random: &random)
        #expect(decision.advice == .again && decision.probabilityBetter == nil && decision.seedsNeeded == 2)
    }
}
