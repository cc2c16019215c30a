// How many workers share a step must not change a single bit of it.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct WorkerTests {
    private struct Outcome: Equatable {
        var losses: [UInt64] = []
        var norms: [UInt64] = []
        var evaluated: [UInt64] = []
        var gradients, parameters: [UInt32]
    }

    /// Four steps of training and one evaluation of more sequences than a step has.
    private func train(_ config: ModelConfig, _ optimizer: OptimizerConfig, sequences: Int, workers: Int) -> Outcome {
        let model = GPT(config, batchSequences: sequences, workers: workers)
        model.initialize(seed: 4)
        let rule = makeOptimizer(optimizer, model.layout, workers: workers)
        var outcome = Outcome(gradients: [], parameters: [])
        for step in 0..<4 {
            let loss = model.lossAndGradients(formulaTokens(config, sequences: sequences, step: step))
            let norm = rule.update(parameters: model.parameters, gradients: model.gradients, learningRate: 0.01)
            outcome.losses.append(loss.bitPattern)
            outcome.norms.append(norm.bitPattern)
        }
        outcome.evaluated = model.evaluate(formulaTokens(config, sequences: sequences + 3, step: 9)).map(\.bitPattern)
        outcome.gradients = model.gradients.map(\.bitPattern)
        outcome.parameters = model.parameters.map(\.bitPattern)
        return outcome
    }

    /// Batches of one part, two and ten, with unequal numbers of sequences and chunks that are not full.
    @Test(arguments: [Variant.single[0]] + Variant.combined, [1, 33, 161])
    func anyNumberOfWorkersGivesTheSameBits(_ variant: Variant, _ sequences: Int) {
        let config = variant.applied(
            to: ModelConfig(width: 12, layers: 1, heads: 3, contextLength: 64, vocabularySize: 64, mlpWidth: 20))
        let settings = OptimizerConfig(learningRate: 0.01)
        let alone = train(config, settings, sequences: sequences, workers: 1)
        for workers in [2, 3] {
            #expect(train(config, settings, sequences: sequences, workers: workers) == alone, "\(workers) workers")
        }
    }

    @Test(arguments: OptimizerConfig.Kind.allCases) func everyOptimizerGivesTheSameBits(_ kind: OptimizerConfig.Kind) {
        // Large enough for workers to share an update.
        let config = ModelConfig(
            width: 64, layers: 2, heads: 2, contextLength: 64, vocabularySize: 2000, mlpWidth: 256, head: .untied)
        let settings = OptimizerConfig(
            type: kind, learningRate: 0.01, l2Penalty: 0.1, gradientNormalization: .rms)
        let alone = train(config, settings, sequences: 33, workers: 1)
        for workers in [2, 3, 7] {
            #expect(train(config, settings, sequences: 33, workers: workers) == alone, "\(workers) workers")
        }
    }

    @Test func workersMayComeAndGoDuringARun() {
        let config = ModelConfig(
            width: 12, layers: 1, heads: 3, contextLength: 64, vocabularySize: 64, mlpWidth: 20)
        func losses(_ workers: [Int]) -> [UInt64] {
            let model = GPT(config, batchSequences: 64)
            model.initialize(seed: 4)
            let rule = makeOptimizer(OptimizerConfig(learningRate: 0.01), model.layout)
            return workers.enumerated().map { step, workers in
                model.workers = workers
                rule.workers = workers
                let loss = model.lossAndGradients(formulaTokens(config, sequences: 64, step: step))
                _ = rule.update(parameters: model.parameters, gradients: model.gradients, learningRate: 0.01)
                return loss.bitPattern
            }
        }
        #expect(losses([1, 3, 2, 4, 1]) == losses([1, 1, 1, 1, 1]))
    }

    /// The shared step must also be right, not only equal to itself.
    @Test func twoWorkersMatchTheReference() {
        let config = Variant.combined[0].applied(
            to: ModelConfig(width: 24, layers: 1, heads: 3, contextLength: 40, vocabularySize: 30, mlpWidth: 36))
        let parameters = formulaParameters(config, amplitude: 0.3)
        let batch = formulaTokens(config, sequences: 103, step: 1)
        let (loss, gradients) = ReferenceGPT(config: config, parameters: parameters).lossAndGradients(batch)
        #expect(GPT.parts(config, batchSequences: 103) == 4)
        let model = GPT(config, batchSequences: 103, workers: 2)
        model.set(parameters)
        let difference = abs(model.lossAndGradients(batch) - loss)
        #expect(difference < 2e-6 * loss)
        expectGradients(model, gradients, "with two workers")
    }
}
