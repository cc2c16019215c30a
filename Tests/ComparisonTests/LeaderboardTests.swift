import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

/// Boards whose right answer is known: losses are given, not trained.
struct LeaderboardTests {
    private struct Synthetic {
        var name: String
        var entry: CandidateRecord
        var records: [RunID: RunRecord]
    }

    private static let seeds = [4, 3, 2, 2, 1]

    /// A candidate of loss 2 + amplitude · C^−0.1 at FLOPs 1e12 · 10^(k/2), with seed noise of standard deviation
    /// `noise`; the last place is the target.
    private func synthetic(
        _ name: String, recipe: String? = nil, amplitude: Double = 1, noise: Double = 0.001,
        date: String = "2026-01-01",
        suiteVersion: Int = 1, dataHash: String = "data", firstSeed: Int = 0,
        finished: (Int, Int) -> RunStatus? = { _, _ in
            .completed
        }
    ) throws -> Synthetic {
        var generator = SplitMix(seed: UInt64(name.utf8.reduce(firstSeed) { $0 * 31 + Int($1) }))
        var records: [RunID: RunRecord] = [:]
        let places = Self.seeds.indices.map { place in
            let flops = 1e12 * pow(10, Double(place) / 2)
            let runs = (firstSeed..<firstSeed + Self.seeds[place]).map { seed in
                let id = RunID(rawValue: "\(recipe ?? name)-\(place)-\(seed)")
                let loss = 2 + amplitude * pow(flops / 1e12, -0.1) + noise * generator.normal()
                if let status = finished(place, seed) { records[id] = Self.record(loss, status) }
                return CandidateRuns.Run(seed: seed, id: id)
            }
            return CandidateRuns.PlaceRuns(label: "rung \(place)", flops: flops, tokens: 1000, runs: runs)
        }
        let entry = CandidateRecord(
            suite: .init(
                name: "s", version: suiteVersion, dataset: "d", dataHash: dataHash, thresholds: VerdictThresholds()),
            suiteHash: "h", question: "?", axis: .flops,
            candidate: CandidateRuns(
                name: name, notes: "", recipe: ContentHash.sha256(Data((recipe ?? name).utf8)), places: places),
            firstWritten: date, position: 0)
        return Synthetic(name: name, entry: entry, records: records)
    }

    private static func record(_ loss: Double, _ status: RunStatus) -> RunRecord {
        var record = RunRecord()
        if status == .completed {
            record.fold(
                .evaluation(
                    .init(
                        step: 10, tokens: 1000, natsPerToken: loss, standardError: nil, sequences: 2,
                        sequenceNatsPerToken: [loss, loss])))
        }
        record.fold(.end(.init(status: status, step: 10, tokens: 1000, seconds: 36)))
        return record
    }

    private func board(_ all: [Synthetic], reference: String? = nil) throws -> Leaderboard {
        let entries = all.enumerated().map { position, synthetic in
            var entry = synthetic.entry
            entry.position = position
            return entry
        }
        return try Leaderboard(
            entries, records: all.map(\.records).reduce(into: [:]) { $0.merge($1) { first, _ in first } },
            reference: reference)
    }

    @Test func knownOrderIsFoundAndTiesShareARank() throws {
        let result = try board([
            synthetic("middle", date: "2025-12-31"), synthetic("worst", amplitude: 1.1),
            synthetic("best", amplitude: 0.9),
            synthetic("middle too", amplitude: 1.0002),
        ])
        #expect(result.ranking.map(\.rank) == [1, 2, 2, 4])
        #expect(result.ranking.map(\.isRankShared) == [false, true, true, false])
        #expect(result.ranking.first?.candidate == "best")
        #expect(result.ranking.last?.candidate == "worst")
        #expect(result.ranking[0].probabilityBest > 0.99)
        #expect(abs(result.ranking.map(\.probabilityBest).reduce(0, +) - 1) < 1e-9)
        #expect(result.reference == "middle")
        // 0.9 times the amplitude at exponent 0.1 is worth a factor of 0.9^10 = 0.35 in compute.
        let multiplier = try #require(result.ranking[0].computeMultiplier)
        #expect(multiplier.interval90.lower < 0.349 && 0.349 < multiplier.interval90.upper)
        let worst = result.ranking[3]
        let loss = try #require(worst.loss)
        #expect(loss.interval90.lower < 2 + 1.1 * pow(100, -0.1) && 2 + 1.1 * pow(100, -0.1) < loss.interval90.upper)
        #expect(try #require(worst.gap).point > 0)
    }

    @Test func agreesWithTheCompareOfTheSamePair() throws {
        let a = try synthetic("a"), b = try synthetic("b", amplitude: 1.001)
        let records = a.records.merging(b.records) { first, _ in first }
        let ladder = Ladder([a.entry.candidate, b.entry.candidate], records: records)
        let pair = try Judge(thresholds: VerdictThresholds()).result(ladder).pairs[0]
        let row = try #require(try board([a, b]).ranking.first { $0.candidate == "b" })
        #expect(row.gap == pair.expectedGap)
        #expect(row.computeMultiplier == pair.computeMultiplier)
        #expect(row.probabilityBetterThanReference == pair.probabilityABetter.map { 1 - $0 })
        #expect(abs(row.probabilityBest - (1 - (try #require(pair.probabilityABetter)))) < 0.002)
    }

    /// On every board, neighbours share a rank exactly when the leader is not judged better.
    @Test(arguments: 0..<6) func sharedRanksFollowTheRule(round: Int) throws {
        var generator = SplitMix(seed: UInt64(round))
        let all = try (0..<6).map { index in
            try synthetic("\(round)-\(index)", amplitude: 1 + 0.002 * generator.normal(), noise: 0.002)
        }
        let records = all.map(\.records).reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        let result = try board(all)
        #expect(abs(result.ranking.map(\.probabilityBest).reduce(0, +) - 1) < 1e-9)
        let losses = result.ranking.compactMap(\.loss?.point)
        #expect(losses == losses.sorted() && losses.count == 6)
        let runs = { (row: Leaderboard.Row) in all.first { $0.name == row.candidate }!.entry.candidate }
        for (position, row) in result.ranking.enumerated().dropFirst() {
            let leader = result.ranking.first { $0.rank == result.ranking[position - 1].rank }!
            // The pair is judged among all six, since seed noise is pooled over the board.
            let others = result.ranking.filter { $0.candidate != leader.candidate }
            let ladder = Ladder(([leader] + others).map(runs), records: records)
            let pairs = try Judge(thresholds: VerdictThresholds()).result(ladder).pairs
            let verdict = pairs.first { $0.b == row.candidate }!.verdict
            #expect((row.rank == leader.rank) == (verdict != .aBetter))
            #expect(row.rank == leader.rank || row.rank == position + 1)
        }
    }

    @Test func differentVersionsAndDataNeverMix() throws {
        let a = try synthetic("a")
        for other in [try synthetic("b", suiteVersion: 2), try synthetic("b", dataHash: "other")] {
            #expect { _ = try board([a, other]) } throws: { ($0 as? ScalebenchError)?.code == .invalidInput }
        }
    }

    @Test func whoCameThroughAtTheTargetIsRankedBesideThoseWhoWaitThere() throws {
        // One diverged at the top rung alone; the others are not yet trained at the target, or are paused there.
        let result = try board([
            synthetic("a") { place, _ in place < 4 ? .completed : .paused },
            synthetic("b", amplitude: 1.05) { place, _ in place < 4 ? .completed : nil },
            synthetic("c") { place, _ in place == 3 ? .diverged : .completed },
        ])
        #expect(Set(result.ranking.map(\.candidate)) == ["a", "b", "c"], "\(result.notRanked)")
    }

    @Test func oneNameForTwoRecipesIsToldApart() throws {
        let result = try board([
            synthetic("a"), synthetic("a", recipe: "second", amplitude: 1.2, date: "2026-01-02"),
        ])
        #expect(Set(result.ranking.map(\.candidate)).count == 2)
        #expect(result.ranking.allSatisfy { $0.candidate.hasPrefix("a#") && $0.candidate.count == 10 })
        #expect(try board([synthetic("a"), synthetic("b")], reference: "b").reference == "b")
        #expect { _ = try board([synthetic("a"), synthetic("b")], reference: "c") } throws: {
            ($0 as? ScalebenchError)?.code == .notFound
        }
    }

    @Test func oneRecipeEnteredTwiceIsOneRowWithAllItsSeeds() throws {
        let result = try board([
            synthetic("a"), synthetic("b"), synthetic("a again", recipe: "a", date: "2026-02-02", firstSeed: 100),
        ])
        #expect(result.ranking.count == 2)
        let row = try #require(result.ranking.first { $0.candidate == "a" })
        #expect(row.runs == 24 && row.otherNames == ["a again"] && row.date == "2026-01-01")
        #expect(abs(row.cost.coreHours - 0.24) < 1e-9)
    }

    @Test func whoCannotBeRankedIsListedWithAWord() throws {
        let result = try board([
            synthetic("a"), synthetic("b", amplitude: 1.05),
            synthetic("prefix", amplitude: 1.1) { place, _ in place < 3 ? .completed : nil },
            synthetic("half") { place, run in place < 2 || (place == 2 && run == 0) ? .completed : nil },
            synthetic("broken") { place, _ in place < 3 ? .completed : place == 3 ? .failed : nil },
            synthetic("cliff") { place, _ in place == 4 ? .diverged : .completed },
            synthetic("top cliff") { place, _ in place == 3 ? .diverged : place < 3 ? .completed : nil },
            synthetic("bottom only") { place, _ in place < 1 || place == 4 ? .completed : .diverged },
        ])
        #expect(result.ranking.map(\.candidate) == ["a", "b", "prefix"])
        #expect(result.notRanked.map(\.candidate) == ["half", "broken", "cliff", "top cliff", "bottom only"])
        #expect(
            result.notRanked.map(\.reason) == [.unfinished, .failed, .diverged, .diverged, .tooFewRungs])
        #expect(result.notRanked[0].explanation == "unfinished: 8 of 9 runs done")
        #expect(result.notRanked[0].cost.coreHours > 0)
    }

    @Test func withoutATargetRunTheRankIsPredicted() throws {
        let ladderOnly = { (place: Int, _: Int) -> RunStatus? in place < 4 ? .completed : nil }
        let mixed = try board([synthetic("a"), synthetic("p", amplitude: 0.95, finished: ladderOnly)])
        let row = mixed.ranking[0]
        #expect(row.candidate == "p" && row.basis == .predicted && row.observedLoss == nil)
        #expect(mixed.ranking[1].basis == .observed)
        let reference = try #require(mixed.ranking[1].loss?.point)
        #expect(abs(try #require(row.loss).point - reference - (try #require(row.gap).point)) < 1e-12)
        // With no candidate trained at the target, losses differ by the gaps all the same.
        let none = try board([
            synthetic("a", finished: ladderOnly), synthetic("p", amplitude: 0.95, finished: ladderOnly),
            synthetic("q", amplitude: 1.05, finished: ladderOnly),
        ])
        #expect(none.ranking.map(\.candidate) == ["p", "a", "q"])
        #expect(none.ranking.allSatisfy { $0.basis == .predicted && $0.loss != nil })
        // A reference that was trained at the target is preferred to one that was entered earlier.
        let later = try board([
            synthetic("early", date: "2025-01-01", finished: ladderOnly), synthetic("late"),
        ])
        #expect(later.reference == "late")
    }

    @Test func aLoneCandidateIsRankedFirst() throws {
        let result = try board([synthetic("a")])
        #expect(result.ranking.count == 1 && result.ranking[0].rank == 1 && result.ranking[0].probabilityBest == 1)
        #expect(result.ranking[0].loss != nil)
        // L = 2 + C^−0.1 falls from 3 to 2.71 over a factor of 31.6 in compute.
        #expect(abs(try #require(result.ranking[0].scalingExponent) - 0.03) < 0.005)
    }

    @Test func bitEqualRunsShareEverything() throws {
        let a = try synthetic("a", noise: 0), b = try synthetic("b", noise: 0),
            c = try synthetic("c", amplitude: 1.2, noise: 0)
        let result = try board([a, b, c])
        #expect(result.ranking.map(\.rank) == [1, 1, 3])
        #expect(result.ranking[1].gap == Estimate(exactly: 0))
        #expect(result.ranking[0].probabilityBest == result.ranking[1].probabilityBest)
    }
}
