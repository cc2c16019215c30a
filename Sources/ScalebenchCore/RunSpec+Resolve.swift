// Candidate × rung × seed → run: the one place where scaling rules meet a scale.

import Foundation

extension RunSpec {
    /// The run of `candidate` at `rung` of `suite`.
    /// - Throws: `invalidInput` when the candidate has no meaning at this scale (heads that do not divide the width).
    package init(
        _ candidate: Candidate, at rung: Suite.Rung, of suite: Suite, vocabularySize: Int, dataHash: String, seed: Int
    ) throws {
        let scaled = { (value: ScaledValue, key: String, range: ClosedRange<Double>) throws -> Double in
            try value.resolved(at: rung, key, in: range, candidate.name)
        }
        let batchTokens = try scaled(candidate.batchTokens, "batchTokens", 0...1e12)
        let batchSequences = max(1, Int((batchTokens / Double(suite.contextLength)).rounded()))
        let steps = rung.tokens / (batchSequences * suite.contextLength)
        guard steps >= 1 else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(candidate.name)\" needs \(batchSequences * suite.contextLength) tokens for one step, "
                    + "the rung of width \(rung.width) trains on \(rung.tokens)",
                hint: "lower batchTokens, or raise the rung's tokens")
        }
        let warmupFraction = try scaled(candidate.schedule.warmupFraction, "schedule.warmupFraction", 0...1)
        let learningRate = try scaled(candidate.optimizer.learningRate, "optimizer.learningRate", 1e-12...1000)
        let weightDecay = try scaled(candidate.optimizer.weightDecay, "optimizer.weightDecay", 0...1000)
        self.init(
            trainer: candidate.trainer, trainerVersion: candidate.trainer.version,
            model: try ModelConfig(
                candidate, at: rung, contextLength: suite.contextLength, vocabularySize: vocabularySize),
            optimizer: OptimizerConfig(
                type: candidate.optimizer.type, learningRate: learningRate,
                beta1: candidate.optimizer.beta1, beta2: candidate.optimizer.beta2,
                epsilon: candidate.optimizer.epsilon, weightDecay: weightDecay,
                gradientClipping: candidate.optimizer.gradientClipping),
            schedule: ScheduleConfig(
                type: candidate.schedule.type, warmupSteps: Int((warmupFraction * Double(steps)).rounded()),
                finalFraction: candidate.schedule.finalFraction),
            batchSequences: batchSequences, steps: steps, dataHash: dataHash, evaluation: suite.evaluation, seed: seed)
    }
}

extension ModelConfig {
    fileprivate init(
        _ candidate: Candidate, at rung: Suite.Rung, contextLength: Int, vocabularySize: Int
    ) throws {
        let exactHeads = try candidate.model.heads.resolved(
            at: rung, "model.heads", in: 0...Double(rung.width), candidate.name)
        let heads = max(1, Int(exactHeads.rounded()))
        guard rung.width % heads == 0 else {
            throw ScalebenchError(
                .invalidInput, "candidate \"\(candidate.name)\": \(heads) heads do not divide width \(rung.width)",
                at: "model.heads",
                hint: "choose heads that divide every width of the ladder, or let them grow: "
                    + #"{ "value": 2, "rule": "widthPower", "exponent": 1, "referenceWidth": 32 }"#)
        }
        self.init(
            width: rung.width, layers: rung.layers, heads: heads, contextLength: contextLength,
            vocabularySize: vocabularySize,
            mlpWidth: max(1, Int((candidate.model.mlpRatio * Double(rung.width)).rounded())),
            activation: candidate.model.activation, norm: candidate.model.norm, positions: candidate.model.positions,
            head: candidate.model.head, initialization: candidate.model.initialization)
    }
}

extension ScaledValue {
    /// The value at `rung`; rules can carry a sensible value to where it makes no sense.
    /// - Throws: `invalidInput` at the candidate's `key` when it leaves `range`.
    fileprivate func resolved(
        at rung: Suite.Rung, _ key: String, in range: ClosedRange<Double>, _ name: String
    ) throws -> Double {
        let result = resolved(width: rung.width, tokens: rung.tokens)
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
