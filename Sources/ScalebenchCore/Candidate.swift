// A recipe to be judged: everything a user may choose that is not the scale.

import Foundation

/// One recipe, before it is resolved at a scale. Read from `candidate.json`; see Suites/README.md for every key.
package struct Candidate: Sendable, Hashable {
    /// The name is shown everywhere and is part of no hash.
    package var name: String
    package var notes: String
    package var trainer: TrainerConfig
    /// How to start an external trainer; part of no hash.
    package var launch: TrainerLaunch?
    package var model: Model
    package var optimizer: Optimizer
    package var schedule: Schedule
    package var precision: RunSpec.Precision
    /// Tokens per step, rounded to whole sequences when resolved.
    package var batchTokens: ScaledValue
    /// How often a run reads each of its training tokens; nil for as often as the data set makes it.
    package var repeats: ScaledValue?

    /// The architecture without width, depth and context length, which the suite decides.
    package struct Model: Sendable, Hashable {
        /// Attention heads, rounded to a whole number of at least one; must divide the width at every rung.
        package var heads: ScaledValue
        /// Heads of keys and values; nil for as many as heads.
        package var keyValueHeads: ScaledValue?
        /// MLP width as a multiple of the width.
        package var mlpRatio: Double
        package var activation: ModelConfig.Activation
        package var norm: ModelConfig.Norm
        package var linearBias: Bool
        package var normBias: Bool
        package var positions: ModelConfig.Positions
        package var rotaryBase: Double
        package var queryKeyNorm: Bool
        package var attentionScale: ModelConfig.AttentionScale
        package var block: ModelConfig.Block
        package var head: ModelConfig.Head
        package var initialization: ModelConfig.Initialization
        package var residualScale: ScaledValue
        package var logitScale: ScaledValue
        package var dropout: Double
    }

    /// The update rule; what may change with scale is a `ScaledValue`.
    package struct Optimizer: Sendable, Hashable {
        package var type: OptimizerConfig.Kind
        package var learningRate: ScaledValue
        package var beta1: Double
        package var beta2: Double
        package var epsilon: Double
        package var momentum: Double
        package var weightDecay: ScaledValue
        package var l2Penalty: ScaledValue
        package var gradientClipping: Double
        package var gradientNormalization: OptimizerConfig.GradientNormalization
        /// The groups whose multipliers the file gives.
        package var groups: [OptimizerConfig.Group: Multipliers]

        /// Factors of one parameter group; nil where the group keeps its default.
        package struct Multipliers: Sendable, Hashable {
            package var learningRate: ScaledValue?
            package var weightDecay: ScaledValue?
        }
    }

    /// The learning rate over a run.
    package struct Schedule: Sendable, Hashable {
        package var type: ScheduleConfig.Kind
        /// Fraction of the steps spent warming up.
        package var warmupFraction: ScaledValue
        /// Fraction of the steps in the final decay of `wsd`.
        package var decayFraction: Double
        package var finalFraction: Double
    }
}

// MARK: - Reading

extension Candidate {
    /// Reads a candidate strictly; `defaultName` is used where the file gives no name.
    /// - Parameter folder: the file's folder; nil for a text that is no file, which cannot name an external trainer.
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
        precision = try reader.choice("precision", default: .fp32)
        batchTokens = try reader.scaledValue("batchTokens", in: 1...1e9)
        repeats = try reader.scaledValue(ifPresent: "repeats", in: 1...1e6)
        try reader.finish()
    }

    /// Reads the file at `path`; where it gives no name, the candidate has the file's name.
    package static func open(_ path: String) throws -> Candidate {
        let name = (path as NSString).lastPathComponent, stem = (name as NSString).deletingPathExtension
        let folder = path.contains("/") ? (path as NSString).deletingLastPathComponent : "."
        return try Candidate(
            try ConfigReader.open(path), defaultName: stem, folder: folder.isEmpty ? "/" : folder)
    }
}

extension Candidate.Model {
    /// Reads the architecture; absent keys get GPT-2's choices.
    init(_ reader: ConfigReader?) throws {
        let reader = try reader ?? ConfigReader(.object([:]), file: "")
        heads = try reader.scaledValue("heads", in: 1...4096, default: ScaledValue(4))
        keyValueHeads = try reader.scaledValue(ifPresent: "keyValueHeads", in: 1...4096)
        mlpRatio = try reader.number("mlpRatio", in: 0.25...64, default: 4)
        activation = try reader.choice("activation", default: .geluTanh)
        norm = try reader.choice("norm", default: .layerNorm)
        linearBias = try reader.bool("linearBias", default: true)
        normBias = try reader.bool("normBias", default: norm == .layerNorm)
        positions = try reader.choice("positions", default: .learned)
        rotaryBase = try reader.number("rotaryBase", in: 1...1e12, default: 10_000)
        queryKeyNorm = try reader.bool("queryKeyNorm", default: false)
        attentionScale = try reader.choice("attentionScale", default: .inverseSquareRoot)
        block = try reader.choice("block", default: .sequential)
        head = try reader.choice("head", default: .tied)
        initialization = try reader.choice("initialization", default: .gpt2)
        residualScale = try reader.scaledValue("residualScale", in: 1e-6...1e3, default: ScaledValue(1))
        logitScale = try reader.scaledValue("logitScale", in: 1e-6...1e6, default: ScaledValue(1))
        dropout = try reader.number("dropout", in: 0...0.99, default: 0)
        try reader.finish()
    }
}

extension Candidate.Optimizer {
    init(_ reader: ConfigReader) throws {
        type = try reader.choice("type", default: .adamW)
        learningRate = try reader.scaledValue("learningRate", in: 1e-9...100)
        beta1 = try reader.number("beta1", in: 0...0.9999999, default: 0.9)
        beta2 = try reader.number("beta2", in: 0...0.9999999, default: type.defaultBeta2)
        epsilon = try reader.number("epsilon", in: 1e-30...1, default: 1e-8)
        momentum = try reader.number("momentum", in: 0...0.9999999, default: type.defaultMomentum)
        weightDecay = try reader.scaledValue("weightDecay", in: 0...100, default: ScaledValue(0.1))
        l2Penalty = try reader.scaledValue("l2Penalty", in: 0...100, default: ScaledValue(0))
        gradientClipping = try reader.number("gradientClipping", in: 0...1e6, default: 1)
        gradientNormalization = try reader.choice("gradientNormalization", default: .neutral)
        groups = try Self.readGroups(reader)
        try reader.finish()
    }
}

extension Candidate.Optimizer {
    private static func readGroups(_ reader: ConfigReader) throws -> [OptimizerConfig.Group: Multipliers] {
        var groups: [OptimizerConfig.Group: Multipliers] = [:]
        guard let all = try reader.object(ifPresent: "groups") else { return groups }
        for group in OptimizerConfig.Group.allCases {
            guard let one = try all.object(ifPresent: group.rawValue) else { continue }
            groups[group] = Multipliers(
                learningRate: try one.scaledValue(ifPresent: "learningRate", in: 0...1e6),
                weightDecay: try one.scaledValue(ifPresent: "weightDecay", in: 0...1e6))
            try one.finish()
        }
        try all.finish()
        return groups
    }
}

extension Candidate.Schedule {
    init(_ reader: ConfigReader?) throws {
        let reader = try reader ?? ConfigReader(.object([:]), file: "")
        type = try reader.choice("type", default: .cosine)
        warmupFraction = try reader.scaledValue("warmupFraction", in: 0...1, default: ScaledValue(0.05))
        decayFraction = try reader.number("decayFraction", in: 0...1, default: 0.2)
        finalFraction = try reader.number("finalFraction", in: 0...1, default: 0.1)
        try reader.finish()
    }
}
