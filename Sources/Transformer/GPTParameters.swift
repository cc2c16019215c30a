// The place of each trained tensor in the flat parameter buffer. Names and shapes are those of Hugging Face's GPT-2,
// whose linear weights are [inputs, outputs]. A checkpoint is this table plus the bytes.

package import ScalebenchCore

/// The named tensors of a model, in the order of the flat buffer.
package struct GPTParameters: Sendable {
    package struct Tensor: Sendable, Hashable {
        /// The name, for example `h.0.attn.c_attn.weight`.
        package let name: String
        /// The shape, row-major.
        package let shape: [Int]
        /// Columns of the matrices that stand side by side in this one: queries, keys and values in a projection, gate and
        /// value in a gated MLP; all columns for others. Empty for vectors.
        package let columns: [Int]
        /// First element in the flat buffer; a multiple of 16 (64 bytes).
        package let offset: Int
        /// The group, which decides the multipliers of learning rate and weight decay.
        package let group: OptimizerConfig.Group

        package var count: Int { shape.reduce(1, *) }
        /// Elements up to the next tensor; the surplus always holds zeros.
        package var paddedCount: Int { AlignedFloats.padded(count) }
    }

    package let tensors: [Tensor]
    /// Length of the flat buffer in floats, padding included.
    package let paddedCount: Int

    package init(_ config: ModelConfig) {
        var builder = Builder(config: config)
        let width = config.width
        builder.add("wte.weight", [config.vocabularySize, width], .embeddings)
        if config.positions == .learned { builder.add("wpe.weight", [config.contextLength, width], .embeddings) }
        for layer in 0..<config.layers {
            builder.addNorm("h.\(layer).ln_1")
            let keyColumns = config.keyValueHeads * config.headWidth
            builder.addLinear("h.\(layer).attn.c_attn", width, [width, keyColumns, keyColumns])
            if config.queryKeyNorm {
                builder.add("h.\(layer).attn.q_norm.weight", [config.headWidth], .vectors)
                builder.add("h.\(layer).attn.k_norm.weight", [config.headWidth], .vectors)
            }
            builder.addLinear("h.\(layer).attn.c_proj", width, [width])
            if config.block == .sequential { builder.addNorm("h.\(layer).ln_2") }
            builder.addLinear(
                "h.\(layer).mlp.c_fc", width,
                [Int](repeating: config.mlpWidth, count: config.activation.isGated ? 2 : 1))
            builder.addLinear("h.\(layer).mlp.c_proj", config.mlpWidth, [width])
        }
        builder.addNorm("ln_f")
        if config.head == .untied { builder.add("lm_head.weight", [config.vocabularySize, width], .head) }
        tensors = builder.tensors
        paddedCount = builder.offset
    }

    /// The tensor of that name, or nil.
    package func tensor(_ name: String) -> Tensor? { tensors.first { $0.name == name } }

    /// The offset of a tensor that the model certainly has.
    func offset(_ name: String) -> Int {
        guard let tensor = tensor(name) else { preconditionFailure("no tensor \(name)") }
        return tensor.offset
    }

    private struct Builder {
        let config: ModelConfig
        var tensors: [Tensor] = []
        var offset = 0

        mutating func add(
            _ name: String, _ shape: [Int], _ group: OptimizerConfig.Group, columns: [Int]? = nil
        ) {
            let tensor = Tensor(
                name: name, shape: shape, columns: columns ?? Array(shape.dropFirst()), offset: offset, group: group)
            tensors.append(tensor)
            offset += tensor.paddedCount
        }

        mutating func addLinear(_ name: String, _ inputs: Int, _ columns: [Int]) {
            let outputs = columns.reduce(0, +)
            add(name + ".weight", [inputs, outputs], .matrices, columns: columns)
            if config.linearBias { add(name + ".bias", [outputs], .vectors) }
        }

        mutating func addNorm(_ name: String) {
            add(name + ".weight", [config.width], .vectors)
            if config.normBias { add(name + ".bias", [config.width], .vectors) }
        }
    }
}
