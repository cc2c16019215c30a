// One pre-norm transformer block; s is the residual scale. Dropout acts on what attention and mlp give.
//   sequential:  x ← x + s·attention(norm₁(x));  x ← x + s·mlp(norm₂(x))
//   parallel:    x ← x + s·attention(norm₁(x)) + s·mlp(norm₁(x))

import CKernels
import ScalebenchCore

struct Block {
    private let norm1: Norm
    /// The second norm; nil in a parallel block.
    private let norm2: Norm?
    private let attention: SelfAttention
    private let mixing: Linear
    private let mlp: MLP
    private let layer, width: Int
    private let residualScale: Float

    init(_ layer: Int, _ layout: GPTParameters, _ config: ModelConfig, attention: Attention, rotary: RotaryTables?) {
        let name = "h.\(layer)"
        norm1 = Norm(name + ".ln_1", layout, config.norm)
        norm2 = config.block == .sequential ? Norm(name + ".ln_2", layout, config.norm) : nil
        self.attention = SelfAttention(name + ".attn", layout, config, attention: attention, rotary: rotary)
        mixing = Linear(name + ".attn.c_proj", layout)
        mlp = MLP(name + ".mlp", layout, config.activation)
        self.layer = layer
        width = config.width
        residualScale = Float(config.residualScale)
    }

    /// What one block keeps from forward to backward, [rows, …] each.
    struct Activations {
        /// What the norms keep; this includes the block's input and the residual stream between its halves.
        let norm1, norm2: Norm.Saved
        let normed1, normed2, mixed: Floats
        let attention: SelfAttention.Saved
        let mlp: MLP.Saved

        init(_ config: ModelConfig, _ attention: Attention, sequences: Int, _ arena: inout Arena) {
            let rows = sequences * config.contextLength, width = config.width
            norm1 = Norm.Saved(rows: rows, width: width, &arena)
            normed1 = arena.take(rows * width)
            self.attention = SelfAttention.Saved(config, attention, sequences: sequences, &arena)
            mixed = arena.take(rows * width)
            // A parallel block has one norm, and its second half reads the output of the first norm.
            let isSequential = config.block == .sequential
            norm2 = isSequential ? Norm.Saved(rows: rows, width: width, &arena) : norm1
            normed2 = isSequential ? arena.take(rows * width) : normed1
            mlp = MLP.Saved(config, rows: rows, &arena)
        }
    }

    /// Memory that all blocks share: gradients inside a block, and what a branch that is scaled or dropped needs.
    struct Scratch {
        /// [rows, width] each; `branch` exists for branches that are scaled or dropped, `normed` for parallel blocks.
        let narrow, branch, normed: Floats
        let wide, hidden, scores: Floats

        init(_ config: ModelConfig, _ attention: Attention, rows: Int, _ arena: inout Arena) {
            narrow = arena.take(rows * config.width)
            branch = arena.take(config.residualScale == 1 && config.dropout == 0 ? 0 : rows * config.width)
            normed = arena.take(config.block == .parallel ? rows * config.width : 0)
            wide = arena.take(rows * max(config.attentionChannels, config.mlpInputChannels))
            hidden = arena.take(config.activation.isGated ? rows * config.mlpWidth : 0)
            scores = arena.take(attention.scratchCount)
        }
    }

    /// Reads the block's input from `kept.norm1.input` and writes its output to `out`. `kept` is filled with what
    /// backward needs only with `forBackward`; without, `out` may be the input.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, kept: Activations, scratch: Scratch,
        sequences: Int, rows: Int, forBackward: Bool, dropout: Dropout?
    ) {
        norm1.forward(arithmetic, parameters, out: kept.normed1, saved: kept.norm1, rows: rows)
        arithmetic.lap(.elementwise)
        attention.forward(
            arithmetic, parameters, out: kept.mixed, input: kept.normed1, saved: kept.attention, scores: scratch.scores,
            sequences: sequences, rows: rows, keepsWeights: forBackward)
        let middle = norm2 == nil ? out : kept.norm2.input
        addBranch(
            mixing, arithmetic, parameters, out: middle, input: kept.mixed, to: kept.norm1.input, scratch: scratch,
            rows: rows, dropout: dropout, at: .attention(layer: layer))
        norm2?.forward(arithmetic, parameters, out: kept.normed2, saved: kept.norm2, rows: rows)
        arithmetic.lap(.elementwise)
        mlp.forward(
            arithmetic, parameters, input: kept.normed2, saved: kept.mlp, rows: rows, keepsSlopes: forBackward)
        addBranch(
            mlp.down, arithmetic, parameters, out: out, input: kept.mlp.hidden, to: middle, scratch: scratch,
            rows: rows, dropout: dropout, at: .mlp(layer: layer))
    }

    /// out = residual + s · dropout(layer(input)); out may be residual.
    private func addBranch(
        _ layer: Linear, _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, input: Floats,
        to residual: Floats, scratch: Scratch, rows: Int, dropout: Dropout?, at site: Dropout.Site
    ) {
        if let dropout {
            layer.forward(arithmetic, parameters, out: scratch.branch, input: input, rows: rows)
            dropout.apply(
                arithmetic, out: out, addend: residual, x: scratch.branch, factor: residualScale, at: site, rows: rows,
                width: width)
        } else if residualScale == 1 {
            layer.forward(arithmetic, parameters, out: out, input: input, rows: rows, addend: residual)
        } else {
            layer.forward(arithmetic, parameters, out: scratch.branch, input: input, rows: rows)
            arithmetic.kernels.addScaled(out, residual, scratch.branch, residualScale, rows * width)
        }
        arithmetic.lap(.matrices)
    }

    /// `gradient` comes in as that of the block's output and leaves as that of its input.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, gradient: Floats, kept: Activations,
        scratch: Scratch, sequences: Int, rows: Int, dropout: Dropout?
    ) {
        // 1. MLP, and in a sequential block its norm.
        mlp.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.narrow, input: kept.normed2,
            outGradient: branchGradient(arithmetic, gradient, scratch, rows: rows, dropout, at: .mlp(layer: layer)),
            saved: kept.mlp, wide: scratch.wide, hidden: scratch.hidden, rows: rows)
        if let norm2 {
            norm2.backward(
                arithmetic, parameters, gradients, inputGradient: gradient, outGradient: scratch.narrow,
                saved: kept.norm2, rows: rows)
        } else {
            scratch.normed.update(from: scratch.narrow, count: rows * width)
        }
        arithmetic.lap(.elementwise)
        // 2. Attention: output projection, mixing, q/k/v projection, norm.
        mixing.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.narrow, input: kept.mixed,
            outGradient: branchGradient(
                arithmetic, gradient, scratch, rows: rows, dropout, at: .attention(layer: layer)), rows: rows)
        arithmetic.lap(.matrices)
        attention.backward(
            arithmetic, parameters, gradients, inputGradient: scratch.narrow, input: kept.normed1,
            outGradient: scratch.narrow, saved: kept.attention, wide: scratch.wide, scores: scratch.scores,
            sequences: sequences, rows: rows)
        if norm2 == nil {
            arithmetic.kernels.addScaled(scratch.narrow, scratch.narrow, scratch.normed, 1, rows * width)
        }
        norm1.backward(
            arithmetic, parameters, gradients, inputGradient: gradient, outGradient: scratch.narrow,
            saved: kept.norm1, rows: rows)
        arithmetic.lap(.elementwise)
    }

    /// s · dropout(gradient): what flows into a branch.
    private func branchGradient(
        _ arithmetic: Arithmetic, _ gradient: Floats, _ scratch: Scratch, rows: Int, _ dropout: Dropout?,
        at site: Dropout.Site
    ) -> Floats {
        if let dropout {
            dropout.apply(
                arithmetic, out: scratch.branch, x: gradient, factor: residualScale, at: site, rows: rows, width: width)
            return scratch.branch
        }
        if residualScale == 1 { return gradient }
        arithmetic.kernels.addScaled(scratch.branch, nil, gradient, residualScale, rows * width)
        return scratch.branch
    }
}
