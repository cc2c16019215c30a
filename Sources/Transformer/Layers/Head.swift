// The output layer: logits are inner products with the token embedding, or with a matrix of the head's own, and the
// loss is their cross-entropy with the next token. Forward and backward are one pass over chunks of rows, so
// [tokens, vocabulary] is never in memory.

import CKernels
import ScalebenchCore

struct Head {
    /// Offset of the matrix [vocabulary, width].
    private let matrix: Int
    private let width, vocabulary: Int

    init(_ layout: GPTParameters, _ config: ModelConfig) {
        matrix = layout.offset(config.head == .tied ? "wte.weight" : "lm_head.weight")
        vocabulary = config.vocabularySize
        width = config.width
    }

    /// Rows whose logits are held at a time: about 256 kB of them, which stay in the second-level cache.
    func chunkRows(rows: Int) -> Int { min(rows, max(32, 65_536 / vocabulary)) }

    /// losses[rows] in nats.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, losses: Floats, input: Floats, logits: Floats,
        targets: UnsafePointer<UInt32>, rows: Int
    ) {
        let step = chunkRows(rows: rows)
        for first in stride(from: 0, to: rows, by: step) {
            let count = min(step, rows - first)
            arithmetic.multiplyTransposed(
                logits, input + first * width, parameters + matrix, rows: count, inner: width, columns: vocabulary,
                strides: (vocabulary, width, width))
            arithmetic.kernels.crossEntropy(losses + first, logits, targets + first, 0, count, vocabulary)
        }
    }

    /// Losses as in `forward`; inputGradient and the matrix's gradient are those of gradientScale · Σ losses.
    func forwardBackward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, losses: Floats, inputGradient: Floats,
        input: Floats, logits: Floats, targets: UnsafePointer<UInt32>, gradientScale: Float, rows: Int
    ) {
        let step = chunkRows(rows: rows)
        for first in stride(from: 0, to: rows, by: step) {
            let count = min(step, rows - first)
            arithmetic.multiplyTransposed(
                logits, input + first * width, parameters + matrix, rows: count, inner: width, columns: vocabulary,
                strides: (vocabulary, width, width))
            arithmetic.kernels.crossEntropy(losses + first, logits, targets + first, gradientScale, count, vocabulary)
            arithmetic.multiply(
                inputGradient + first * width, logits, parameters + matrix, rows: count, inner: vocabulary,
                columns: width, strides: (width, vocabulary, width))
            arithmetic.multiplyOuter(
                gradients + matrix, logits, input + first * width, rows: vocabulary, inner: count, columns: width,
                strides: (width, vocabulary, width))
        }
    }
}
