// A trained model for other programs: `model.safetensors`, and beside it `config.json`. Models of GPT-2's architecture
// are described in Hugging Face's own words, so that its GPT2LMHeadModel loads them; every config holds the whole
// `ModelConfig` under "scalebench", which Suites/examples/pytorch/model.py reads.

import Foundation
import ScalebenchCore

/// The description of an exported model.
struct ModelExport: Encodable {
    static let weightsFile = "model.safetensors", configFile = "config.json"

    private let config: ModelConfig

    init(_ config: ModelConfig) { self.config = config }

    /// Writes `config.json` into `folder`.
    func write(to folder: String) throws {
        try AtomicFile.write(try JSONDocument.pretty(self), to: "\(folder)/\(Self.configFile)")
    }

    /// Whether the model agrees with Hugging Face's GPT-2 in everything that GPT-2 gives no choice about.
    private var isGPT2: Bool {
        var same = config
        // These may differ: GPT-2's config can state them, or the trained weights no longer show them.
        (same.rotaryBase, same.initialization, same.dropout) = (10_000, .gpt2, 0)
        let gpt2 = ModelConfig(
            width: config.width, layers: config.layers, heads: config.heads, contextLength: config.contextLength,
            vocabularySize: config.vocabularySize, mlpWidth: config.mlpWidth)
        same.activation = config.activation == .gelu ? .geluTanh : config.activation
        return same == gpt2
    }

    private enum Key: String, CodingKey {
        case scalebench
        case modelType = "model_type"
        case architectures
        case vocabularySize = "vocab_size"
        case positions = "n_positions"
        case width = "n_embd"
        case layers = "n_layer"
        case heads = "n_head"
        case mlpWidth = "n_inner"
        case activation = "activation_function"
        case epsilon = "layer_norm_epsilon"
        case isTied = "tie_word_embeddings"
        case numbers = "torch_dtype"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(config, forKey: .scalebench)
        try container.encode("float32", forKey: .numbers)
        try container.encode(isGPT2 ? "gpt2" : "scalebench", forKey: .modelType)
        guard isGPT2 else { return }
        try container.encode(["GPT2LMHeadModel"], forKey: .architectures)
        try container.encode(config.vocabularySize, forKey: .vocabularySize)
        try container.encode(config.contextLength, forKey: .positions)
        try container.encode(config.width, forKey: .width)
        try container.encode(config.layers, forKey: .layers)
        try container.encode(config.heads, forKey: .heads)
        try container.encode(config.mlpWidth, forKey: .mlpWidth)
        try container.encode(config.activation == .gelu ? "gelu" : "gelu_new", forKey: .activation)
        try container.encode(1e-5, forKey: .epsilon)
        try container.encode(true, forKey: .isTied)
    }
}
