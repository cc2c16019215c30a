// The single-precision path against the double-precision reference: the loss and every gradient, for shapes chosen to
// hit every edge (widths off the vector length, one-channel heads, contexts off the block length, several chunks).

import Foundation
import ScalebenchCore
import Testing
import Transformer

@Suite struct GPTTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let config: ModelConfig
        let sequences: Int
        var testDescription: String {
            "w\(config.width) L\(config.layers) H\(config.heads) T\(config.contextLength) V\(config.vocabularySize)"
                + " f\(config.mlpWidth) B\(sequences)"
        }

        init(_ width: Int, _ layers: Int, _ heads: Int, _ context: Int, _ vocabulary: Int, _ mlp: Int, _ sequences: Int)
        {
            config = ModelConfig(
                width: width, layers: layers, heads: heads, contextLength: context, vocabularySize: vocabulary,
                mlpWidth: mlp)
            self.sequences = sequences
        }
    }

    static let shapes = [
        Shape(8, 2, 2, 16, 32, 32, 3), Shape(24, 2, 4, 20, 50, 96, 2), Shape(8, 1, 8, 9, 11, 20, 2),
        Shape(6, 1, 3, 7, 5, 10, 3), Shape(12, 1, 3, 70, 17, 48, 2), Shape(16, 3, 4, 64, 64, 64, 2),
        Shape(32, 1, 2, 130, 40, 128, 1), Shape(3, 1, 1, 1, 2, 3, 2), Shape(10, 1, 2, 33, 300, 40, 17),
        Shape(48, 1, 3, 64, 70, 192, 1), Shape(160, 1, 4, 8, 20, 640, 1), Shape(20, 1, 5, 66, 513, 80, 9),
    ]

    @Test(arguments: shapes) func lossAndEveryGradientMatchTheReference(_ shape: Shape) throws {
        try compare(shape, .best)
    }

    @Test(arguments: KernelPath.allCases) func everyInstructionSetMatchesTheReference(_ path: KernelPath) throws {
        guard path.isAvailable else { return }
        try compare(Self.shapes[1], path)
        try compare(Self.shapes[4], path)
    }

    private func compare(_ shape: Shape, _ path: KernelPath) throws {
        let parameters = formulaParameters(shape.config, amplitude: 0.3)
        let batch = formulaTokens(shape.config, sequences: shape.sequences, step: 1)
        let (loss, gradients) = ReferenceGPT(config: shape.config, parameters: parameters).lossAndGradients(batch)
        let model = GPT(shape.config, batchSequences: shape.sequences, kernels: path)
        model.set(parameters)
        #expect(abs(model.lossAndGradients(batch) - loss) < 2e-6 * loss)
        for (name, expected) in gradients {
            let scale = expected.map(abs).max()!
            let actual = model.gradient(name)
            let worst = zip(expected, actual).map { abs($0 - $1) }.max()!
            // The key bias has no gradient in exact arithmetic, hence the floor.
            #expect(worst <= 1e-4 * scale + 1e-7, "\(name): off by \(worst) of \(scale)")
        }
    }

    @Test func paddingOfGradientsStaysZero() {
        let shape = Self.shapes[3]
        let model = GPT(shape.config, batchSequences: 3)
        model.set(formulaParameters(shape.config, amplitude: 0.3))
        _ = model.lossAndGradients(formulaTokens(shape.config, sequences: 3, step: 0))
        for tensor in model.layout.tensors {
            for i in tensor.count..<tensor.paddedCount { #expect(model.gradients[tensor.offset + i] == 0) }
        }
    }

    @Test func evaluationIsTheLossOfEachSequence() {
        let shape = Self.shapes[8]
        let model = GPT(shape.config, batchSequences: 4)
        model.initialize(seed: 3)
        let batch = formulaTokens(shape.config, sequences: 17, step: 2)
        let losses = model.evaluate(batch)
        #expect(losses.count == 17)
        let mean = losses.reduce(0, +) / 17
        #expect(abs(mean - model.lossAndGradients(batch)) < 1e-6)
        #expect(abs(losses[13] - model.evaluate([batch[13]])[0]) < 1e-6)
        #expect(losses[13] != losses[12])
    }

    @Test func initialLossIsThatOfAUniformGuess() {
        let config = ModelConfig(
            width: 32, layers: 2, heads: 4, contextLength: 64, vocabularySize: 256, mlpWidth: 128)
        let model = GPT(config, batchSequences: 8)
        model.initialize(seed: 1)
        let loss = model.lossAndGradients(formulaTokens(config, sequences: 8, step: 0))
        #expect(abs(loss - log(256)) < 0.03)
    }

    @Test func initialWeightsFollowTheSeedAndTheScheme() {
        let config = ModelConfig(
            width: 64, layers: 3, heads: 4, contextLength: 64, vocabularySize: 256, mlpWidth: 256)
        let model = GPT(config, batchSequences: 1), other = GPT(config, batchSequences: 4)
        model.initialize(seed: 5)
        other.initialize(seed: 5)
        #expect(model.parameters.elementsEqual(other.parameters))
        other.initialize(seed: 6)
        #expect(!model.parameters.elementsEqual(other.parameters))
        for tensor in model.layout.tensors {
            let values = model.parameters[tensor.offset..<tensor.offset + tensor.count].map(Double.init)
            let deviation = (values.map { $0 * $0 }.reduce(0, +) / Double(values.count)).squareRoot()
            let expected: Double =
                switch (tensor.shape.count, tensor.name) {
                case (2, let name) where name.hasSuffix("c_proj.weight"): 0.02 / 6.0.squareRoot()
                case (2, _): 0.02
                case (_, let name) where name.hasSuffix("weight"): 1
                default: 0
                }
            #expect(abs(deviation - expected) <= 0.05 * expected, "\(tensor.name)")
        }
    }

    @Test func parameterCountsAgreeWithTheAccounting() {
        for shape in Self.shapes {
            let layout = GPTParameters(shape.config)
            #expect(layout.tensors.map(\.count).reduce(0, +) == shape.config.parametersTotal)
            #expect(layout.tensors.allSatisfy { $0.offset % 16 == 0 })
            #expect(layout.tensors.last!.offset + layout.tensors.last!.paddedCount == layout.paddedCount)
        }
    }

    @Test func memoryGrowsWithTheBatchUpToOneChunk() {
        let config = Self.shapes[0].config
        let one = GPT.memoryBytes(config, batchSequences: 1)
        #expect(GPT.memoryBytes(config, batchSequences: 2) > one)
        #expect(one > 8 * config.parametersTotal)
        #expect(GPT.memoryBytes(config, batchSequences: 1000) == GPT.memoryBytes(config, batchSequences: 2000))
    }
}
