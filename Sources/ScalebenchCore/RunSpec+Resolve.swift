// Candidate × rung × seed → run: the one place where scaling rules meet a scale.

import Foundation

extension RunSpec {
    /// The run of `candidate` at `rung` of `suite`.
    /// - Throws: `invalidInput` when the candidate has no meaning at this scale (heads that do not divide the width).
    package init(
        _ candidate: Candidate, at rung: Suite.Rung, of suite: Suite, vocabularySize: Int, dataHash: String, seed: Int
    ) throws {
        let scaled = { (value: ScaledValue) in value.resolved(width: rung.width, tokens: rung.tokens) }
        let batchSequences = max(1, Int((scaled(candidate.batchTokens) / Double(suite.contextLength)).rounded()))
        let steps = rung.tokens / (batchSequences * suite.contextLength)
        guard steps >= 1 else {
            throw ScalebenchError(
                .invalidInput,
                "candidate \"\(candidate.name)\" needs \(batchSequences * suite.contextLength) tokens for one step, "
                    + "the rung of width \(rung.width) trains on \(rung.tokens)",
                hint: "lower batchTokens, or raise the rung's tokens")
        }
        let warmupFraction = min(max(scaled(candidate.schedule.warmupFraction), 0), 1)
        self.init(
            trainer: candidate.trainer, trainerVersion: candidate.trainer.version,
            model: try ModelConfig(
                candidate, at: rung, contextLength: suite.contextLength, vocabularySize: vocabularySize),
            optimizer: OptimizerConfig(
                type: candidate.optimizer.type, learningRate: scaled(candidate.optimizer.learningRate),
                beta1: candidate.optimizer.beta1, beta2: candidate.optimizer.beta2,
                epsilon: candidate.optimizer.epsilon, weightDecay: scaled(candidate.optimizer.weightDecay),
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
        let heads = max(1, Int(candidate.model.heads.resolved(width: rung.width, tokens: rung.tokens).rounded()))
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
