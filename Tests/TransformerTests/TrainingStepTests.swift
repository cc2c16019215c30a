// Whole steps: determinism, learning, divergence.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct TrainingStepTests {
    private func train(_ config: ModelConfig, seed: UInt64, steps: Int, learningRate: Double, newBatches: Bool)
        -> (parameters: [Float], losses: [Double])
    {
        let model = GPT(config, batchSequences: 4)
        model.initialize(seed: seed)
        let optimizer = makeOptimizer(OptimizerConfig(learningRate: learningRate, weightDecay: 0), model.layout)
        var losses: [Double] = []
        for step in 0..<steps {
            losses.append(model.lossAndGradients(formulaTokens(config, sequences: 4, step: newBatches ? step : 0)))
            _ = optimizer.update(
                parameters: model.parameters, gradients: model.gradients, learningRate: learningRate)
        }
        return (Array(model.parameters), losses)
    }

    private let small = ModelConfig(
        width: 24, layers: 2, heads: 3, contextLength: 40, vocabularySize: 64, mlpWidth: 96)

    @Test func sameSeedSameBits() {
        let first = train(small, seed: 9, steps: 20, learningRate: 3e-3, newBatches: true)
        let second = train(small, seed: 9, steps: 20, learningRate: 3e-3, newBatches: true)
        #expect(first.parameters.map(\.bitPattern) == second.parameters.map(\.bitPattern))
        #expect(first.losses.map(\.bitPattern) == second.losses.map(\.bitPattern))
        #expect(train(small, seed: 10, steps: 20, learningRate: 3e-3, newBatches: true).losses != first.losses)
    }

    @Test(arguments: [Variant.single[0]] + Variant.combined) func learnsOneBatchByHeart(_ variant: Variant) {
        let config = variant.applied(to: small)
        let losses = train(config, seed: 2, steps: 600, learningRate: 1e-2, newBatches: false).losses
        #expect(losses.last! < 0.01)
    }

    @Test(arguments: KernelPath.allCases, [Float.nan, .infinity])
    func divergenceShowsInTheLoss(_ path: KernelPath, _ poison: Float) {
        guard path.isAvailable else { return }
        for variant in [Variant.single[0]] + Variant.combined {
            let config = variant.applied(to: small)
            let model = GPT(config, batchSequences: 2, kernels: path)
            let batch = formulaTokens(config, sequences: 2, step: 0)
            for tensor in model.layout.tensors {
                model.initialize(seed: 1)
                model.parameters[tensor.offset] = poison
                #expect(!model.lossAndGradients(batch).isFinite, "\(variant.name): \(tensor.name)")
                #expect(!model.evaluate(batch)[0].isFinite, "\(variant.name): \(tensor.name)")
            }
        }
    }
}
