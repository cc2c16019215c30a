// Which runs of a plan are of one trunk, and what they cost together.

import Comparison
import Foundation
import ScalebenchCore
import Testing

struct TrunkTests {
    private func plan(
        schedule: String = #""type": "wsd", "decayFraction": 0.2"#, warmup: Double = -1, widths: [Int] = [16, 16, 16]
    ) throws -> ComparisonPlan {
        func reader(_ text: String) throws -> ConfigReader { try ConfigReader.parse(Data(text.utf8), file: "t.json") }
        let rungs = zip(widths, 0...).map { width, place in
            #"{ "width": \#(width), "layers": 2, "tokens": \#(25_600 << place), "seeds": \#(3 - place) }"#
        }
        let suite = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 16,
              "rungs": [\(rungs.joined(separator: ", "))], "target": { "width": 64, "layers": 2, "tokens": 204800 } }
            """
        let candidates = try ["0.001", "0.002"].map { rate in
            try Candidate(
                reader(
                    """
                    { "optimizer": { "learningRate": \(rate) }, "batchTokens": 256, "schedule": { \(schedule),
                      "warmupFraction": { "value": 0.1, "rule": "tokensPower", "exponent": \(warmup), "referenceTokens": 25600 } } }
                    """),
                defaultName: rate)
        }
        return try ComparisonPlan(
            suite: Suite(reader(suite), defaultName: "s"), candidates: candidates, vocabularySize: 32, dataHash: "h")
    }

    private func run(_ plan: ComparisonPlan, _ rung: Int, seed: Int) throws -> ComparisonPlan.Run {
        try #require(plan.runs.first { $0.place == .rung(rung) && $0.spec.seed == seed && $0.candidates == [1] })
    }

    @Test func everyBudgetGoesOnFromTheNextSmallerOne() throws {
        let plan = try plan()
        let first = try run(plan, 0, seed: 0), second = try run(plan, 1, seed: 0), third = try run(plan, 2, seed: 0)
        #expect(plan.longerRuns(than: first).map(\.id) == [second.id, third.id])
        #expect(plan.longerRuns(than: third).isEmpty)
        #expect(plan.shorterRuns(than: third).map(\.id) == [second.id, first.id])
        #expect(plan.shorterRuns(than: first).isEmpty)
        // 100, 200 and 400 steps, of which the last fifth decays. The last seed has no third budget.
        #expect(plan.ownShare(of: first) == 1)
        #expect(plan.ownShare(of: second) == 1 - 80.0 / 200)
        #expect(plan.ownShare(of: third) == 1 - 160.0 / 400)
        #expect(try plan.longerRuns(than: run(plan, 0, seed: 1)).map(\.id) == [run(plan, 1, seed: 1).id])
        #expect(try plan.longerRuns(than: run(plan, 0, seed: 2)).isEmpty)
        let alone = first.spec.flops + second.spec.flops + third.spec.flops
        let saved = alone - plan.ownFlops(of: [first, second, third])
        #expect(abs(saved / first.spec.flops - 2.4) < 1e-9)
        // Runs that are not needed are worth what they would have cost.
        let rest = try #require(NotNeeded([second], plan, [:]))
        #expect(rest.flopsSaved == second.spec.flops * 0.6)
    }

    @Test(arguments: [
        (#""type": "cosine""#, -1.0, [16, 16, 16]), (#""type": "wsd""#, 0, [16, 16, 16]),
        (#""type": "wsd""#, -1, [16, 24, 32]),
    ])
    func otherRunsShareNothing(schedule: String, warmup: Double, widths: [Int]) throws {
        let plan = try plan(schedule: schedule, warmup: warmup, widths: widths)
        #expect(plan.runs.allSatisfy { plan.longerRuns(than: $0).isEmpty && plan.shorterRuns(than: $0).isEmpty })
        #expect(plan.ownFlops(of: plan.runs) == plan.runs.reduce(0) { $0 + $1.spec.flops })
    }

    /// The findings of a verdict on the plan's finished runs.
    private func findings(_ plan: ComparisonPlan) throws -> [Finding] {
        var records: [RunID: RunRecord] = [:]
        for run in plan.runs(at: { $0 != .target }) {
            let loss = 3 - 0.1 * log10(run.spec.flops / 1e9) + 0.01 * Double(run.candidates[0] + run.spec.seed % 2)
            records[run.id] = RunRecord()
            records[run.id]?.fold(
                .evaluation(
                    .init(
                        step: run.spec.steps, tokens: run.spec.tokens, natsPerToken: loss, standardError: nil,
                        sequences: 2))
            )
            records[run.id]?.fold(
                .end(.init(status: .completed, step: run.spec.steps, tokens: run.spec.tokens, seconds: 1)))
        }
        return try Judge(thresholds: plan.suite.thresholds).pairs(plan.ladder(records))[0].findings
    }

    @Test func theVerdictSaysThatTheyErrTogether() throws {
        let finding = try #require(try findings(plan()).first { $0.code == "sharedTrunk" })
        #expect(
            finding.message.contains("25.6 k tokens; 51.2 k tokens") || finding.message.contains("tokens; width 16"))
        #expect(try !findings(plan(schedule: #""type": "cosine""#)).contains { $0.code == "sharedTrunk" })
        #expect(try !findings(plan(widths: [16, 24, 32])).contains { $0.code == "sharedTrunk" })
        // Stores keep which places share a trunk.
        let places = try plan().candidateRuns[0].places.map(\.trunk)
        #expect(places[0] != nil && places[0] == places[1] && places[1] == places[2] && places[3] == nil)
        #expect(try plan(schedule: #""type": "cosine""#).candidateRuns[0].places.allSatisfy { $0.trunk == nil })
    }
}
