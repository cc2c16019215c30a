// Names, shapes and groups of all trained tensors, listed here a second time and from the description of the
// architecture alone, so that the layout of the fast path has something to be tested against.
// Letters: d width, c channels of a head, H heads, K key and value heads, f mlpWidth.

import ScalebenchCore

struct ReferenceTensor {
    let name: String
    /// Row-major; linear weights are [inputs, outputs].
    let shape: [Int]
    let group: OptimizerConfig.Group
    var count: Int { shape.reduce(1, *) }
}

extension ModelConfig {
    /// All tensors in the order of a checkpoint.
    var referenceTensors: [ReferenceTensor] {
        let d = width, c = d / heads, f = mlpWidth
        var tensors: [ReferenceTensor] = []
        func matrix(_ name: String, _ rows: Int, _ columns: Int, _ group: OptimizerConfig.Group) {
            tensors.append(ReferenceTensor(name: name + ".weight", shape: [rows, columns], group: group))
        }
        func vector(_ name: String, _ count: Int) {
            tensors.append(ReferenceTensor(name: name, shape: [count], group: .vectors))
        }
        func linear(_ name: String, _ inputs: Int, _ outputs: Int) {
            matrix(name, inputs, outputs, .matrices)
            if linearBias { vector(name + ".bias", outputs) }
        }
        func norm(_ name: String) {
            vector(name + ".weight", d)
            if normBias { vector(name + ".bias", d) }
        }
        matrix("wte", vocabularySize, d, .embeddings)
        if positions == .learned { matrix("wpe", contextLength, d, .embeddings) }
        for layer in 0..<layers {
            norm("h.\(layer).ln_1")
            linear("h.\(layer).attn.c_attn", d, (heads + 2 * keyValueHeads) * c)
            if queryKeyNorm {
                vector("h.\(layer).attn.q_norm.weight", c)
                vector("h.\(layer).attn.k_norm.weight", c)
            }
            linear("h.\(layer).attn.c_proj", d, d)
            if block == .sequential { norm("h.\(layer).ln_2") }
            linear("h.\(layer).mlp.c_fc", d, activation == .geGLU || activation == .swiGLU ? 2 * f : f)
            linear("h.\(layer).mlp.c_proj", f, d)
        }
        norm("ln_f")
        if head == .untied { matrix("lm_head", vocabularySize, d, .head) }
        return tensors
    }
}
