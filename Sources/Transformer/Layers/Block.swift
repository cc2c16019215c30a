// One pre-LN transformer block:  x ← x + attention(norm₁(x));  x ← x + mlp(norm₂(x)).

import CKernels

struct Block {
    let norm1, norm2: LayerNorm
    let projection, mixing, up, down: Linear
    let attention: Attention

    init(_ layer: Int, _ layout: GPTParameters, attention: Attention) {
        norm1 = LayerNorm("h.\(layer).ln_1", layout)
        projection = Linear("h.\(layer).attn.c_attn", layout)
        mixing = Linear("h.\(layer).attn.c_proj", layout)
        norm2 = LayerNorm("h.\(layer).ln_2", layout)
        up = Linear("h.\(layer).mlp.c_fc", layout)
        down = Linear("h.\(layer).mlp.c_proj", layout)
        self.attention = attention
    }

    /// What one block keeps from forward to backward, [rows, …] each.
    struct Activations {
        /// The block's input and the residual stream between its halves.
        let norm1, norm2: LayerNorm.Saved
        let normed1, qkv, weights, mixed, normed2: Floats
        /// Before forward's GELU its input, afterwards its derivative.
        let slope: Floats
        let hidden: Floats

        init(_ config: BlockShape, _ arena: inout Arena) {
            let rows = config.rows, width = config.width
            norm1 = LayerNorm.Saved(
                input: arena.take(rows * width), means: arena.take(rows), inverseDeviations: arena.take(rows))
            normed1 = arena.take(rows * width)
            qkv = arena.take(rows * 3 * width)
            weights = arena.take(config.attentionWeights)
            mixed = arena.take(rows * width)
            norm2 = LayerNorm.Saved(
                input: arena.take(rows * width), means: arena.take(rows), inverseDeviations: arena.take(rows))
            normed2 = arena.take(rows * width)
            slope = arena.take(rows * config.mlpWidth)
            hidden = arena.take(rows * config.mlpWidth)
        }
    }

    /// Gradients inside a block, shared by all blocks.
    struct Scratch {
        let narrow, wide, scores: Floats

        init(_ config: BlockShape, _ arena: inout Arena) {
            narrow = arena.take(config.rows * config.width)
            wide = arena.take(config.rows * max(3 * config.width, config.mlpWidth))
            scores = arena.take(config.attentionScratch)
        }
    }

    /// Reads the block's input from `kept.norm1.input` and writes its output to `out`.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, kept: Activations, sequences: Int, rows: Int,
        keepsSlope: Bool
    ) {
        norm1.forward(arithmetic, parameters, out: kept.normed1, saved: kept.norm1, rows: rows)
        projection.forward(arithmetic, parameters, out: kept.qkv, input: kept.normed1, rows: rows)
        attention.forward(
            arithmetic, out: kept.mixed, weights: kept.weights, qkv: kept.qkv, sequences: sequences)
        mixing.forward(
            arithmetic, parameters, out: kept.norm2.input, input: kept.mixed, rows: rows, addend: kept.norm1.input)
        norm2.forward(arithmetic, parameters, out: kept.normed2, saved: kept.norm2, rows: rows)
        up.forward(arithmetic, parameters, out: kept.slope, input: kept.normed2, rows: rows, addsBias: false)
        arithmetic.kernels.gelu(kept.hidden, kept.slope, parameters + up.bias, keepsSlope ? 1 : 0, rows, up.outputs)
        down.forward(arithmetic, parameters, out: out, input: kept.hidden, rows: rows, addend: kept.norm2.input)
    }

    /// `gradient` comes in as that of the block's output and leaves as that of its input.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, gradient: Floats, kept: Activations,
        scratch: Scratch, sequences: Int, rows: Int
    ) {
        // 1. MLP: down, GELU (its bias belongs to `up`), up, norm.
        down.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.wide, input: kept.hidden, outGradient: gradient,
            rows: rows)
        arithmetic.kernels.geluBackward(scratch.wide, gradients + up.bias, kept.slope, rows, up.outputs)
        up.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.narrow, input: kept.normed2,
            outGradient: scratch.wide, rows: rows, addsBias: false)
        norm2.backward(
            arithmetic, parameters, gradients, inputGradient: gradient, outGradient: scratch.narrow,
            saved: kept.norm2, rows: rows)
        // 2. Attention: output projection, mixing, q/k/v projection, norm.
        mixing.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.narrow, input: kept.mixed,
            outGradient: gradient, rows: rows)
        attention.backward(
            arithmetic, qkvGradient: scratch.wide, outGradient: scratch.narrow, weights: kept.weights, qkv: kept.qkv,
            scratch: scratch.scores, sequences: sequences)
        projection.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.narrow, input: kept.normed1,
            outGradient: scratch.wide, rows: rows)
        norm1.backward(
            arithmetic, parameters, gradients, inputGradient: gradient, outGradient: scratch.narrow,
            saved: kept.norm1, rows: rows)
    }
}

/// Sizes of one block's activations for a number of sequences at a time.
struct BlockShape {
    let rows, width, mlpWidth, attentionWeights, attentionScratch: Int
}
