// Everything one chunk of sequences needs between its tokens and its gradients, in one block of memory.

import ScalebenchCore

struct Workspace {
    /// The residual stream after the last block, and its norm.
    let finalNorm: Norm.Saved
    let normed: Floats
    let layers: [Block.Activations]
    let scratch: Block.Scratch
    /// The gradient of the residual stream.
    let gradient: Floats
    let logits, losses: Floats

    init(_ config: ModelConfig, sequences: Int, attention: Attention, head: Head, _ arena: inout Arena) {
        let rows = sequences * config.contextLength
        layers = (0..<config.layers).map { _ in Block.Activations(config, attention, sequences: sequences, &arena) }
        finalNorm = Norm.Saved(rows: rows, width: config.width, &arena)
        normed = arena.take(rows * config.width)
        scratch = Block.Scratch(config, attention, rows: rows, &arena)
        gradient = arena.take(rows * config.width)
        logits = arena.take(head.chunkRows(rows: rows) * config.vocabularySize)
        losses = arena.take(rows)
    }

    /// The input of block `layer`; one past the last is the final norm's input.
    func residual(_ layer: Int) -> Floats {
        layer < layers.count ? layers[layer].norm1.input : finalNorm.input
    }
}
