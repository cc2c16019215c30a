// The layers of a model, and their forward and backward passes over one chunk of sequences. All workers share the
// layers: what changes lies in the worker's own workspace.

import CKernels
import ScalebenchCore

struct GPTLayers {
    let config: ModelConfig
    let attention: Attention
    let head: Head
    private let embedding: Embedding
    private let blocks: [Block]
    private let finalNorm: Norm

    init(_ config: ModelConfig, _ layout: GPTParameters) {
        self.config = config
        let attention = Attention(config)
        let rotary = config.positions == .rotary ? RotaryTables(config) : nil
        self.attention = attention
        embedding = Embedding(layout, config)
        blocks = (0..<config.layers).map { Block($0, layout, config, attention: attention, rotary: rotary) }
        finalNorm = Norm("ln_f", layout, config.norm)
        head = Head(layout, config)
    }

    /// Losses of every row into `work.losses`; nothing is kept for backward.
    func evaluate(_ arithmetic: Arithmetic, _ parameters: Floats, _ chunk: Chunk) {
        forward(arithmetic, parameters, chunk, forBackward: false)
        head.forward(
            arithmetic, parameters, losses: chunk.work.losses, input: chunk.work.normed, logits: chunk.work.logits,
            targets: chunk.targets, rows: chunk.rows)
    }

    /// Losses of every row into `work.losses`; gradients of gradientScale · Σ losses are added to `gradients`.
    func train(
        _ arithmetic: Arithmetic, _ parameters: Floats, into gradients: Floats, chunk: Chunk, gradientScale: Float
    ) {
        let work = chunk.work, rows = chunk.rows, count = rows * config.width
        forward(arithmetic, parameters, chunk, forBackward: true)
        // 1. Head and final norm.
        head.forwardBackward(
            arithmetic, parameters, gradients, losses: work.losses, inputGradient: work.scratch.narrow,
            input: work.normed, logits: work.logits, targets: chunk.targets, gradientScale: gradientScale, rows: rows)
        scale(arithmetic, work.scratch.narrow, count)
        arithmetic.lap(.head)
        finalNorm.backward(
            arithmetic, parameters, gradients, inputGradient: work.gradient, outGradient: work.scratch.narrow,
            adds: false, saved: work.finalNorm, rows: rows)
        arithmetic.lap(.elementwise)
        // 2. The blocks, last first.
        for (layer, block) in blocks.enumerated().reversed() {
            block.backward(
                arithmetic, parameters, gradients, gradient: work.gradient, kept: work.layers[layer],
                scratch: work.scratch, sequences: chunk.sequences, rows: rows, dropout: chunk.dropout)
        }
        // 3. The embeddings.
        dropEmbeddings(arithmetic, work.gradient, chunk)
        embedding.backward(arithmetic, gradients, outGradient: work.gradient, inputs: chunk.inputs, rows: rows)
        arithmetic.lap(.embedding)
    }

    /// Computes `work.normed`, the head's input, from the chunk's tokens. Without a backward pass all blocks use the
    /// memory of the first, which stays in the caches.
    private func forward(_ arithmetic: Arithmetic, _ parameters: Floats, _ chunk: Chunk, forBackward: Bool) {
        let work = chunk.work, rows = chunk.rows
        func place(_ layer: Int) -> Int { forBackward || layer == blocks.count ? layer : 0 }
        embedding.forward(arithmetic, parameters, out: work.residual(0), inputs: chunk.inputs, rows: rows)
        dropEmbeddings(arithmetic, work.residual(0), chunk)
        arithmetic.lap(.embedding)
        for (layer, block) in blocks.enumerated() {
            block.forward(
                arithmetic, parameters, out: work.residual(place(layer + 1)), kept: work.layers[place(layer)],
                scratch: work.scratch, sequences: chunk.sequences, rows: rows, forBackward: forBackward,
                dropout: chunk.dropout)
        }
        finalNorm.forward(arithmetic, parameters, out: work.normed, saved: work.finalNorm, rows: rows)
        scale(arithmetic, work.normed, rows * config.width)
        arithmetic.lap(.elementwise)
    }

    /// The same numbers are dropped forward and backward.
    private func dropEmbeddings(_ arithmetic: Arithmetic, _ values: Floats, _ chunk: Chunk) {
        chunk.dropout?.apply(
            arithmetic, out: values, x: values, at: .embedding, rows: chunk.rows, width: config.width)
    }

    /// The logits' factor is applied to the head's input, which has fewer numbers.
    private func scale(_ arithmetic: Arithmetic, _ values: Floats, _ count: Int) {
        guard config.logitScale != 1 else { return }
        arithmetic.kernels.addScaled(values, nil, values, Float(config.logitScale), count)
    }
}

/// Some sequences on their way through a model.
struct Chunk {
    let work: Workspace
    /// The tokens of all positions, [sequences, contextLength] each.
    let inputs, targets: UnsafeMutablePointer<UInt32>
    let sequences, rows: Int
    /// nil where nothing is dropped.
    let dropout: Dropout?
}
