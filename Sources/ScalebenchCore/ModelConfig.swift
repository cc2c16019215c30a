// One resolved model: a pre-LN decoder-only transformer. Nothing here depends on scale any more.
// Letters used below: L layers, d width, f mlpWidth, T contextLength, V vocabularySize.

/// The shape of a transformer after every scaling rule has been applied.
package struct ModelConfig: Codable, Sendable, Hashable {
    /// Channels of the residual stream.
    package var width: Int
    package var layers: Int
    /// Attention heads; their number divides `width`.
    package var heads: Int
    /// Tokens a position can see, itself included.
    package var contextLength: Int
    package var vocabularySize: Int
    /// Hidden channels of the MLP.
    package var mlpWidth: Int
    /// Heads of keys and values, each shared by `heads / keyValueHeads` query heads (grouped-query attention, Ainslie et
    /// al. 2023); their number divides `heads`.
    package var keyValueHeads: Int
    package var activation: Activation
    package var norm: Norm
    /// Whether the linear layers of the blocks add a bias.
    package var linearBias: Bool
    /// Whether the norms add a bias after their gain.
    package var normBias: Bool
    package var positions: Positions
    /// The base of rotary frequencies; ignored by other positions.
    package var rotaryBase: Double
    /// RMS norm with a gain over the channels of every query and key, before positions (Dehghani et al. 2023).
    package var queryKeyNorm: Bool
    package var attentionScale: AttentionScale
    package var block: Block
    package var head: Head
    package var initialization: Initialization
    /// Factor of what a block adds to the residual stream; 1/√L is the depth rule of Yang et al. 2023.
    package var residualScale: Double
    /// Factor of the logits.
    package var logitScale: Double
    /// Probability with which training drops a channel of the embeddings' sum, of attention's output and of the MLP's
    /// output (Srivastava et al. 2014). Evaluations drop nothing.
    @OmittedAtDefault package var dropout = 0.0

    /// The function between the two MLP matrices. Gated ones multiply it with a second, linear half (Shazeer 2020).
    package enum Activation: String, Codable, Sendable, CaseIterable {
        /// x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))), Hendrycks & Gimpel 2016.
        case geluTanh
        /// x · Φ(x), Φ the normal distribution function.
        case gelu
        /// max(0, x)², So et al. 2021.
        case reluSquared
        /// x / (1 + e^−x).
        case silu
        /// gelu(gate) · value.
        case geGLU
        /// silu(gate) · value.
        case swiGLU

        /// Whether the first MLP matrix has two halves of `mlpWidth` channels: gate, then value.
        package var isGated: Bool { self == .geGLU || self == .swiGLU }
    }

    /// The normalisation before attention, MLP and head; ε = 1e-5.
    package enum Norm: String, Codable, Sendable, CaseIterable {
        /// Divides by the standard deviation after subtracting the mean, over channels (Ba et al. 2016).
        case layerNorm
        /// Divides by the root of the mean square over channels (Zhang & Sennrich 2019).
        case rmsNorm
    }

    /// How the model is told the position of a token.
    package enum Positions: String, Codable, Sendable, CaseIterable {
        /// One trained vector per position, added to the token embedding.
        case learned
        /// Queries and keys are rotated by angles that grow with the position (Su et al. 2021); channel i of a head is
        /// paired with channel i + c/2.
        case rotary
        /// The causal mask alone shows positions (Haviv et al. 2022).
        case none
    }

    /// The factor of query–key products before the softmax; c channels per head.
    package enum AttentionScale: String, Codable, Sendable, CaseIterable {
        /// 1/√c.
        case inverseSquareRoot
        /// 1/c (muP, Yang et al. 2022).
        case inverse
    }

    /// How the two halves of a block see the residual stream x.
    package enum Block: String, Codable, Sendable, CaseIterable {
        /// x ← x + attention(norm₁(x));  x ← x + mlp(norm₂(x)).
        case sequential
        /// x ← x + attention(norm₁(x)) + mlp(norm₁(x)) (Wang & Komatsuzaki 2021).
        case parallel
    }

    /// The matrix that gives the logits.
    package enum Head: String, Codable, Sendable, CaseIterable {
        /// Logits are inner products with the token embedding.
        case tied
        /// Logits have a matrix of their own.
        case untied
    }

    /// The distribution of the weights before the first step; biases are 0, gains 1, embeddings and an untied head
    /// Normal(0, 0.02) in all of them.
    package enum Initialization: String, Codable, Sendable, CaseIterable {
        /// Matrices Normal(0, 0.02), those that write to the residual stream divided by √(2L) (GPT-2).
        case gpt2
        /// Matrices Normal(0, 1/√inputs), those that write to the residual stream divided by √(2L): variances as in
        /// muP.
        case fanIn
        /// Like `fanIn`, but matrices that write to the residual stream are 0: every block begins as the identity.
        case zeroResidual
    }

    package init(
        width: Int, layers: Int, heads: Int, contextLength: Int, vocabularySize: Int, mlpWidth: Int,
        keyValueHeads: Int? = nil, activation: Activation = .geluTanh, norm: Norm = .layerNorm,
        linearBias: Bool = true, normBias: Bool = true, positions: Positions = .learned, rotaryBase: Double = 10_000,
        queryKeyNorm: Bool = false, attentionScale: AttentionScale = .inverseSquareRoot, block: Block = .sequential,
        head: Head = .tied, initialization: Initialization = .gpt2, residualScale: Double = 1, logitScale: Double = 1,
        dropout: Double = 0
    ) {
        self.width = width
        self.layers = layers
        self.heads = heads
        self.contextLength = contextLength
        self.vocabularySize = vocabularySize
        self.mlpWidth = mlpWidth
        self.keyValueHeads = keyValueHeads ?? heads
        self.activation = activation
        self.norm = norm
        self.linearBias = linearBias
        self.normBias = normBias
        self.positions = positions
        self.rotaryBase = rotaryBase
        self.queryKeyNorm = queryKeyNorm
        self.attentionScale = attentionScale
        self.block = block
        self.head = head
        self.initialization = initialization
        self.residualScale = residualScale
        self.logitScale = logitScale
        self.dropout = dropout
    }
}
