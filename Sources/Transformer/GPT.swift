// A pre-LN decoder-only transformer with learned positions, GELU and a tied head (GPT-2's architecture), in single
// precision: its loss and every gradient. Not here: the update, data order, and when to stop.
//
// Sequences go through in chunks of a number fixed by the shape alone, one after another, and every sum runs in a
// fixed order: the same parameters and tokens give the same bits on the same machine. Nothing is allocated per step.

import CKernels
package import ScalebenchCore

package final class GPT {
    package let config: ModelConfig
    /// Where each tensor lies in `parameters` and `gradients`.
    package let layout: GPTParameters
    /// All trained numbers, 64-byte aligned; padding between tensors is zero and stays so.
    package let parameters: UnsafeMutableBufferPointer<Float>
    /// The gradients of the last `lossAndGradients`, laid out as `parameters`.
    package let gradients: UnsafeMutableBufferPointer<Float>

    private let parameterMemory, gradientMemory, workMemory: AlignedFloats
    private let chunkSequences: Int
    private let arithmetic: Arithmetic
    private let embedding: Embedding
    private let blocks: [Block]
    private let finalNorm: LayerNorm
    private let head: TiedHead
    private let work: Workspace
    private let inputs, targets: UnsafeMutablePointer<UInt32>

    /// Allocates everything training needs; the parameters are zero until `initialize` or a checkpoint fills them.
    ///
    /// - Parameter batchSequences: the largest useful number of sequences at a time.
    /// - Parameter kernels: the instruction set of the element-wise loops.
    package init(_ config: ModelConfig, batchSequences: Int, kernels: KernelPath = .best) {
        precondition(config.width % config.heads == 0, "heads must divide width")
        BLAS.useOneThread()
        self.config = config
        layout = GPTParameters(config)
        arithmetic = Arithmetic(kernels)
        parameterMemory = AlignedFloats(count: layout.paddedCount)
        gradientMemory = AlignedFloats(count: layout.paddedCount)
        parameters = parameterMemory.buffer
        gradients = gradientMemory.buffer

        let attention = Attention(width: config.width, heads: config.heads, contextLength: config.contextLength)
        let layout = layout
        embedding = Embedding(layout)
        blocks = (0..<config.layers).map { Block($0, layout, attention: attention) }
        finalNorm = LayerNorm("ln_f", layout)
        head = TiedHead(layout)

        chunkSequences = Self.chunkSequences(config, batchSequences: batchSequences)
        workMemory = AlignedFloats(count: Self.workspaceFloats(config, sequences: chunkSequences))
        var arena = Arena(workMemory)
        work = Workspace(config, sequences: chunkSequences, attention: attention, head: head, &arena)
        inputs = .allocate(capacity: chunkSequences * config.contextLength)
        targets = .allocate(capacity: chunkSequences * config.contextLength)
    }

    deinit {
        inputs.deallocate()
        targets.deallocate()
    }

    /// Mean nats per token over a batch, and its gradients, which replace `gradients`.
    ///
    /// Not finite when the model has diverged; the gradients are then not finite either.
    /// - Parameter tokens: [sequences, contextLength + 1], row-major; position i predicts token i + 1.
    package func lossAndGradients(_ tokens: UnsafeBufferPointer<UInt32>, sequences: Int) -> Double {
        let control = flushDenormals()
        defer { restoreFloatControl(control) }
        gradients.update(repeating: 0)
        let scale = 1 / Float(sequences * config.contextLength)
        var total = 0.0
        forEachChunk(of: tokens, sequences: sequences) { _, count in
            let rows = count * config.contextLength
            forward(sequences: count, rows: rows, keepsSlope: true)
            head.forwardBackward(
                arithmetic, parameterMemory.base, gradientMemory.base, losses: work.losses,
                inputGradient: work.scratch.narrow, input: work.normed, logits: work.logits, targets: targets,
                gradientScale: scale, rows: rows)
            backward(sequences: count, rows: rows)
            for row in 0..<rows { total += Double(work.losses[row]) }
        }
        return total / Double(sequences * config.contextLength)
    }

    /// Mean nats per token of each sequence, without gradients; any number of sequences.
    ///
    /// - Parameter tokens: [sequences, contextLength + 1], row-major.
    package func evaluate(_ tokens: UnsafeBufferPointer<UInt32>, sequences: Int) -> [Double] {
        let control = flushDenormals()
        defer { restoreFloatControl(control) }
        var means: [Double] = []
        means.reserveCapacity(sequences)
        forEachChunk(of: tokens, sequences: sequences) { _, count in
            let rows = count * config.contextLength
            forward(sequences: count, rows: rows, keepsSlope: false)
            head.forward(
                arithmetic, parameterMemory.base, losses: work.losses, input: work.normed, logits: work.logits,
                targets: targets, rows: rows)
            for sequence in 0..<count {
                var sum = 0.0
                for position in 0..<config.contextLength {
                    sum += Double(work.losses[sequence * config.contextLength + position])
                }
                means.append(sum / Double(config.contextLength))
            }
        }
        return means
    }

    /// Bytes this class allocates for a shape: parameters, gradients and activations. Optimizer state is counted by
    /// `AdamW.memoryBytes`.
    package static func memoryBytes(_ config: ModelConfig, batchSequences: Int) -> Int {
        let sequences = chunkSequences(config, batchSequences: batchSequences)
        let floats = 2 * GPTParameters(config).paddedCount + workspaceFloats(config, sequences: sequences)
        return 4 * (floats + 2 * sequences * config.contextLength)
    }

    // MARK: Chunks

    /// Sequences per chunk: enough rows for the matrix products of narrow models, few enough that activations of wide
    /// ones stay in cache. A function of the shape only, so that results are too.
    private static func chunkSequences(_ config: ModelConfig, batchSequences: Int) -> Int {
        min(max(1, batchSequences), max(1, 512 / config.contextLength))
    }

    private static func workspaceFloats(_ config: ModelConfig, sequences: Int) -> Int {
        var arena = Arena.counting
        let attention = Attention(width: config.width, heads: config.heads, contextLength: config.contextLength)
        _ = Workspace(
            config, sequences: sequences, attention: attention, head: TiedHead(GPTParameters(config)), &arena)
        return arena.used
    }

    /// Splits the tokens of each chunk into inputs and targets and calls `body(first sequence, number of sequences)`.
    private func forEachChunk(
        of tokens: UnsafeBufferPointer<UInt32>, sequences: Int, _ body: (Int, Int) -> Void
    ) {
        let context = config.contextLength
        precondition(tokens.count == sequences * (context + 1), "tokens must be [sequences, contextLength + 1]")
        for first in stride(from: 0, to: sequences, by: chunkSequences) {
            let count = min(chunkSequences, sequences - first)
            for sequence in 0..<count {
                let from = (first + sequence) * (context + 1)
                for position in 0..<context {
                    inputs[sequence * context + position] = checked(tokens[from + position])
                    targets[sequence * context + position] = checked(tokens[from + position + 1])
                }
            }
            body(first, count)
        }
    }

    private func checked(_ token: UInt32) -> UInt32 {
        precondition(Int(token) < config.vocabularySize, "token outside the vocabulary")
        return token
    }

    // MARK: Forward and backward through the blocks

    /// From `inputs` to `work.normed`.
    private func forward(sequences: Int, rows: Int, keepsSlope: Bool) {
        let parameters = parameterMemory.base
        embedding.forward(arithmetic, parameters, out: work.residual(0), inputs: inputs, rows: rows)
        for (layer, block) in blocks.enumerated() {
            block.forward(
                arithmetic, parameters, out: work.residual(layer + 1), kept: work.layers[layer],
                sequences: sequences, rows: rows, keepsSlope: keepsSlope)
        }
        finalNorm.forward(arithmetic, parameters, out: work.normed, saved: work.finalNorm, rows: rows)
    }

    /// From the gradient of `work.normed` (in `work.scratch.narrow`) to the gradients of all parameters but the head.
    private func backward(sequences: Int, rows: Int) {
        let parameters = parameterMemory.base, gradients = gradientMemory.base
        work.gradient.update(repeating: 0, count: rows * config.width)
        finalNorm.backward(
            arithmetic, parameters, gradients, inputGradient: work.gradient, outGradient: work.scratch.narrow,
            saved: work.finalNorm, rows: rows)
        for (layer, block) in blocks.enumerated().reversed() {
            block.backward(
                arithmetic, parameters, gradients, gradient: work.gradient, kept: work.layers[layer],
                scratch: work.scratch, sequences: sequences, rows: rows)
        }
        embedding.backward(arithmetic, gradients, outGradient: work.gradient, inputs: inputs, rows: rows)
    }
}
