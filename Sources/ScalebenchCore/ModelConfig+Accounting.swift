// The cost of a model, counted and never estimated. It is in this module because the plan, the verdict's axis and every
// trainer must agree on it.

extension ModelConfig {
    /// Channels of one attention head.
    package var headWidth: Int { width / heads }

    /// Channels of queries, keys and values together.
    package var attentionChannels: Int { (heads + 2 * keyValueHeads) * headWidth }

    /// Outputs of the first MLP matrix: gate and value where the activation is gated.
    package var mlpInputChannels: Int { activation.isGated ? 2 * mlpWidth : mlpWidth }

    /// Weights of the matrix products inside the blocks: q, k, v, output projection, and the MLP.
    private var blockMatrixParameters: Int {
        layers * width * (attentionChannels + width + mlpInputChannels + mlpWidth)
    }

    /// Biases and gains of all blocks and of the final norm.
    private var vectorParameters: Int {
        let biases = linearBias ? layers * (attentionChannels + width + mlpInputChannels + width) : 0
        let norms = layers * (block == .parallel ? 1 : 2) + 1
        return biases + norms * width * (normBias ? 2 : 1) + (queryKeyNorm ? layers * 2 * headWidth : 0)
    }

    /// The number of trained parameters. A tied head shares the token embedding and is counted once.
    package var parametersTotal: Int { blockMatrixParameters + vectorParameters + embeddingParameters }

    /// Token and position embeddings, and an untied head.
    package var embeddingParameters: Int {
        let tables = vocabularySize + (positions == .learned ? contextLength : 0)
        return (tables + (head == .untied ? vocabularySize : 0)) * width
    }

    /// The "N" of most scaling laws (Kaplan et al. 2020): all but what grows with the vocabulary or the context.
    package var parametersNonEmbedding: Int { parametersTotal - embeddingParameters }

    /// Training FLOPs per token, forward and backward: 6 per weight of every matrix product, the output head included,
    /// and 6·L·d·T for attention scores and mixes with the causal half counted. Biases, norms, activations, rotations,
    /// dropout and the update are left out. So are Muon's matrix products: for a matrix of side m about 30·m³ per step, which is
    /// 5·m / (tokens per step) of what is counted for it.
    package var flopsPerToken: Double {
        let matrices = Double(blockMatrixParameters + vocabularySize * width)
        let attention = Double(layers * width * contextLength)
        return 6 * matrices + 6 * attention
    }
}
