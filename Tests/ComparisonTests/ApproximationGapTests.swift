// Excess over the entropy, sequence by sequence, from synthetic records whose right answers are known.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

@Suite struct ApproximationGapTests {
    private let entropies = (0..<40).map { 1.5 + 0.4 * sin(Double($0)) }

    private func plan() throws -> ComparisonPlan {
        let suite = """
            { "version": 1, "question": "?", "dataset": "d", "contextLength": 16,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 8192, "seeds": 2 },
                        { "width": 16, "layers": 1, "tokens": 8192 }, { "width": 32, "layers": 1, "tokens": 8192 }],
              "target": { "width": 64, "layers": 1, "tokens": 8192 }, "evaluation": { "sequences": 40 } }
            """
        func reader(_ text: String) throws -> ConfigReader { try ConfigReader.parse(Data(text.utf8), file: "t.json") }
        let candidates = try [0.001, 0.002].enumerated().map { index, rate in
            try Candidate(
                reader(#"{ "optimizer": { "learningRate": \#(rate) }, "batchTokens": 256 }"#),
                defaultName: "c\(index)")
        }
        return try ComparisonPlan(
            suite: Suite(reader(suite), defaultName: "s"), candidates: candidates, vocabularySize: 32, dataHash: "h")
    }

    /// Every sequence's loss is its entropy plus `excess`, plus or minus 0.001; the training loss is 0.01 higher.
    private func record(_ run: ComparisonPlan.Run, excess: Double, diverged: Bool = false) -> RunRecord {
        var record = RunRecord()
        let losses = entropies.enumerated().map { $1 + excess + ($0 % 2 == 0 ? 0.001 : -0.001) }
        let mean = losses.reduce(0, +) / 40
        for (step, loss) in [(16, 9.0), (32, mean + 0.01)] {
            record.fold(
                .step(
                    .init(
                        step: step, tokens: step * 256, natsPerToken: loss, learningRate: 1, gradientNorm: 1, seconds: 1
                    )))
        }
        record.fold(
            .evaluation(
                .init(
                    step: 32, tokens: 8192, natsPerToken: mean, standardError: 0.1, sequences: 40,
                    sequenceNatsPerToken: losses)))
        record.fold(
            .end(.init(status: diverged ? .diverged : .completed, step: 32, tokens: 8192, seconds: 1)))
        return record
    }

    /// Excess 3 · FLOPs^−0.25 for the first candidate, a tenth more for the second.
    private func excess(_ run: ComparisonPlan.Run) -> Double {
        3 * pow(run.spec.flops / 1e6, -0.25) * (run.candidates == [0] ? 1 : 1.1)
    }

    @Test func excessIsPairedBySequence() throws {
        let plan = try plan()
        let records = Dictionary(uniqueKeysWithValues: plan.runs.map { ($0.id, record($0, excess: excess($0))) })
        let gap = try #require(ApproximationGap(plan, records, entropies: entropies))
        #expect(gap.rungs.count == 4 && gap.rungs[3].isTarget)
        #expect(abs(gap.entropyNatsPerToken - entropies.reduce(0, +) / 40) < 1e-12)
        for rung in gap.rungs {
            let run = try #require(plan.runs.first { plan.label(of: $0.place) == rung.label && $0.candidates == [1] })
            let losses = rung.candidates[1]
            let found = try #require(losses.excess)
            #expect(abs(found.point - excess(run)) < 1e-12)
            // The interval is that of ± 0.001 in 40 sequences, however much the entropies scatter.
            let half = found.interval90.upper - found.point
            #expect(abs(half - 1.645 * 0.001 / 39.0.squareRoot()) < 1e-6)
            let train = try #require(losses.trainMinusValidation)
            #expect(abs(train.point - 0.01) < 1e-12 && train.interval90.contains(0))
            // The last stretch holds 256 training sequences per run.
            let deviation = (train.interval90.upper - train.point) / 1.644854
            let runs = rung.label == "width 8" ? 2.0 : 1
            let scatter = 0.4 * (0.5 * 40 / 39).squareRoot()
            #expect(abs(deviation / (scatter * (1 / 40.0 + 1 / (256 * runs)).squareRoot()) - 1) < 0.05)
        }
        for law in gap.laws {
            #expect(abs(try #require(law.exponent) - 0.25) < 1e-6 && (law.rSquared ?? 0) > 0.999999)
            #expect(abs(try #require(law.fittedFloor) - gap.entropyNatsPerToken) < 0.01)
            #expect(law.fittedFloorInterval90?.contains(gap.entropyNatsPerToken) == true)
        }
    }

    @Test func whatIsMissingIsNull() throws {
        let plan = try plan()
        var records = Dictionary(uniqueKeysWithValues: plan.runs.map { ($0.id, record($0, excess: excess($0))) })
        for run in plan.runs where run.place == .target {
            records[run.id] = run.candidates == [1] ? record(run, excess: 1, diverged: true) : nil
        }
        let gap = try #require(ApproximationGap(plan, records, entropies: entropies))
        #expect(gap.rungs.count == 3, "nothing was trained to its end at the target")
        #expect(gap.laws[0].fittedFloor == nil && gap.laws[0].exponent != nil)
        let blind = try #require(ApproximationGap(plan, records, entropies: entropies, includesTarget: false))
        #expect(blind.rungs.count == 3)
        #expect(ApproximationGap(plan, [:], entropies: entropies) == nil)
        #expect(ApproximationGap(plan, records, entropies: Array(entropies.dropLast())) == nil)
    }
}
