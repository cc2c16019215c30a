// Whole steps: the update against the reference, determinism, learning, divergence.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct TrainingStepTests {
    /// The head is untied, so that all four groups of parameters exist, each with its own multipliers.
    @Test(arguments: OptimizerConfig.Kind.allCases, [0.0, 0.5, 100])
    func updateMatchesTheReference(_ kind: OptimizerConfig.Kind, clip: Double) {
        let config = ModelConfig(
            width: 6, layers: 1, heads: 2, contextLength: 5, vocabularySize: 9, mlpWidth: 7, queryKeyNorm: true,
            head: .untied)
        var settings = OptimizerConfig(
            type: kind, learningRate: 1, beta1: 0.8, beta2: 0.9, epsilon: 1e-6, momentum: 0.7, weightDecay: 0.3,
            gradientClipping: clip)
        settings.groups.embeddings = OptimizerConfig.Multipliers(learningRate: 2, weightDecay: 0.5)
        settings.groups.matrices = OptimizerConfig.Multipliers(learningRate: 0.5, weightDecay: 2)
        settings.groups.head = OptimizerConfig.Multipliers(learningRate: 0.25, weightDecay: 0)
        settings.groups.vectors = OptimizerConfig.Multipliers(learningRate: 3, weightDecay: 0.1)
        for path in KernelPath.allCases where path.isAvailable {
            let model = GPT(config, batchSequences: 1)
            let layout = model.layout
            var expected = formulaParameters(config, amplitude: 0.5)
            model.set(expected)
            let optimizer = makeOptimizer(settings, layout, kernels: path)
            var reference = ReferenceOptimizer(settings, config)
            for step in 1...3 {
                let gradients = formulaParameters(config, amplitude: 0.3 * Double(step))
                for tensor in layout.tensors {
                    for i in 0..<tensor.count { model.gradients[tensor.offset + i] = Float(gradients[tensor.name]![i]) }
                }
                let norm = optimizer.update(
                    parameters: model.parameters, gradients: model.gradients, learningRate: 0.01)
                let expectedNorm = reference.update(&expected, gradients, learningRate: 0.01)
                #expect(abs(norm - expectedNorm) < 1e-6 * expectedNorm)
            }
            #expect(optimizer.updates == 3)
            for tensor in layout.tensors {
                for i in 0..<tensor.count {
                    let difference = Double(model.parameters[tensor.offset + i]) - expected[tensor.name]![i]
                    #expect(abs(difference) < 1e-6, "\(tensor.name)[\(i)] on \(path)")
                }
                for i in tensor.count..<tensor.paddedCount { #expect(model.parameters[tensor.offset + i] == 0) }
            }
        }
    }

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

    @Test(arguments: OptimizerConfig.Kind.allCases, KernelPath.allCases)
    func gradientsThatAreNotFiniteUpdateNothing(_ kind: OptimizerConfig.Kind, _ path: KernelPath) {
        guard path.isAvailable else { return }
        let model = GPT(small, batchSequences: 2, kernels: path)
        model.initialize(seed: 1)
        _ = model.lossAndGradients(formulaTokens(small, sequences: 2, step: 0))
        let optimizer = makeOptimizer(OptimizerConfig(type: kind, learningRate: 1), model.layout, kernels: path)
        let before = Array(model.parameters)
        for poison in [Float.nan, .infinity] {
            model.gradients[model.layout.tensor("ln_f.weight")!.offset] = poison
            let norm = optimizer.update(
                parameters: model.parameters, gradients: model.gradients, learningRate: 1)
            #expect(!norm.isFinite)
            #expect(before.map(\.bitPattern) == model.parameters.map(\.bitPattern))
            #expect(optimizer.updates == 0)
        }
    }
}
