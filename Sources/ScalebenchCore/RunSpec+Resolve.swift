// Candidate × rung × seed → run: the one place where scaling rules are applied.

import Foundation

extension RunSpec {
    /// The run of `candidate` at `rung` of `suite`.
    /// - Throws: `invalidInput` when the candidate makes no sense at this scale (heads that do not divide the width).
    package init(
        _ candidate: Candidate, at rung: Suite.Rung, of suite: Suite, vocabularySize: Int, dataHash: String, seed: Int
    ) throws {
        try self.init(
            candidate, at: rung, contextLength: suite.contextLength, evaluation: suite.evaluation,
            vocabularySize: vocabularySize, dataHash: dataHash, seed: seed)
    }

    /// The run of `candidate` at a scale that belongs to no suite.
    package init(
        _ candidate: Candidate, at rung: Suite.Rung, contextLength: Int, evaluation: Evaluation, vocabularySize: Int,
        dataHash: String, seed: Int
    ) throws {
        let scaled = { (value: ScaledValue, key: String, range: ClosedRange<Double>) throws -> Double in
            try value.resolved(at: rung, key, in: range, candidate.name)
        }
        let batchTokens = try scaled(candidate.batchTokens, "batchTokens", 0...1e12)
        let batchSequences = max(1, Int((batchTokens / Double(contextLength)).rounded()))
        let steps = rung.tokens / (batchSequences * contextLength)
        guard steps >= 1 else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(candidate.name)\" needs \(batchSequences * contextLength) tokens for one step, "
                    + "but the rung of width \(rung.width) trains on only \(rung.tokens)",
                hint: "lower batchTokens, or raise the rung's tokens")
        }
        let warmupFraction = try scaled(candidate.schedule.warmupFraction, "schedule.warmupFraction", 0...1)
        let learningRate = try scaled(candidate.optimizer.learningRate, "optimizer.learningRate", 1e-12...1000)
        let weightDecay = try scaled(candidate.optimizer.weightDecay, "optimizer.weightDecay", 0...1000)
        let uniqueTokens = try candidate.repeats.map { repeats in
            try Self.uniqueTokens(
                of: steps * batchSequences * contextLength, repeats: try scaled(repeats, "repeats", 1...1e6),
                contextLength, candidate.name)
        }
        let l2Penalty = try scaled(candidate.optimizer.l2Penalty, "optimizer.l2Penalty", 0...1000)
        self.init(
            trainer: candidate.trainer, trainerVersion: candidate.trainer.version,
            model: try ModelConfig(
                candidate, at: rung, contextLength: contextLength, vocabularySize: vocabularySize),
            optimizer: OptimizerConfig(
                type: candidate.optimizer.type, learningRate: learningRate,
                beta1: candidate.optimizer.beta1, beta2: candidate.optimizer.beta2,
                epsilon: candidate.optimizer.epsilon, momentum: candidate.optimizer.momentum, weightDecay: weightDecay,
                l2Penalty: l2Penalty, gradientClipping: candidate.optimizer.gradientClipping,
                gradientNormalization: candidate.optimizer.gradientNormalization,
                groups: try OptimizerConfig.Groups(candidate, at: rung)),
            schedule: ScheduleConfig(
                type: candidate.schedule.type, warmupSteps: Int((warmupFraction * Double(steps)).rounded()),
                decaySteps: Int((candidate.schedule.decayFraction * Double(steps)).rounded()),
                finalFraction: candidate.schedule.finalFraction),
            precision: candidate.precision, batchSequences: batchSequences, steps: steps, dataHash: dataHash,
            uniqueTokens: uniqueTokens,
            evaluation: evaluation, seed: seed)
    }
}

extension RunSpec {
    /// The tokens that a run reads `repeats` times each.
    private static func uniqueTokens(
        of tokens: Int, repeats: Double, _ contextLength: Int, _ name: String
    ) throws -> Int {
        let unique = Int((Double(tokens) / repeats).rounded(.up))
        guard unique >= contextLength else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(name)\": \(unique) tokens that are read again and again are no sequence of "
                    + "\(contextLength)", at: "repeats", hint: "use at most \(tokens / contextLength) repeats")
        }
        return unique
    }
}

extension OptimizerConfig.Groups {
    fileprivate init(_ candidate: Candidate, at rung: Suite.Rung) throws {
        self.init()
        for (group, multipliers) in candidate.optimizer.groups {
            let key = "optimizer.groups.\(group.rawValue)"
            if let learningRate = multipliers.learningRate {
                self[group].learningRate = try learningRate.resolved(
                    at: rung, "\(key).learningRate", in: 0...1e9, candidate.name)
            }
            if let weightDecay = multipliers.weightDecay {
                self[group].weightDecay = try weightDecay.resolved(
                    at: rung, "\(key).weightDecay", in: 0...1e9, candidate.name)
            }
        }
    }
}

extension ModelConfig {
    fileprivate init(
        _ candidate: Candidate, at rung: Suite.Rung, contextLength: Int, vocabularySize: Int
    ) throws {
        let model = candidate.model
        let scaled = { (value: ScaledValue, key: String, range: ClosedRange<Double>) throws -> Double in
            try value.resolved(at: rung, "model.\(key)", in: range, candidate.name)
        }
        let heads = max(1, Int(try scaled(model.heads, "heads", 0...Double(rung.width)).rounded()))
        let keyValueHeads = try model.keyValueHeads.map {
            max(1, Int(try scaled($0, "keyValueHeads", 0...Double(rung.width)).rounded()))
        }
        self.init(
            width: rung.width, layers: rung.layers, heads: heads, contextLength: contextLength,
            vocabularySize: vocabularySize,
            mlpWidth: max(1, Int((model.mlpRatio * Double(rung.width)).rounded())), keyValueHeads: keyValueHeads,
            activation: model.activation, norm: model.norm, linearBias: model.linearBias, normBias: model.normBias,
            positions: model.positions, rotaryBase: model.rotaryBase, queryKeyNorm: model.queryKeyNorm,
            attentionScale: model.attentionScale, block: model.block, head: model.head,
            initialization: model.initialization,
            residualScale: try scaled(model.residualScale, "residualScale", 1e-9...1e6),
            logitScale: try scaled(model.logitScale, "logitScale", 1e-9...1e9), dropout: model.dropout)
        try checkHeads(of: candidate)
    }

    /// Queries, keys and values must divide evenly among the heads.
    private func checkHeads(of candidate: Candidate) throws {
        let growing = #"{ "value": 2, "rule": "widthPower", "exponent": 1, "referenceWidth": 32 }"#
        guard width % heads == 0 else {
            throw ScalebenchError(
                .invalidInput, "candidate \"\(candidate.name)\": \(heads) heads do not divide width \(width)",
                at: "model.heads",
                hint: "choose heads that divide every width of the ladder, or let them grow: \(growing)")
        }
        guard heads % keyValueHeads == 0 else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(candidate.name)\": \(keyValueHeads) key and value heads do not divide \(heads) heads at "
                    + "width \(width)", at: "model.keyValueHeads",
                hint: "choose a divisor of the heads at every width, or leave the key out to have as many as heads")
        }
        guard positions != .rotary || headWidth % 2 == 0 else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(candidate.name)\": rotary positions pair channels, but a head of width \(width) has "
                    + "\(headWidth)", at: "model.heads", hint: "choose heads with an even number of channels each")
        }
    }
}

extension ScaledValue {
    /// The value at `rung`. A rule can turn a sensible reference value into one that makes no sense at the rung.
    /// - Throws: `invalidInput` at the candidate's `key` when the value lies outside `range`.
    fileprivate func resolved(
        at rung: Suite.Rung, _ key: String, in range: ClosedRange<Double>, _ name: String
    ) throws -> Double {
        let result = resolved(width: rung.width, layers: rung.layers, tokens: rung.tokens)
        guard range.contains(result) else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(name)\": the rule gives \(JSONValue.number(result).canonicalText) at width \(rung.width)",
                at: key,
                hint: "values from \(JSONValue.number(range.lowerBound).canonicalText) to "
                    + "\(JSONValue.number(range.upperBound).canonicalText) make sense; change the exponent or the reference"
            )
        }
        return result
    }
}
