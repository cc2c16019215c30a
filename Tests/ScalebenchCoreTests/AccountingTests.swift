// Parameters and FLOPs counted by hand, line by line. Together the architectures have every option that changes them.

import ScalebenchCore
import Testing

@Suite struct AccountingTests {
    struct Count: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let model: ModelConfig
        /// Weights of one block's matrices, and its biases and gains.
        let matrices, vectors: Int
        /// The last norm, and everything that grows with the vocabulary or the context.
        let finalNorm, embeddings: Int
    }

    static let counts = [
        Count(
            testDescription: "GPT-2",
            model: ModelConfig(width: 64, layers: 4, heads: 4, contextLength: 256, vocabularySize: 512, mlpWidth: 256),
            // q, k, v 64·192; output 64·64; MLP 64·256 and back.
            matrices: 12_288 + 4_096 + 16_384 + 16_384,
            // Biases 192 + 64 + 256 + 64; two norms of 64 gains and 64 biases.
            vectors: 576 + 256,
            finalNorm: 128,
            // (512 tokens + 256 positions)·64.
            embeddings: 49_152),
        Count(
            testDescription: "Llama",
            model: ModelConfig(
                width: 48, layers: 3, heads: 6, contextLength: 128, vocabularySize: 1000, mlpWidth: 128,
                keyValueHeads: 2, activation: .swiGLU, norm: .rmsNorm, linearBias: false, normBias: false,
                positions: .rotary, head: .untied),
            // Heads of 8 channels: 48·(6 + 2 + 2)·8; output 48·48; gate and value 48·256; back 128·48.
            matrices: 3_840 + 2_304 + 12_288 + 6_144,
            vectors: 96,
            finalNorm: 48,
            // Embedding and head, 1000·48 each; no positions.
            embeddings: 96_000),
        Count(
            testDescription: "parallel with queryKeyNorm",
            model: ModelConfig(
                width: 32, layers: 2, heads: 4, contextLength: 64, vocabularySize: 100, mlpWidth: 128,
                positions: .rotary, queryKeyNorm: true, block: .parallel, head: .untied),
            matrices: 3_072 + 1_024 + 4_096 + 4_096,
            // Biases 96 + 32 + 128 + 32; one norm of 64; gains of 8 for queries and for keys.
            vectors: 288 + 64 + 16,
            finalNorm: 64,
            embeddings: 6_400),
        Count(
            testDescription: "one key and value head, no positions, no norm biases",
            model: ModelConfig(
                width: 24, layers: 1, heads: 3, contextLength: 40, vocabularySize: 50, mlpWidth: 96, keyValueHeads: 1,
                activation: .reluSquared, normBias: false, positions: .none),
            // 24·(3 + 1 + 1)·8; 24·24; 24·96 and back.
            matrices: 960 + 576 + 2_304 + 2_304,
            // Biases 40 + 24 + 96 + 24; two norms of 24.
            vectors: 184 + 48,
            finalNorm: 24,
            embeddings: 1_200),
        Count(
            testDescription: "geGLU with biases",
            model: ModelConfig(
                width: 16, layers: 2, heads: 2, contextLength: 32, vocabularySize: 64, mlpWidth: 40,
                activation: .geGLU, norm: .rmsNorm, attentionScale: .inverse, residualScale: 0.5, logitScale: 2),
            // 16·48; 16·16; 16·80; 40·16.
            matrices: 768 + 256 + 1_280 + 640,
            // Biases 48 + 16 + 80 + 16; two norms of 16 gains and 16 biases.
            vectors: 160 + 64,
            finalNorm: 32,
            // (64 + 32)·16.
            embeddings: 1_536),
    ]

    @Test(arguments: counts) func parameters(_ count: Count) {
        let nonEmbedding = count.model.layers * (count.matrices + count.vectors) + count.finalNorm
        #expect(count.model.parametersNonEmbedding == nonEmbedding)
        #expect(count.model.embeddingParameters == count.embeddings)
        #expect(count.model.parametersTotal == nonEmbedding + count.embeddings)
    }

    /// The table's sums once more as plain numbers, so that a slip in it shows.
    @Test(arguments: zip(counts, [249_216, 170_064, 31_776, 7_600, 7_904])) func total(_ count: Count, _ sum: Int) {
        #expect(count.model.parametersTotal == sum)
    }

    /// 6 FLOPs per weight of the matrices and of the head, tied or not, and 6·L·d·T for causal attention with any
    /// number of heads. For Llama this is 6·(3·24,576 + 1000·48) + 6·3·48·128.
    @Test(arguments: zip(counts, [1_769_472.0, 840_960, 191_232, 49_824, 47_616]))
    func flopsPerToken(_ count: Count, _ flops: Double) {
        #expect(count.model.flopsPerToken == flops)
        let model = count.model
        let weights = model.layers * count.matrices + model.vocabularySize * model.width
        let attention = model.layers * model.width * model.contextLength
        #expect(Double(6 * (weights + attention)) == flops)
    }
}
