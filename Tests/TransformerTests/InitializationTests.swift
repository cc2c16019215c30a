// Weights before the first step: their spread in every scheme, their seed, and the loss they begin with.

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct InitializationTests {
    private func config(_ variant: Variant, _ scheme: ModelConfig.Initialization) -> ModelConfig {
        var config = variant.applied(
            to: ModelConfig(width: 64, layers: 3, heads: 4, contextLength: 64, vocabularySize: 256, mlpWidth: 256))
        config.initialization = scheme
        return config
    }

    @Test(arguments: ModelConfig.Initialization.allCases, [Variant.single[0]] + Variant.combined)
    func lossBeginsAtThatOfAUniformGuess(_ scheme: ModelConfig.Initialization, _ variant: Variant) {
        let config = config(variant, scheme)
        let model = GPT(config, batchSequences: 8)
        model.initialize(seed: 1)
        let loss = model.lossAndGradients(formulaTokens(config, sequences: 8, step: 0))
        #expect(abs(loss - log(256)) < 0.05)
    }

    @Test(arguments: ModelConfig.Initialization.allCases, [Variant.single[0]] + Variant.combined)
    func weightsFollowTheScheme(_ scheme: ModelConfig.Initialization, _ variant: Variant) {
        let config = config(variant, scheme)
        let model = GPT(config, batchSequences: 1)
        model.initialize(seed: 5)
        for tensor in model.layout.tensors {
            let values = model.parameters[tensor.offset..<tensor.offset + tensor.count].map(Double.init)
            let deviation = (values.map { $0 * $0 }.reduce(0, +) / Double(values.count)).squareRoot()
            let expected = expectedDeviation(tensor.name, tensor.shape, scheme)
            #expect(abs(deviation - expected) <= 0.05 * expected, "\(tensor.name)")
            if tensor.shape.count == 2 {
                let mean = values.reduce(0, +) / Double(values.count)
                #expect(abs(mean) <= 5 * expected / Double(values.count).squareRoot(), "\(tensor.name)")
            }
        }
    }

    /// With three layers, matrices that write to the residual stream are divided by √6.
    private func expectedDeviation(_ name: String, _ shape: [Int], _ scheme: ModelConfig.Initialization) -> Double {
        if shape.count == 1 { return name.hasSuffix(".weight") ? 1 : 0 }
        guard name.hasPrefix("h.") else { return 0.02 }
        let writesToResidual = name.hasSuffix("c_proj.weight")
        if writesToResidual && scheme == .zeroResidual { return 0 }
        let deviation = scheme == .gpt2 ? 0.02 : 1 / Double(shape[0]).squareRoot()
        return writesToResidual ? deviation / 6.0.squareRoot() : deviation
    }

    @Test func weightsFollowTheSeedAlone() {
        let config = config(Variant.single[0], .gpt2)
        let model = GPT(config, batchSequences: 1), other = GPT(config, batchSequences: 4, workers: 2)
        model.initialize(seed: 5)
        other.initialize(seed: 5)
        #expect(model.parameters.elementsEqual(other.parameters))
        other.initialize(seed: 6)
        #expect(!model.parameters.elementsEqual(other.parameters))
    }

    /// Nothing is written to the residual stream at first: every block begins as the identity, whatever its other
    /// weights.
    @Test func zeroResidualBlocksAreTheIdentity() {
        let config = config(Variant.single[0], .zeroResidual)
        let model = GPT(config, batchSequences: 2)
        model.initialize(seed: 1)
        let batch = formulaTokens(config, sequences: 2, step: 0)
        let loss = model.evaluate(batch)
        let tensor = model.layout.tensor("h.1.mlp.c_fc.weight")!
        for i in 0..<tensor.count { model.parameters[tensor.offset + i] *= 3 }
        #expect(model.evaluate(batch) == loss)
    }
}
