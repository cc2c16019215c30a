// Golden/torch_NAME.json: one small recipe in PyTorch. torch_trace.py says how it was made.

import Foundation
import ScalebenchCore
import Transformer

struct GoldenTrace: Decodable {
    let model: ModelConfig
    let optimizer: OptimizerConfig
    let sequences: Int
    let amplitude: Double
    /// The values of every step, before its update.
    let losses, gradientNorms: [Double]
    /// The gradients of the first step, before clipping.
    let gradients: [String: [Double]]

    /// Seed of dropout's masks.
    static let maskSeed: UInt64 = 7

    static let names = [
        "gpt2", "llama", "parallel", "query_key_norm", "mup", "no_positions_sgd", "l2_penalty", "normalized", "lion",
        "muon", "dropout",
    ]

    init(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/torch_\(name).json")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }

    var parameters: [String: [Double]] { formulaParameters(model, amplitude: amplitude) }
    func masks(atStep step: Int) -> DropoutDraw { DropoutDraw(seed: Self.maskSeed, step: step) }
    func referenceMasks(atStep step: Int) -> ReferenceDropout? {
        model.dropout == 0 ? nil : ReferenceDropout(rate: model.dropout, seed: Self.maskSeed, step: step)
    }
    func batch(atStep step: Int) -> [[Int]] { formulaTokens(model, sequences: sequences, step: step) }
}
