// One resolved model: a pre-LN decoder-only transformer. Nothing here depends on scale any more.
// Letters used below: L layers, d width, f mlpWidth, T contextLength, V vocabularySize.

/// The shape of a transformer after every scaling rule has been applied.
package struct ModelConfig: Codable, Sendable, Hashable {
    /// Channels of the residual stream.
    package var width: Int
    package var layers: Int
    /// Attention heads; divides `width`.
    package var heads: Int
    /// Tokens a position can see, itself included.
    package var contextLength: Int
    package var vocabularySize: Int
    /// Hidden channels of the MLP.
    package var mlpWidth: Int
    package var activation: Activation
    package var norm: Norm
    package var positions: Positions
    package var head: Head
    package var initialization: Initialization

    /// The function between the two MLP matrices.
    package enum Activation: String, Codable, Sendable, CaseIterable {
        /// x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))), Hendrycks & Gimpel 2016.
        case geluTanh
    }

    /// The normalisation before attention, MLP and head.
    package enum Norm: String, Codable, Sendable, CaseIterable {
        /// Mean and variance over channels, gain and bias, ε = 1e-5 (Ba et al. 2016).
        case layerNorm
    }

    /// How a token knows its place.
    package enum Positions: String, Codable, Sendable, CaseIterable {
        /// One trained vector per position, added to the token embedding.
        case learned
    }

    /// Where the logits come from.
    package enum Head: String, Codable, Sendable, CaseIterable {
        /// Logits are inner products with the token embedding.
        case tied
    }

    /// The distribution of the weights before the first step.
    package enum Initialization: String, Codable, Sendable, CaseIterable {
        /// Normal(0, 0.02); matrices that write to the residual stream divided by √(2L); biases 0, gains 1 (GPT-2).
        case gpt2
    }

    package init(
        width: Int, layers: Int, heads: Int, contextLength: Int, vocabularySize: Int, mlpWidth: Int,
        activation: Activation = .geluTanh, norm: Norm = .layerNorm, positions: Positions = .learned,
        head: Head = .tied, initialization: Initialization = .gpt2
    ) {
        self.width = width
        self.layers = layers
        self.heads = heads
        self.contextLength = contextLength
        self.vocabularySize = vocabularySize
        self.mlpWidth = mlpWidth
        self.activation = activation
        self.norm = norm
        self.positions = positions
        self.head = head
        self.initialization = initialization
    }
}
