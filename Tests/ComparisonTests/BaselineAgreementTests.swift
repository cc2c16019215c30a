// Runs that were trained again, and the finding on runs that were not.

import Comparison
import Foundation
import ScalebenchCore
import Testing

struct BaselineAgreementTests {
    private func record(
        _ loss: Double?, curve: Double = 3, status: RunStatus = .completed, machine: [String: String] = [:]
    ) -> RunRecord {
        var record = RunRecord()
        record.fold(
            .start(
                .init(
                    runID: RunID(rawValue: "r"), time: "2026-01-01T00:00:00Z", trainerVersion: "t", resumedFromStep: 0,
                    parametersTotal: 1, parametersNonEmbedding: 1, flops: 1, machine: machine)))
        for (step, value) in [(1, Optional(curve)), (2, loss)] {
            record.fold(
                .evaluation(.init(step: step, tokens: step, natsPerToken: value, standardError: nil, sequences: 1)))
        }
        record.fold(.end(.init(status: status, step: 2, tokens: 2, seconds: 1)))
        return record
    }

    private func outcome(_ differences: [Double], noise: Double = 0.01) -> BaselineAgreement.Outcome {
        BaselineAgreement(differences.map { .init(recorded: record(2), again: record(2 + $0), noise: noise) }).outcome
    }

    @Test func outcomesFollowTheNoise() {
        #expect(outcome([0, 0, 0]) == .identical)
        #expect(outcome([1e-12, 0]) == .withinNoise)
        // Two seeds differ by √2 · 0.01; a single run may be four of these off, the mean of n runs three by the root of n.
        #expect(outcome([0.04]) == .withinNoise && outcome([0.05]) == .different)
        #expect(outcome([0.055, -0.055]) == .withinNoise && outcome([0.06, -0.06]) == .different)
        #expect(outcome([0.02, 0.02, 0.02, 0.02]) == .withinNoise)
        #expect(outcome([0.025, 0.025, 0.025, 0.025]) == .different, "all to the same side")
    }

    @Test func theCurveCountsForEveryDigit() {
        let pair = BaselineAgreement.Pair(recorded: record(2), again: record(2, curve: 3.0000000001), noise: 0.01)
        #expect(BaselineAgreement([pair]).outcome == .withinNoise)
    }

    @Test func divergenceOnOneSideIsADifference() {
        let lost = record(nil, status: .diverged)
        #expect(BaselineAgreement([.init(recorded: lost, again: lost, noise: 0.01)]).outcome == .identical)
        #expect(BaselineAgreement([.init(recorded: record(2), again: lost, noise: 0.01)]).outcome == .different)
        #expect(BaselineAgreement([.init(recorded: lost, again: record(2), noise: 0.01)]).outcome == .different)
    }

    @Test func theFindingNamesCandidatesAndWhatDiffers() throws {
        let suite = """
            { "name": "s", "version": 1, "question": "?", "dataset": "d", "contextLength": 16,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 8192, "seeds": 2 },
                        { "width": 16, "layers": 1, "tokens": 8192 }],
              "target": { "width": 32, "layers": 1, "tokens": 8192 } }
            """
        func reader(_ text: String) throws -> ConfigReader { try ConfigReader.parse(Data(text.utf8), file: "t.json") }
        let candidates = try [0.001, 0.002].enumerated().map { index, rate in
            try Candidate(
                reader(#"{ "optimizer": { "learningRate": \#(rate) }, "batchTokens": 256 }"#), defaultName: "c\(index)")
        }
        let plan = try ComparisonPlan(
            suite: Suite(reader(suite), defaultName: "s"), candidates: candidates, vocabularySize: 32, dataHash: "h")
        let long = "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH MAX_THREADS=64 core Zen"
        let made = record(2, machine: ["host": "n7", "cores": "64", "blas": long, "kernels": "v3"])
        let records = Dictionary(uniqueKeysWithValues: plan.runs.map { ($0.id, made) })
        let recorded = Set(plan.runs.filter { $0.candidates == [0] }.map(\.id))
        func findings(_ ids: Set<RunID>, _ here: [String: String]) -> [Finding] {
            Checks.fromBaselines(plan, records, recorded: ids, here: here)
        }
        #expect(findings([], ["host": "n7"]).isEmpty)
        let same = try #require(findings(recorded, ["host": "n7", "cores": "2", "blas": long, "kernels": "v3"]).first)
        #expect(same.code == "fromBaseline" && same.severity == .note)
        #expect(same.message.contains("4 runs of c0; made on this machine") && !same.message.contains("c1"))
        let twin = try #require(findings(recorded, ["host": "n8", "blas": long]).first)
        #expect(twin.message.contains("on host n7 with the libraries and versions of this machine"))
        let other = try #require(findings(recorded, ["host": "n8", "blas": "OpenBLAS 0.3.29 core Haswell"]).first)
        #expect(
            other.message.contains(
                "host n7 with blas OpenBLAS 0.3.21 core Zen (here OpenBLAS 0.3.29 core Haswell)"))
        #expect(other.advice.contains("scalebench baselines check s"))
    }
}
