// Specs, folders and broken trainers for the tests of one run.

import Foundation
import ScalebenchCore
import Testing
import TokenData
import Training

/// A folder that is removed when the test is over.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A resolved spec of `steps` steps with two sequences of eight tokens each.
func makeSpec(
    trainer: String = #"{ "type": "builtin" }"#, width: Int = 8, steps: Int, seed: Int = 1, dataHash: String = "data",
    vocabularySize: Int = 16, learningRate: Double = 0.01, model: String = "", optimizer: String = ""
) throws -> RunSpec {
    let candidate = """
        { "name": "c", "trainer": \(trainer), "batchTokens": 16, "model": { "heads": 2\(model) },
          "optimizer": { "learningRate": \(learningRate)\(optimizer) } }
        """
    let ladder = try makeLadder(width: width, steps: steps)
    return try RunSpec(
        try Candidate(try ConfigReader.parse(Data(candidate.utf8), file: "candidate"), defaultName: "c"),
        at: ladder.rungs[0], of: ladder, vocabularySize: vocabularySize, dataHash: dataHash, seed: seed)
}

/// The same spec for a candidate file, with what starts its trainer.
func makeSpec(candidateFile: String, steps: Int) throws -> (RunSpec, TrainerLaunch?) {
    let ladder = try makeLadder(width: 8, steps: steps)
    let candidate = try Candidate.open(candidateFile)
    let spec = try RunSpec(
        candidate, at: ladder.rungs[0], of: ladder, vocabularySize: 16, dataHash: "data", seed: 1)
    return (spec, candidate.launch)
}

private func makeLadder(width: Int, steps: Int) throws -> Suite {
    let suite = """
        { "name": "s", "version": 1, "question": "?", "dataset": "d", "contextLength": 8,
          "rungs": [{ "width": \(width), "layers": 1, "tokens": \(steps * 16) },
                    { "width": \(width * 2), "layers": 1, "tokens": \(steps * 16) }],
          "target": { "width": \(width * 4), "layers": 1, "tokens": \(steps * 16) },
          "evaluation": { "sequences": 6, "curvePoints": 5, "curveSequences": 3 } }
        """
    return try Suite(try ConfigReader.parse(Data(suite.utf8), file: "suite"), defaultName: "s")
}

/// A data set in `<folder>/data`: tokens that follow one another in a cycle with jumps, so that there is something to
/// learn.
func makeDataset(in folder: TemporaryFolder) throws -> TokenDataset {
    let path = "\(folder.path)/data", vocabularySize = 16
    let writer = try DatasetWriter(folder: path, type: .narrowest(vocabularySize: vocabularySize))
    var generator = Philox(seed: 1)
    for (split, count) in [(DatasetWriter.SplitName.train, 4000), (.validation, 400)] {
        var token: UInt32 = 0
        let tokens = (0..<count).map { _ in
            token = (token + (generator.next32() % 4 == 0 ? 5 : 1)) % UInt32(vocabularySize)
            return token
        }
        try writer.append(tokens, to: split)
    }
    _ = try writer.publish(
        DatasetManifest(
            name: "d", summary: "", vocabularySize: vocabularySize, tokenizer: "none", license: "", source: ""))
    return try TokenDataset.open(folder: path)
}

/// The JSON of a synthetic trainer.
func synthetic(noise: Double = 0, divergesFromWidth: Int = 0, secondsPerStep: Double = 0) -> String {
    """
    { "type": "planted", "law": { "floor": 1.5, "amplitude": 0.5, "exponent": 0.05, "noise": \(noise),
      "divergesFromWidth": \(divergesFromWidth), "secondsPerStep": \(secondsPerStep) } }
    """
}

func makeRun(_ spec: RunSpec, in folder: TemporaryFolder, name: String = "run") throws -> RunFolder {
    let result = RunFolder("\(folder.path)/\(name)")
    try RunJob(spec, dataset: .init(name: "d", folder: "\(folder.path)/data")).write(to: result)
    return result
}

func readRecord(_ folder: RunFolder) throws -> RunRecord {
    try RunRecord(events: try InputFile.read(folder.events), file: folder.events)
}

/// Everything in a record that must not depend on time or on interruptions.
struct Result: Equatable {
    var steps: [RunEvent.Step]
    var evaluations: [RunEvent.Evaluation]
    var status: RunStatus?
    var lastStep: Int?
    var reason: String?

    init(_ record: RunRecord) {
        steps = record.steps.map { step in
            var step = step
            step.seconds = 0
            step.devices = nil
            return step
        }
        evaluations = record.evaluations
        status = record.end?.status
        lastStep = record.end?.step
        reason = record.end?.reason
    }
}

let testOptions = TrainingOptions(scalebenchVersion: "test")

/// Passes everything on to `base`, but may first do something else before a step or change what it reports.
final class InterferingTrainer: Trainer {
    struct Killed: Error {}

    private let base: any Trainer
    private let limit: Double?
    private let interfere: (Int, StepResult) throws -> StepResult

    /// - Parameter limit: replaces the base's limit of divergence.
    init(_ base: any Trainer, limit: Double? = nil, _ interfere: @escaping (Int, StepResult) throws -> StepResult) {
        self.base = base
        self.limit = limit
        self.interfere = interfere
    }

    var machine: [String: String] { base.machine }
    /// Replaces the base's number of cores.
    var stated: Int?
    var cores: Int { stated ?? base.cores }
    var divergenceLoss: Double { limit ?? base.divergenceLoss }
    func learningRate(at step: Int) -> Double { base.learningRate(at: step) }
    func train(step: Int, measuresUpdate: Bool) throws -> StepResult {
        try interfere(step, try base.train(step: step, measuresUpdate: measuresUpdate))
    }
    func evaluate(step: Int, sequences: Int) throws -> EvaluationLosses {
        try base.evaluate(step: step, sequences: sequences)
    }
    func save(to folder: String, metadata: [String: String]) throws {
        try base.save(to: folder, metadata: metadata)
    }
    func restore(from folder: String) throws { try base.restore(from: folder) }
    func saveModel(to folder: String, metadata: [String: String]) throws {
        try base.saveModel(to: folder, metadata: metadata)
    }
}
