// What a model costs: counted, never estimated. It lives with the vocabulary because the plan, the verdict's
// axis and every trainer must agree on it.

extension ModelConfig {
    /// Weights of the matrix products inside the blocks: q, k, v, output projection, and the two MLP matrices.
    private var blockMatrixParameters: Int { layers * (4 * width * width + 2 * width * mlpWidth) }

    /// Every trained number. The tied head shares the token embedding and is counted once.
    package var parametersTotal: Int {
        let biases = layers * (4 * width + mlpWidth + width)
        let norms = (2 * layers + 1) * 2 * width
        return blockMatrixParameters + biases + norms + embeddingParameters
    }

    /// Token and position embeddings.
    package var embeddingParameters: Int { (vocabularySize + contextLength) * width }

    /// The "N" of most scaling laws (Kaplan et al. 2020): all but token and position embeddings.
    package var parametersNonEmbedding: Int { parametersTotal - embeddingParameters }

    /// Training FLOPs per token, forward and backward: 6 per weight of every matrix product, the output head included,
    /// and 6·L·d·T for attention scores and mixes with the causal half counted. Biases, norms and the update are left out.
    package var flopsPerToken: Double {
        let matrices = Double(blockMatrixParameters + vocabularySize * width)
        let attention = Double(layers * width * contextLength)
        return 6 * matrices + 6 * attention
    }
}
