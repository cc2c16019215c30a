// The update of the parameters against the reference: every rule, clipping, and what is done to gradients before.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct UpdateTests {
    /// The head is untied, so that all four groups of parameters exist.
    private let config = ModelConfig(
        width: 6, layers: 1, heads: 2, contextLength: 5, vocabularySize: 9, mlpWidth: 7, queryKeyNorm: true,
        head: .untied)

    /// Settings whose groups have multipliers of their own.
    private func settings(_ kind: OptimizerConfig.Kind) -> OptimizerConfig {
        var settings = OptimizerConfig(
            type: kind, learningRate: 1, beta1: 0.8, beta2: 0.9, epsilon: 1e-6, momentum: 0.7, weightDecay: 0.3,
            gradientClipping: 0)
        settings.groups.embeddings = OptimizerConfig.Multipliers(learningRate: 2, weightDecay: 0.5)
        settings.groups.matrices = OptimizerConfig.Multipliers(learningRate: 0.5, weightDecay: 2)
        settings.groups.head = OptimizerConfig.Multipliers(learningRate: 0.25, weightDecay: 0)
        settings.groups.vectors = OptimizerConfig.Multipliers(learningRate: 3, weightDecay: 0.1)
        return settings
    }

    /// Three updates, by every kernel path and by the reference.
    private func expectReferenceUpdates(
        _ settings: OptimizerConfig, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for path in KernelPath.allCases where path.isAvailable {
            let model = GPT(config, batchSequences: 1)
            var expected = formulaParameters(config, amplitude: 0.5)
            model.set(expected)
            let optimizer = makeOptimizer(settings, model.layout, kernels: path)
            var reference = ReferenceOptimizer(settings, config)
            for step in 1...3 {
                let gradients = formulaParameters(config, amplitude: 0.3 * Double(step))
                model.setGradients(gradients)
                let norm = optimizer.update(
                    parameters: model.parameters, gradients: model.gradients, learningRate: 0.01)
                let expectedNorm = reference.update(&expected, gradients, learningRate: 0.01)
                #expect(abs(norm - expectedNorm) < 1e-6 * expectedNorm, sourceLocation: sourceLocation)
            }
            #expect(optimizer.updates == 3, sourceLocation: sourceLocation)
            for tensor in model.layout.tensors {
                let actual = (0..<tensor.count).map { Double(model.parameters[tensor.offset + $0]) }
                let worst = worstDifference(actual, expected[tensor.name]!)
                #expect(worst < 1e-6, "\(tensor.name) on \(path)", sourceLocation: sourceLocation)
                let padding = (tensor.count..<tensor.paddedCount).map { model.parameters[tensor.offset + $0] }
                #expect(padding.allSatisfy { $0 == 0 }, "\(tensor.name) on \(path)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test(arguments: OptimizerConfig.Kind.allCases, [0.0, 0.5, 100])
    func updateMatchesTheReference(_ kind: OptimizerConfig.Kind, clip: Double) {
        var settings = settings(kind)
        settings.gradientClipping = clip
        expectReferenceUpdates(settings)
    }

    @Test(arguments: OptimizerConfig.Kind.allCases, [0.0, 0.5])
    func l2PenaltyMatchesTheReference(_ kind: OptimizerConfig.Kind, clip: Double) {
        var settings = settings(kind)
        settings.gradientClipping = clip
        settings.l2Penalty = 0.4
        expectReferenceUpdates(settings)
    }

    /// The third clip makes gradients so small that the normalisation's epsilon matters.
    @Test(arguments: OptimizerConfig.Kind.allCases, [0.0, 0.5, 1e-7])
    func normalizationMatchesTheReference(_ kind: OptimizerConfig.Kind, clip: Double) {
        var settings = settings(kind)
        settings.gradientClipping = clip
        settings.gradientNormalization = .rms
        settings.l2Penalty = 0.4
        expectReferenceUpdates(settings)
    }

    /// With plain gradient descent the root mean square of every tensor's change is the learning rate.
    @Test func normalizedGradientsHaveRootMeanSquareOne() {
        var settings = OptimizerConfig(type: .sgd, learningRate: 1, momentum: 0, weightDecay: 0)
        settings.gradientNormalization = .rms
        // The embedding is updated in several pieces.
        let config = ModelConfig(
            width: 50, layers: 1, heads: 2, contextLength: 5, vocabularySize: 2711, mlpWidth: 7)
        let model = GPT(config, batchSequences: 1)
        model.initialize(seed: 1)
        let before = Array(model.parameters)
        _ = model.lossAndGradients(formulaTokens(config, sequences: 1, step: 0))
        let optimizer = makeOptimizer(settings, model.layout)
        _ = optimizer.update(parameters: model.parameters, gradients: model.gradients, learningRate: 0.5)
        for tensor in model.layout.tensors where tensor.name.hasSuffix("weight") {
            let changes = (tensor.offset..<tensor.offset + tensor.count).map { before[$0] - model.parameters[$0] }
            let square = changes.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(tensor.count)
            #expect(abs(square.squareRoot() - 0.5) < 1e-4, "\(tensor.name)")
        }
    }

    /// The penalty acts where weight decay does: with the decay's multipliers, and through the gradient.
    @Test func l2PenaltyAloneShrinksWhatDecays() {
        var settings = OptimizerConfig(type: .sgd, learningRate: 1, momentum: 0, weightDecay: 0, gradientClipping: 0)
        settings.l2Penalty = 0.5
        settings.groups.head = OptimizerConfig.Multipliers(weightDecay: 0.1)
        let model = GPT(config, batchSequences: 1)
        let before = formulaParameters(config, amplitude: 0.5)
        model.set(before)
        model.setGradients(before.mapValues { $0.map { _ in 0 } })
        let optimizer = makeOptimizer(settings, model.layout)
        let norm = optimizer.update(parameters: model.parameters, gradients: model.gradients, learningRate: 0.1)
        #expect(norm > 0)
        for tensor in model.layout.tensors {
            let factor = 1 - 0.1 * 0.5 * settings.groups[tensor.group].weightDecay
            let actual = (0..<tensor.count).map { Double(model.parameters[tensor.offset + $0]) }
            let worst = worstDifference(actual, before[tensor.name]!.map { factor * $0 })
            #expect(worst < 1e-6, "\(tensor.name)")
        }
    }

    @Test(arguments: OptimizerConfig.Kind.allCases, KernelPath.allCases)
    func gradientsThatAreNotFiniteUpdateNothing(_ kind: OptimizerConfig.Kind, _ path: KernelPath) {
        guard path.isAvailable else { return }
        let model = GPT(config, batchSequences: 2, kernels: path)
        model.initialize(seed: 1)
        _ = model.lossAndGradients(formulaTokens(config, sequences: 2, step: 0))
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

extension GPT {
    /// Copies named gradients in.
    fileprivate func setGradients(_ gradients: [String: [Double]]) {
        for tensor in layout.tensors {
            for (i, value) in gradients[tensor.name]!.enumerated() { self.gradients[tensor.offset + i] = Float(value) }
        }
    }
}
