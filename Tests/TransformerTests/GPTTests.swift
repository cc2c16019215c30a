// The single-precision path against the double-precision reference: the loss and every gradient, for shapes chosen to
// hit every edge (widths off the vector length, one-channel heads, contexts off the block length, several chunks), for
// every option alone and for mixtures of them, on every instruction set.

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

    /// Shapes in which every head has an even number of channels, as rotation needs.
    static let evenShapes = [
        Shape(6, 1, 3, 7, 5, 10, 3), Shape(4, 1, 2, 1, 2, 3, 2), Shape(12, 1, 6, 70, 17, 21, 2),
        Shape(36, 1, 2, 33, 30, 50, 5), Shape(20, 2, 5, 66, 130, 27, 9), Shape(160, 1, 4, 8, 20, 300, 1),
    ]

    static let paths = KernelPath.allCases.filter(\.isAvailable)

    @Test(arguments: shapes) func everyShapeMatchesTheReference(_ shape: Shape) {
        expectAgreement(shape.config, sequences: shape.sequences, on: [.best])
    }

    @Test(arguments: Variant.all) func everyOptionMatchesTheReferenceOnEveryPath(_ variant: Variant) {
        let shape = Shape(24, 2, 3, 40, 50, 36, 3)
        expectAgreement(variant.applied(to: shape.config), sequences: shape.sequences, on: Self.paths)
    }

    @Test(arguments: Variant.combined, evenShapes) func everyMixtureMatchesTheReference(
        _ variant: Variant, _ shape: Shape
    ) {
        expectAgreement(variant.applied(to: shape.config), sequences: shape.sequences, on: [.best])
    }

    @Test(arguments: paths) func wideGroupsOfHeads(_ path: KernelPath) {
        for keyValueHeads in [1, 2, 3, 6] {
            let config = ModelConfig(
                width: 48, layers: 1, heads: 6, contextLength: 37, vocabularySize: 20, mlpWidth: 40,
                keyValueHeads: keyValueHeads, positions: .rotary, queryKeyNorm: true)
            expectAgreement(config, sequences: 3, on: [path])
        }
    }

    @Test(arguments: Variant.all) func layoutIsTheListOfTensors(_ variant: Variant) {
        for shape in Self.evenShapes {
            let config = variant.applied(to: shape.config)
            let layout = GPTParameters(config), expected = config.referenceTensors
            #expect(layout.tensors.map(\.name) == expected.map(\.name))
            #expect(layout.tensors.map(\.shape) == expected.map(\.shape))
            #expect(layout.tensors.map(\.group) == expected.map(\.group))
            #expect(layout.tensors.map(\.count).reduce(0, +) == config.parametersTotal)
            #expect(layout.tensors.allSatisfy { $0.offset % 16 == 0 })
            #expect(layout.tensors.last!.offset + layout.tensors.last!.paddedCount == layout.paddedCount)
        }
    }

    @Test(arguments: Variant.combined) func paddingOfGradientsStaysZero(_ variant: Variant) {
        let config = variant.applied(to: Self.evenShapes[0].config)
        let model = GPT(config, batchSequences: 3)
        model.set(formulaParameters(config, amplitude: 0.3))
        _ = model.lossAndGradients(formulaTokens(config, sequences: 3, step: 0))
        for tensor in model.layout.tensors {
            for i in tensor.count..<tensor.paddedCount { #expect(model.gradients[tensor.offset + i] == 0) }
        }
    }

    /// All blocks share memory when nothing is kept for a backward pass.
    @Test(arguments: 1...3, Variant.combined)
    func evaluationOfAnyDepthIsTheLossOfTraining(_ layers: Int, _ variant: Variant) {
        let config = variant.applied(to: Shape(8, layers, 2, 16, 30, 12, 5).config)
        let model = GPT(config, batchSequences: 5)
        model.set(formulaParameters(config, amplitude: 0.3))
        let batch = formulaTokens(config, sequences: 5, step: 1)
        #expect(abs(model.evaluate(batch).reduce(0, +) / 5 - model.lossAndGradients(batch)) < 1e-6)
    }

    /// A deep narrow model goes through in chunks of fewer rows than the 512 that its batch has.
    @Test func aChunkMoreOrLessGivesTheSameGradients() {
        let config = Shape(32, 10, 4, 64, 64, 128, 8).config
        let whole = GPT(config, batchSequences: 8), alone = GPT(config, batchSequences: 1)
        #expect(
            2 * GPT.memoryBytes(config, batchSequences: 8) < 5 * GPT.memoryBytes(config, batchSequences: 2),
            "a chunk has all rows of the batch")
        whole.initialize(seed: 3)
        alone.initialize(seed: 3)
        let batch = formulaTokens(config, sequences: 8, step: 1)
        _ = whole.lossAndGradients(batch)
        var sums = [Double](repeating: 0, count: alone.gradients.count)
        for sequence in batch {
            _ = alone.lossAndGradients([sequence])
            for i in sums.indices { sums[i] += Double(alone.gradients[i]) / 8 }
        }
        let size = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let error = sums.indices.reduce(0.0) {
            let difference = sums[$1] - Double(whole.gradients[$1])
            return $0 + difference * difference
        }.squareRoot()
        #expect(error < 1e-5 * size)
    }

    @Test(arguments: Variant.combined) func evaluationIsTheLossOfEachSequence(_ variant: Variant) {
        let config = variant.applied(to: Shape(12, 1, 2, 33, 300, 40, 17).config)
        let model = GPT(config, batchSequences: 4)
        model.initialize(seed: 3)
        let batch = formulaTokens(config, sequences: 17, step: 2)
        let losses = model.evaluate(batch)
        #expect(losses.count == 17)
        let mean = losses.reduce(0, +) / 17
        #expect(abs(mean - model.lossAndGradients(batch)) < 1e-6)
        #expect(abs(losses[13] - model.evaluate([batch[13]])[0]) < 1e-6)
        #expect(losses[13] != losses[12])
    }

    /// A model that is made for 3 or 30 sequences takes any other number of them, smaller or larger than a chunk.
    @Test(arguments: [1, 2, 7, 20]) func otherBatchesThanExpectedMatchTheReference(_ sequences: Int) {
        let config = Variant.combined[0].applied(
            to: ModelConfig(width: 12, layers: 1, heads: 3, contextLength: 130, vocabularySize: 20, mlpWidth: 20))
        expectAgreement(config, sequences: sequences, made: 3, on: [.best])
        expectAgreement(config, sequences: sequences, made: 30, on: [.best])
    }

    @Test(arguments: Variant.combined) func memoryGrowsWithTheBatchUpToOneChunk(_ variant: Variant) {
        let config = variant.applied(to: Self.shapes[0].config)
        let one = GPT.memoryBytes(config, batchSequences: 1)
        #expect(GPT.memoryBytes(config, batchSequences: 2) > one)
        #expect(GPT.memoryBytes(config, batchSequences: 1, workers: 2) > one)
        #expect(one > 8 * config.parametersTotal)
        #expect(GPT.memoryBytes(config, batchSequences: 1000) == GPT.memoryBytes(config, batchSequences: 2000))
    }
}
