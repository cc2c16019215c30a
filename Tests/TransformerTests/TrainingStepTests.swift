// Whole steps: the update against the reference, a trace against PyTorch, determinism, learning, divergence.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct TrainingStepTests {
    /// One line of Golden/torch_trace.json; torch_trace.py says how it was made.
    struct Trace: Decodable {
        let width, layers, heads, contextLength, vocabularySize, mlpWidth, sequences: Int
        let amplitude, learningRate, beta1, beta2, epsilon, weightDecay, gradientClipping: Double
        let losses, gradientNorms: [Double]

        var config: ModelConfig {
            ModelConfig(
                width: width, layers: layers, heads: heads, contextLength: contextLength,
                vocabularySize: vocabularySize, mlpWidth: mlpWidth)
        }
        var optimizer: OptimizerConfig {
            OptimizerConfig(
                learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
                gradientClipping: gradientClipping)
        }

        static func load() throws -> Trace {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "Golden/torch_trace.json")
            return try JSONDecoder().decode(Trace.self, from: Data(contentsOf: file))
        }
    }

    @Test func twentyStepsOfPyTorch() throws {
        let trace = try Trace.load()
        let model = GPT(trace.config, batchSequences: trace.sequences)
        model.set(formulaParameters(trace.config, amplitude: trace.amplitude))
        let optimizer = makeOptimizer(trace.optimizer, model.layout)
        #expect(trace.losses.count == 20)
        for step in 0..<20 {
            let loss = model.lossAndGradients(formulaTokens(trace.config, sequences: trace.sequences, step: step))
            let norm = optimizer.update(
                parameters: model.parameters, gradients: model.gradients, learningRate: trace.learningRate)
            #expect(abs(loss - trace.losses[step]) < 1e-4 * trace.losses[step], "step \(step)")
            #expect(abs(norm - trace.gradientNorms[step]) < 1e-3 * trace.gradientNorms[step], "step \(step)")
        }
        #expect(trace.losses[19] < trace.losses[0] - 0.3)
        #expect(trace.gradientNorms.contains { $0 > trace.gradientClipping }, "clipping never acted")
    }

    @Test func referenceFollowsPyTorchInDoublePrecision() throws {
        let trace = try Trace.load()
        var model = ReferenceGPT(
            config: trace.config, parameters: formulaParameters(trace.config, amplitude: trace.amplitude))
        let decaying = GPTParameters(trace.config).tensors.filter { $0.group != .vectors }.map(\.name)
        var optimizer = ReferenceAdamW(trace.optimizer, decaying: Set(decaying))
        for step in 0..<5 {
            let (loss, gradients) = model.lossAndGradients(
                formulaTokens(trace.config, sequences: trace.sequences, step: step))
            let norm = optimizer.update(&model.parameters, gradients, learningRate: trace.learningRate)
            #expect(abs(loss - trace.losses[step]) < 1e-9 * loss, "step \(step)")
            #expect(abs(norm - trace.gradientNorms[step]) < 1e-9 * norm, "step \(step)")
        }
    }

    @Test(arguments: [0.0, 0.5, 100]) func updateMatchesTheReference(clip: Double) {
        let config = ModelConfig(width: 6, layers: 1, heads: 2, contextLength: 5, vocabularySize: 9, mlpWidth: 7)
        let layout = GPTParameters(config)
        let settings = OptimizerConfig(
            learningRate: 1, beta1: 0.8, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.3, gradientClipping: clip)
        let model = GPT(config, batchSequences: 1)
        var expected = formulaParameters(config, amplitude: 0.5)
        model.set(expected)
        let optimizer = makeOptimizer(settings, layout)
        let decaying = layout.tensors.filter { $0.group != .vectors }.map(\.name)
        var reference = ReferenceAdamW(settings, decaying: Set(decaying))
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
                #expect(abs(difference) < 1e-6, "\(tensor.name)[\(i)]")
            }
            for i in tensor.count..<tensor.paddedCount { #expect(model.parameters[tensor.offset + i] == 0) }
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

    @Test func learnsOneBatchByHeart() {
        let losses = train(small, seed: 2, steps: 400, learningRate: 1e-2, newBatches: false).losses
        #expect(losses.last! < 0.01)
    }

    @Test(arguments: KernelPath.allCases, [Float.nan, .infinity])
    func divergenceShowsInTheLoss(_ path: KernelPath, _ poison: Float) {
        guard path.isAvailable else { return }
        let model = GPT(small, batchSequences: 2, kernels: path)
        let batch = formulaTokens(small, sequences: 2, step: 0)
        for name in ["wte.weight", "h.0.attn.c_attn.bias", "h.1.mlp.c_fc.bias", "ln_f.weight"] {
            model.initialize(seed: 1)
            #expect(model.lossAndGradients(batch).isFinite)
            model.parameters[model.layout.tensor(name)!.offset] = poison
            #expect(!model.lossAndGradients(batch).isFinite, "\(name)")
            #expect(!model.evaluate(batch)[0].isFinite, "\(name)")
            let before = Array(model.parameters)
            let norm = makeOptimizer(OptimizerConfig(learningRate: 1), model.layout, kernels: path).update(
                parameters: model.parameters, gradients: model.gradients, learningRate: 1)
            #expect(!norm.isFinite)
            #expect(before.map(\.bitPattern) == model.parameters.map(\.bitPattern))
        }
    }
}
