// The verdict on three candidates or more.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct BestOfManyTests {
    private static let scales = [1e6, 1e7, 1e8]

    /// A ladder of candidates with these log losses relative to a common curve, two seeds at every rung.
    /// - Parameter diverging: candidates whose runs diverge at the top rung.
    private func ladder(_ offsets: [Double], noise: Double = 0.002, seed: UInt64 = 3, diverging: Set<Int> = [])
        -> Ladder
    {
        var generator = SplitMix(seed: seed)
        let rungs = Self.scales.enumerated().map { index, scale in
            LadderRung(
                label: "rung \(index)", scale: scale,
                points: offsets.enumerated().map { candidate, offset in
                    (0..<2).map { seed in
                        let loss = (2 + pow(scale / 1e6, -0.1)) * exp(offset + noise * generator.normal())
                        let isLost = index == 2 && diverging.contains(candidate)
                        return ScalingPoint(seed: "\(seed)", loss: isLost ? nil : loss)
                    }
                })
        }
        return Ladder(
            axis: .parameters, candidates: offsets.indices.map { "c\($0)" }, rungs: rungs,
            target: LadderRung(label: "target", scale: 3e8, points: offsets.map { _ in [] }))
    }

    private func best(_ ladder: Ladder) throws -> BestResult? {
        try Judge(thresholds: VerdictThresholds()).result(ladder).best
    }

    @Test func twoCandidatesHaveNone() throws {
        let result = try Judge(thresholds: VerdictThresholds()).result(ladder([0, 0.1]))
        #expect(result.best == nil)
        #expect(String(decoding: try result.json(), as: UTF8.self).contains("\"best\" : null"))
    }

    @Test func aClearWinnerIsNamed() throws {
        let best = try #require(try best(ladder([0, 0.01, -0.3, 0.02, -0.01])))
        #expect(best.winner == "c2" && best.contenders == ["c2"])
        #expect(best.candidates.count == 5 && best.candidates[0].candidate == "c2")
        #expect(abs(best.candidates.map(\.probabilityBest).reduce(0, +) - 1) < 1e-9)
        let gap = try #require(best.candidates[0].expectedGapToReference)
        #expect(gap.point < -0.4 && gap.interval90.upper < 0)
        #expect(best.candidates.first { $0.candidate == "c0" }?.expectedGapToReference == nil)
    }

    @Test func theLikeliestEightMeetHeadToHead() throws {
        let offsets = (0..<10).map { [0.0, 0.01, -0.01, 0.02, -0.02, 0.3, 0.4, 0.005, -0.005, 0.03][$0] }
        let best = try #require(try best(ladder(offsets))), duels = try #require(best.headToHead)
        #expect(duels.candidates == best.candidates.prefix(8).map(\.candidate))
        #expect(!duels.candidates.contains("c5") && !duels.candidates.contains("c6"))
        for (row, probabilities) in duels.probabilityBetter.enumerated() {
            #expect(probabilities.count == 8 && probabilities[row] == nil)
            for column in probabilities.indices where column > row {
                let there = try #require(probabilities[column]),
                    back = try #require(duels.probabilityBetter[column][row])
                #expect(abs(there + back - 1) < 1e-9)
            }
        }
        // The first beats the last of the eight, and nobody is surer to be the best of all than to beat one of them.
        #expect(try #require(duels.probabilityBetter[0][7]) > 0.9)
        #expect(duels.probabilityBetter[0].compactMap { $0 }.allSatisfy { $0 >= best.candidates[0].probabilityBest })
    }

    @Test func divergedCandidatesMeetNobody() throws {
        let duels = try #require(try best(ladder([0, 0.1, -0.1, 0.2], diverging: [2]))?.headToHead)
        #expect(Set(duels.candidates) == ["c0", "c1", "c3"])
        #expect(try #require(try best(ladder([0, 0.1, 0.2], diverging: [1, 2]))).headToHead == nil)
    }

    @Test func tiesAreUnresolvedAndTheirContendersNamed() throws {
        let best = try #require(try best(ladder([0, 0.001, -0.001, 0.3, 0])))
        #expect(best.winner == nil)
        #expect(best.contenders.count >= 3 && !best.contenders.contains("c3"))
        let held = best.candidates.prefix(best.contenders.count).map(\.probabilityBest).reduce(0, +)
        #expect(held >= 0.95 && held - best.candidates[best.contenders.count - 1].probabilityBest < 0.95)
        #expect(best.contenders == Array(best.candidates.map(\.candidate).prefix(best.contenders.count)))
    }

    /// Twelve equal candidates with noisy seeds: the one that looks best was lucky, and its gap shrinks by most of it.
    @Test func theLuckOfTheBestIsTakenOff() throws {
        var before = 0.0, after = 0.0
        for seed in 1...6 {
            let result = try Judge(thresholds: VerdictThresholds()).result(
                ladder(Array(repeating: 0, count: 12), noise: 0.02, seed: UInt64(seed)))
            let leader = result.pairs.min { $0.expectedGap!.point < $1.expectedGap!.point }!
            before += leader.expectedGap!.point
            after += result.best!.candidates.first { $0.candidate == leader.b }!.expectedGapToReference!.point
        }
        #expect(before < -0.1 && abs(after) < 0.4 * abs(before), "\(before) \(after)")
    }

    @Test func aCandidateThatDivergedIsNotTheBest() throws {
        let best = try #require(try best(ladder([0, -0.5, 0.1, 0.2], diverging: [1])))
        #expect(best.winner == "c0")
        #expect(best.candidates.last?.candidate == "c1" && best.candidates.last?.probabilityBest == 0)
        #expect(best.candidates.last?.expectedGapToReference == nil)
    }

    @Test func theOthersAreJudgedWhereTheReferenceDiverged() throws {
        let best = try #require(try best(ladder([0, 0.2, -0.2, 0.1], diverging: [0])))
        #expect(best.winner == "c2")
        #expect(best.candidates.last?.candidate == "c0")
        #expect(best.candidates.allSatisfy { $0.expectedGapToReference == nil })
        let all = try Judge(thresholds: VerdictThresholds()).result(ladder([0, 0, 0], diverging: [0, 1, 2]))
        #expect(all.best == nil)
    }

    @Test func whoHasTooFewRungsIsLeftOut() throws {
        var short = ladder([0, 0.1, -0.2, 0.1])
        for index in 0..<2 { short.rungs[index].points[2] = [] }
        let best = try #require(try best(short))
        #expect(best.notJudged == ["c2"] && best.winner == "c0")
        #expect(best.candidates.count == 3)
    }

    @Test func identicalCandidatesShareTheProbability() throws {
        var twins = ladder([0, 0.2, 0.3])
        for index in twins.rungs.indices { twins.rungs[index].points[1] = twins.rungs[index].points[0] }
        let best = try #require(try best(twins))
        #expect(best.winner == nil && Set(best.contenders) == ["c0", "c1"])
        #expect(best.candidates[0].probabilityBest == best.candidates[1].probabilityBest)
    }
}
