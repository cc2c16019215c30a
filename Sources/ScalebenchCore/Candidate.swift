// A recipe to be judged: everything a user may choose that is not the scale.

import Foundation

/// One recipe, before it meets a scale. Read from `candidate.json`; see Suites/README.md for every key.
package struct Candidate: Sendable, Hashable {
    /// Shown everywhere, part of no hash.
    package var name: String
    package var notes: String
    package var trainer: TrainerConfig
    /// How to start an external trainer; part of no hash.
    package var launch: TrainerLaunch?
    package var model: Model
    package var optimizer: Optimizer
    package var schedule: Schedule
    /// Tokens per step, rounded to whole sequences when resolved.
    package var batchTokens: ScaledValue

    /// The architecture, but for width, depth and context, which the suite decides.
    package struct Model: Sendable, Hashable {
        /// Attention heads, rounded to a whole number of at least one; must divide the width at every rung.
        package var heads: ScaledValue
        /// MLP width as a multiple of the width.
        package var mlpRatio: Double
        package var activation: ModelConfig.Activation
        package var norm: ModelConfig.Norm
        package var positions: ModelConfig.Positions
        package var head: ModelConfig.Head
        package var initialization: ModelConfig.Initialization
    }

    /// The update rule; what may change with scale is a `ScaledValue`.
    package struct Optimizer: Sendable, Hashable {
        package var type: OptimizerConfig.Kind
        package var learningRate: ScaledValue
        package var beta1: Double
        package var beta2: Double
        package var epsilon: Double
        package var weightDecay: ScaledValue
        package var gradientClipping: Double
    }

    /// The learning rate over a run.
    package struct Schedule: Sendable, Hashable {
        package var type: ScheduleConfig.Kind
        /// Share of the steps spent warming up.
        package var warmupFraction: ScaledValue
        package var finalFraction: Double
    }
}

// MARK: - Reading

extension Candidate {
    /// Reads a candidate strictly; `defaultName` is used where the file gives no name.
    /// - Parameter folder: where the file lies; nil when it lies nowhere, which rules out external trainers.
    package init(_ reader: ConfigReader, defaultName: String, folder: String? = nil) throws {
        name = try reader.string("name", default: defaultName)
        guard !name.isEmpty, name.count <= 200 else {
            throw ScalebenchError(
                .invalidInput, "a name has between 1 and 200 characters", at: reader.location(of: "name"))
        }
        notes = try reader.string("notes", default: "")
        (trainer, launch) =
            try reader.object(ifPresent: "trainer").map { try TrainerConfig.read($0, folder: folder) } ?? (
                .builtin, nil
            )
        model = try Model(try reader.object(ifPresent: "model"))
        optimizer = try Optimizer(try reader.object("optimizer"))
        schedule = try Schedule(try reader.object(ifPresent: "schedule"))
        batchTokens = try reader.scaledValue("batchTokens", in: 1...1e9)
        try reader.finish()
    }

    /// Reads the file at `path`; the file's own name is the candidate's where it gives none.
    package static func open(_ path: String) throws -> Candidate {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let stem = file.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init) ?? file
        let folder = path.contains("/") ? (path as NSString).deletingLastPathComponent : "."
        return try Candidate(
            try ConfigReader.open(path), defaultName: stem.isEmpty ? file : stem, folder: folder.isEmpty ? "/" : folder)
    }
}

extension Candidate.Model {
    /// GPT-2's choices where the file says nothing.
    init(_ reader: ConfigReader?) throws {
        let reader = try reader ?? ConfigReader(.object([:]), file: "")
        heads = try reader.scaledValue("heads", in: 1...4096, default: ScaledValue(4))
        mlpRatio = try reader.number("mlpRatio", in: 0.25...64, default: 4)
        activation = try reader.choice("activation", default: .geluTanh)
        norm = try reader.choice("norm", default: .layerNorm)
        positions = try reader.choice("positions", default: .learned)
        head = try reader.choice("head", default: .tied)
        initialization = try reader.choice("initialization", default: .gpt2)
        try reader.finish()
    }
}

extension Candidate.Optimizer {
    init(_ reader: ConfigReader) throws {
        type = try reader.choice("type", default: .adamW)
        learningRate = try reader.scaledValue("learningRate", in: 1e-9...100)
        beta1 = try reader.number("beta1", in: 0...0.9999999, default: 0.9)
        beta2 = try reader.number("beta2", in: 0...0.9999999, default: 0.95)
        epsilon = try reader.number("epsilon", in: 1e-30...1, default: 1e-8)
        weightDecay = try reader.scaledValue("weightDecay", in: 0...100, default: ScaledValue(0.1))
        gradientClipping = try reader.number("gradientClipping", in: 0...1e6, default: 1)
        try reader.finish()
    }
}

extension Candidate.Schedule {
    init(_ reader: ConfigReader?) throws {
        let reader = try reader ?? ConfigReader(.object([:]), file: "")
        type = try reader.choice("type", default: .cosine)
        warmupFraction = try reader.scaledValue("warmupFraction", in: 0...1, default: ScaledValue(0.05))
        finalFraction = try reader.number("finalFraction", in: 0...1, default: 0.1)
        try reader.finish()
    }
}
