// What a budget adds to a plan: seeds that are equal for both, and a rung of a legal width; the suite does not change.

import Comparison
import Foundation
import ScalebenchCore
import Testing

struct ComparisonPlanTests {
    private func plan(
        widths: [Int] = [16, 32, 64], target: Int = 256, layers: (Int, Int) = (2, 2), heads: [String] = ["4", "4"],
        precisions: [String] = [], firstSeed: Int = 0
    ) throws -> ComparisonPlan {
        func reader(_ text: String) throws -> ConfigReader { try ConfigReader.parse(Data(text.utf8), file: "t.json") }
        let rungs = widths.map {
            #"{ "width": \#($0), "layers": \#(layers.0), "tokens": \#($0 * 2048), "seeds": 2 }"#
        }
        let suite = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 16,
              "rungs": [\(rungs.joined(separator: ", "))],
              "target": { "width": \(target), "layers": \(layers.1), "tokens": \(target * 2048) } }
            """
        let candidates = try heads.enumerated().map { index, heads in
            try Candidate(
                reader(
                    """
                    { "optimizer": { "learningRate": 0.00\(index + 1) }, "batchTokens": 256,
                      "precision": "\(precisions.indices.contains(index) ? precisions[index] : "fp32")",
                      "model": { "heads": \(heads) } }
                    """),
                defaultName: "c\(index)")
        }
        return try ComparisonPlan(
            suite: Suite(reader(suite), defaultName: "s"), candidates: candidates, vocabularySize: 32, dataHash: "h",
            firstSeed: firstSeed)
    }

    @Test func aNewRungStandsHalfWay() throws {
        let plan = try plan(layers: (2, 8)), offered = try #require(plan.withNewRung)
        let rung = offered.rungs[3]
        #expect(rung.width == 128 && rung.layers == 4 && rung.tokens == 128 * 2048)
        let middle = (offered.flops(at: .rung(2)) * offered.flops(at: .target)).squareRoot()
        #expect(abs(log(offered.flops(at: .rung(3)) / middle)) < 0.2)
        // The next one lies between it and the target.
        let next = try #require(offered.withNewRung)
        #expect(next.rungs[4].width > 128 && next.rungs[4].width < 256)
        #expect(next.flops(at: .rung(3)) < next.flops(at: .rung(4)))
    }

    @Test func theWidthSuitsEveryCandidate() throws {
        // The width half-way between 84 and 336 must suit 7 heads in one candidate and 3 in the other.
        let plan = try plan(widths: [42, 84], target: 336, heads: ["7", "3"])
        let width = try #require(plan.withNewRung).rungs[2].width
        #expect(width == 168)
        let odd = try self.plan(widths: [20, 60], target: 100, heads: ["20", "4"])
        #expect(try #require(odd.withNewRung).rungs[2].width == 80)
        // No width lies between a rung and a target that is hardly larger.
        #expect(try self.plan(widths: [16, 32], target: 36, heads: ["4", "4"]).withNewRung == nil)
        #expect(try self.plan(widths: [31, 62], target: 93, heads: ["31", "31"]).withNewRung == nil)
    }

    @Test(arguments: [
        (["fp32", "bf16"], "c1 multiplies in bf16 and c0 in fp32"), (["bf16", "fp32"], "c0 multiplies in bf16 and c1"),
    ])
    func mixedPrecisionsAreSaid(precisions: [String], words: String) throws {
        let findings = Checks.mixedPrecision(try plan(precisions: precisions))
        #expect(findings.map(\.code) == ["mixedPrecision"])
        #expect(findings.first?.message.contains(words) == true)
    }

    @Test(arguments: ["fp32", "bf16"])
    func onePrecisionIsNotWorthAWord(precision: String) throws {
        #expect(Checks.mixedPrecision(try plan(precisions: [precision, precision])).isEmpty)
    }

    @Test func addedRungsChangeNoRecord() throws {
        let plan = try plan()
        var larger = try #require(plan.withNewRung)
        #expect(larger.runs.count == plan.runs.count)
        larger.add(larger.further(1, at: .rung(3), of: [0, 1]))
        #expect(larger.runs.count == plan.runs.count + 2)
        #expect(
            larger.candidateRecords(writtenAt: "t").map(\.identity)
                == plan.candidateRecords(writtenAt: "t").map(\.identity))
        #expect(larger.suite.contentHash == plan.suite.contentHash)
        // Added seeds change the identity, but neither the board nor the recipe.
        larger.add(larger.further(2, at: .rung(0), of: [0, 1]))
        let records = zip(plan.candidateRecords(writtenAt: "t"), larger.candidateRecords(writtenAt: "t"))
        #expect(records.allSatisfy { $0.board == $1.board && $0.candidate.recipe == $1.candidate.recipe })
        #expect(records.allSatisfy { $0.identity != $1.identity })
        // The ladder has the new rung, labelled like the others.
        let ladder = larger.ladder([:])
        #expect(ladder.rungs.count == 4 && ladder.rungs[3].label == "width 128, 262 k tokens")
    }

    @Test func furtherRunsAreOnEqualSeeds() throws {
        var plan = try plan(heads: ["4", "4", "4"], firstSeed: 10)
        plan.add(plan.further(2, at: .rung(0), of: [0, 1]))
        // The third candidate has fewer seeds by now; it goes on with those of the first.
        let more = plan.further(2, at: .rung(0), of: [0, 2])
        #expect(more.map(\.spec.seed) == [14, 14, 15, 15])
        #expect(more.map(\.candidates) == [[0], [2], [0], [2]])
        let new = try #require(plan.withNewRung)
        #expect(new.further(1, at: .rung(3), of: [0, 1]).map(\.spec.seed) == [10, 10])
    }

    @Test func aPartIsReachedOnlyWhereItCanGoOn() throws {
        let run = try #require(try plan().runs { $0 == .target }.first), step = run.step(at: 0.5)
        func record(_ checkpoint: Int?, _ status: RunStatus?) -> RunRecord {
            var record = RunRecord()
            record.fold(
                .evaluation(.init(step: step, tokens: step, natsPerToken: 3, standardError: nil, sequences: 4)))
            if let checkpoint { record.fold(.checkpoint(.init(step: checkpoint))) }
            if let status { record.fold(.end(.init(status: status, step: step, tokens: step, seconds: 1))) }
            return record
        }
        #expect(run.hasReached(0.5, record(step, .paused)) && run.hasReached(0.5, record(step, nil)))
        #expect(run.hasReached(1, record(nil, .completed)))
        // A run that was killed while it saved, that failed, or that did not get so far has not reached the part.
        #expect(!run.hasReached(0.5, record(nil, nil)) && !run.hasReached(0.5, record(step, .failed)))
        #expect(!run.hasReached(0.7, record(step, .paused)) && !run.hasReached(1, record(step, .paused)))
        #expect(!run.hasReached(0.5, nil))
    }

    @Test func aDecisionBetweenClearerPairsCostsLess() throws {
        let plan = try plan(widths: [16, 32, 64, 128])
        #expect(plan.stages == [0..<3, 3..<4])
        let costs = try plan.expectedCosts(gaps: [0.001, 0.02, 0.2])
        #expect(costs[0].cost > costs[1].cost && costs[1].cost > costs[2].cost, "\(costs)")
        #expect(costs[0].probabilityDecided < 0.2 && costs[2].probabilityDecided > 0.9)
        // Nothing costs less than the first stage, or more than the ladder and the target.
        let share = { (rungs: Int) in
            plan.suite.rungs.prefix(rungs).enumerated().reduce(0.0) {
                $0 + Double($1.element.seeds) * plan.flops(at: .rung($1.offset)) / plan.flops(at: .target)
            }
        }
        #expect(costs.allSatisfy { $0.cost >= share(3) && $0.cost <= share(4) + 1 })
        #expect(try plan.expectedCosts(gaps: [0.02])[0] == costs[1])
    }
}
