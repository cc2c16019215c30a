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
        effect: Double, last: Double? = nil, tried: TriedChanges, seeds: Int = 3, noise: Double = 0.005,
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
            for _ in 0..<30 where try decision(effect: 1, tried: .inAll(30), random: &random).advice == .keep {
                keeps = true
            }
            if keeps { kept += 1 }
            loops += 1
        }
        // 5 % of twenty loops are one; five or more have a probability of .003.
        #expect(kept <= 4, "\(kept) of \(loops)")
    }

    /// Twenty loops of ten changes that do nothing, each run again with fresh seeds as in Suites/examples/loop. What is kept
    /// is what the next change is compared with.
    @Test func loopsThatRunChangesAgainKeepNothingAtTheStatedRate() throws {
        var random = SplitMix(seed: 11), kept = 0, again = 0
        let rounds = 3, changes = 10
        func losses(_ scale: Double) -> [Double] {
            (0..<3).map { _ in (2 + 20 * pow(scale, -0.2)) * (1 + 0.005 * random.normal()) }
        }
        for _ in 0..<20 {
            var best: [[[Double]]] = [], keeps = false
            for _ in 0..<changes {
                var change: [[[Double]]] = [], advice = ChangeDecision.Advice.again
                for round in 0..<rounds where advice == .again {
                    if best.count == round { best.append([1e6, 1e7].map(losses)) }
                    change.append([1e6, 1e7].map(losses))
                    let text = Self.table([("base", Array(best[...round])), ("new", change)])
                    advice = try ChangeDecision(try judge(text, .scale(1e8)), tried: .inAll(rounds * changes)).advice
                    again += advice == .again ? 1 : 0
                }
                if advice == .keep { (best, keeps) = (change, true) }
            }
            kept += keeps ? 1 : 0
        }
        // 5 % of twenty loops are one; four or more have a probability of .016.
        #expect(kept <= 3, "\(kept) of 20 loops")
        #expect(again >= 20, "\(again)")
    }

    /// A table of candidates with their losses by round and rung.
    private static func table(_ candidates: [(name: String, rounds: [[[Double]]])]) -> String {
        var text = "candidate,scale,seed,loss\n", seed = 0
        for (name, rounds) in candidates {
            for round in rounds {
                for (rung, losses) in round.enumerated() {
                    for loss in losses {
                        text += "\(name),\([1e6, 1e7][rung]),\(seed),\(loss)\n"
                        seed += 1
                    }
                }
            }
        }
        return text
    }

    @Test func aLargeGainIsKeptAndALossIsDiscarded() throws {
        var random = SplitMix(seed: 4)
        for _ in 0..<10 {
            let gain = try decision(effect: 0.95, tried: .inAll(30), random: &random)
            #expect(gain.advice == .keep && !gain.mayFade && gain.probabilityBetter! > gain.needed)
            #expect(try decision(effect: 1.03, tried: .inAll(30), random: &random).advice == .discard)
        }
    }

    @Test func aGainBetweenNeedsMoreSeedsAndTheyAreEnough() throws {
        var random = SplitMix(seed: 5), again = 0, settled = 0
        for _ in 0..<60 {
            let first = try decision(effect: 0.99, tried: .inAll(30), random: &random)
            guard first.advice == .again, let seeds = first.seedsNeeded else { continue }
            again += 1
            #expect(seeds > 3)
            if try decision(effect: 0.99, tried: .inAll(30), seeds: max(seeds, 24), random: &random).advice == .keep {
                settled += 1
            }
        }
        #expect(again >= 20)
        #expect(Double(settled) >= 0.9 * Double(again), "\(settled) of \(again)")
    }

    @Test func moreChangesNeedMoreCertainty() throws {
        var first = SplitMix(seed: 6), second = SplitMix(seed: 6)
        let one = try decision(effect: 0.99, tried: .inAll(1), random: &first)
        let many = try decision(effect: 0.99, tried: .inAll(1000), random: &second)
        #expect(one.probabilityBetter == many.probabilityBetter)
        #expect(one.needed == 0.95 && abs(many.needed - 0.99995) < 1e-12)
    }

    /// A loop that runs a change again takes one more decision on the same runs and some more.
    @Test func changesOfAnOpenLoopShareTheRateHoweverManyFollow() throws {
        var needed: [Double] = []
        for count in 1...200 {
            var random = SplitMix(seed: 9)
            needed.append(try decision(effect: 0.99, tried: .soFar(count), random: &random).needed)
        }
        #expect(needed.reduce(0) { $0 + (1 - $1) } < ChangeDecision.falseKeeps)
        #expect(zip(needed, needed.dropFirst()).allSatisfy { $0 < $1 } && abs(needed[0] - 0.975) < 1e-12)
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
        let decision = try ChangeDecision(try judge(text, .scale(1e10)), tried: .inAll(30))
        #expect(decision.advice == .keep && decision.mayFade, "\(decision)")
    }

    @Test func withoutRepeatsTheNoiseIsNotKnown() throws {
        var random = SplitMix(seed: 8)
        let decision = try decision(effect: 0.9, tried: .inAll(30), seeds: 1, random: &random)
        #expect(decision.advice == .again && decision.probabilityBetter == nil && decision.seedsNeeded == 2)
    }
}
