// A small suite, candidate and run, around which the bytes of a reader lie.

import Foundation
import ScalebenchCore
import TokenData

enum Sample {
    private static let suiteText = """
        { "name": "s", "version": 1, "question": "?", "dataset": "d", "contextLength": 8,
          "rungs": [{ "width": 8, "layers": 1, "tokens": 64 }, { "width": 16, "layers": 1, "tokens": 64 }],
          "target": { "width": 32, "layers": 1, "tokens": 64 },
          "evaluation": { "sequences": 6, "curvePoints": 4, "curveSequences": 3 } }
        """
    /// Scales at which most candidates can be trained.
    private static let wideSuiteText = """
        { "name": "w", "version": 1, "question": "?", "dataset": "d", "contextLength": 64,
          "rungs": [{ "width": 64, "layers": 2, "tokens": 1024000 }, { "width": 128, "layers": 2, "tokens": 1024000 }],
          "target": { "width": 256, "layers": 2, "tokens": 1024000 } }
        """
    static let builtin = #"{ "type": "builtin" }"#
    static let planted = """
        { "type": "planted", "law": { "floor": 1.5, "amplitude": 0.5, "exponent": 0.05, "noise": 0,
          "divergesFromWidth": 0, "secondsPerStep": 0 } }
        """

    static func candidateText(trainer: String) -> String {
        """
        { "name": "c", "trainer": \(trainer), "batchTokens": 16, "model": { "heads": 2 },
          "optimizer": { "learningRate": 0.01 } }
        """
    }

    static func suite() throws -> Suite { try suite(suiteText) }
    static func wideSuite() throws -> Suite { try suite(wideSuiteText) }

    private static func suite(_ text: String) throws -> Suite {
        try Suite(try ConfigReader.parse(Data(text.utf8), file: "suite"), defaultName: "s")
    }

    static func candidate(trainer: String = planted) throws -> Candidate {
        try Candidate(
            try ConfigReader.parse(Data(candidateText(trainer: trainer).utf8), file: "candidate"), defaultName: "c")
    }

    static func job(trainer: String = planted, dataset: TokenDataset? = nil) throws -> RunJob {
        let suite = try suite()
        let spec = try RunSpec(
            try candidate(trainer: trainer), at: suite.rungs[0], of: suite, vocabularySize: 16,
            dataHash: dataset?.contentHash ?? "d", seed: 1)
        return RunJob(spec, dataset: .init(name: "d", folder: dataset?.folder ?? "d"))
    }

    /// A data set of 4,000 tokens in `folder`.
    static func dataset(in folder: String) throws -> TokenDataset {
        let writer = try DatasetWriter(folder: folder, type: .narrowest(vocabularySize: 16))
        try writer.append((0..<4000).map { UInt32($0 * $0 % 13) }, to: .train)
        try writer.append((0..<400).map { UInt32($0 * $0 % 11) }, to: .validation)
        _ = try writer.publish(
            DatasetManifest(
                name: "d", summary: "", vocabularySize: 16, tokenizer: "none", license: "", source: ""))
        return try TokenDataset.open(folder: folder)
    }

    /// The record of a finished run.
    static func record(of spec: RunSpec) -> RunRecord {
        events(of: spec).reduce(into: RunRecord()) { $0.fold($1) }
    }

    static func events(of spec: RunSpec) -> [RunEvent] {
        let start = RunEvent.Start(
            runID: spec.runID, time: "2026-01-01T00:00:00Z", trainerVersion: "builtin-2", resumedFromStep: 0,
            parametersTotal: 1, parametersNonEmbedding: 1, flops: 1, machine: ["host": "h"])
        let steps = (1...spec.steps).flatMap { step -> [RunEvent] in
            let tokens = step * spec.tokensPerStep, isLast = step == spec.steps
            return [
                .step(
                    .init(
                        step: step, tokens: tokens, natsPerToken: 3, learningRate: 0.1, gradientNorm: 1,
                        seconds: Double(step))),
                .evaluation(
                    .init(
                        step: step, tokens: tokens, natsPerToken: 2.5, standardError: 0.1, sequences: isLast ? 6 : 3,
                        sequenceNatsPerToken: isLast ? [2, 3, 2, 3, 2, 3] : nil)),
                .checkpoint(.init(step: step)),
            ]
        }
        let end = RunEvent.End(status: .completed, step: spec.steps, tokens: spec.tokens, seconds: Double(spec.steps))
        return [.start(start)] + steps + [.end(end)]
    }

    /// The lines of an event file.
    static func lines(_ events: some Sequence<RunEvent>) throws -> Data {
        try events.reduce(into: Data()) { $0 += try JSONDocument.line($1) }
    }
}
