// The attention half of a block up to its output projection: q, k, v projection, query–key norm, rotary positions, and
// the mixing of values.

import CKernels
import ScalebenchCore

struct SelfAttention {
    private let projection: Linear
    private let attention: Attention
    private let queryNorm, keyNorm: Norm?
    private let rotary: RotaryTables?
    private let heads, keyValueHeads, headWidth, stride: Int

    init(
        _ name: String, _ layout: GPTParameters, _ config: ModelConfig, attention: Attention, rotary: RotaryTables?
    ) {
        projection = Linear(name + ".c_attn", layout)
        queryNorm = config.queryKeyNorm ? Norm(name + ".q_norm", layout, .rmsNorm) : nil
        keyNorm = config.queryKeyNorm ? Norm(name + ".k_norm", layout, .rmsNorm) : nil
        self.attention = attention
        self.rotary = rotary
        heads = config.heads
        keyValueHeads = config.keyValueHeads
        headWidth = config.headWidth
        stride = config.attentionChannels
    }

    /// What backward needs of one application.
    struct Saved {
        /// [rows, attentionChannels] after norm and rotation, and the attention weights of every head.
        let qkv, weights: Floats
        /// Queries and keys before their norm, [rows · (heads + keyValueHeads), headWidth]; nil without one.
        let unnormed: Norm.Saved?

        init(_ config: ModelConfig, _ attention: Attention, sequences: Int, _ arena: inout Arena) {
            let rows = sequences * config.contextLength
            qkv = arena.take(rows * config.attentionChannels)
            weights = arena.take(sequences * config.heads * attention.weightCount)
            unnormed =
                config.queryKeyNorm
                ? Norm.Saved(rows: rows * (config.heads + config.keyValueHeads), width: config.headWidth, &arena) : nil
        }
    }

    /// out[rows, width] from input[rows, width]. `scores` is scratch of the attention's `scratchCount`.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, input: Floats, saved: Saved, scores: Floats,
        sequences: Int, rows: Int, keepsWeights: Bool
    ) {
        projection.forward(arithmetic, parameters, out: saved.qkv, input: input, rows: rows)
        arithmetic.lap(.matrices)
        if let unnormed = saved.unnormed {
            forEachRow(rows, unnormed) { row, queries, keys in
                let q = saved.qkv + row * stride, k = q + heads * headWidth
                queries.input.update(from: q, count: (heads + keyValueHeads) * headWidth)
                queryNorm!.forward(arithmetic, parameters, out: q, saved: queries, rows: heads)
                keyNorm!.forward(arithmetic, parameters, out: k, saved: keys, rows: keyValueHeads)
            }
        }
        rotary?.rotate(
            arithmetic, saved.qkv, backward: false, sequences: sequences, heads: heads + keyValueHeads, stride: stride)
        arithmetic.lap(.elementwise)
        attention.forward(
            arithmetic, out: out, weights: keepsWeights ? saved.weights : nil, qkv: saved.qkv, scratch: scores,
            sequences: sequences)
        arithmetic.lap(.attention)
    }

    /// inputGradient[rows, width] from outGradient[rows, width], which may be the same memory. `wide` is scratch of
    /// [rows, attentionChannels], `scores` of the attention's `scratchCount`.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, inputGradient: Floats, input: Floats,
        outGradient: Floats, saved: Saved, wide: Floats, scores: Floats, sequences: Int, rows: Int
    ) {
        attention.backward(
            arithmetic, qkvGradient: wide, outGradient: outGradient, weights: saved.weights, qkv: saved.qkv,
            scratch: scores, sequences: sequences)
        arithmetic.lap(.attention)
        rotary?.rotate(
            arithmetic, wide, backward: true, sequences: sequences, heads: heads + keyValueHeads, stride: stride)
        if let unnormed = saved.unnormed {
            forEachRow(rows, unnormed) { row, queries, keys in
                let q = wide + row * stride, k = q + heads * headWidth
                queryNorm!.backward(
                    arithmetic, parameters, gradients, inputGradient: q, outGradient: q, adds: false, saved: queries,
                    rows: heads)
                keyNorm!.backward(
                    arithmetic, parameters, gradients, inputGradient: k, outGradient: k, adds: false, saved: keys,
                    rows: keyValueHeads)
            }
        }
        arithmetic.lap(.elementwise)
        projection.backward(
            arithmetic, parameters, gradients, inputGradient: inputGradient, input: input, outGradient: wide,
            rows: rows)
        arithmetic.lap(.matrices)
    }

    /// The heads of one row stand side by side: they are the rows of the norm.
    private func forEachRow(_ rows: Int, _ saved: Norm.Saved, _ body: (Int, Norm.Saved, Norm.Saved) -> Void) {
        for row in 0..<rows {
            let queries = saved.advanced(rows: row * (heads + keyValueHeads), width: headWidth)
            body(row, queries, queries.advanced(rows: heads, width: headWidth))
        }
    }
}
