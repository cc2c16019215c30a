// Token embedding, plus position embedding where positions are learned. Gradients are added row by row, in the order of
// the rows.

import CKernels
import ScalebenchCore

struct Embedding {
    private let tokens: Int
    /// The offset of the position embedding; nil without learned positions.
    private let positions: Int?
    private let width, contextLength: Int

    init(_ layout: GPTParameters, _ config: ModelConfig) {
        tokens = layout.offset("wte.weight")
        positions = layout.tensor("wpe.weight")?.offset
        contextLength = config.contextLength
        width = config.width
    }

    /// out[rows, width]; row r is position r mod contextLength.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, inputs: UnsafePointer<UInt32>, rows: Int
    ) {
        for row in 0..<rows {
            arithmetic.kernels.prefill(
                out + row * width, positions.map { parameters + $0 + row % contextLength * width },
                parameters + tokens + Int(inputs[row]) * width, 1, width)
        }
    }

    func backward(
        _ arithmetic: Arithmetic, _ gradients: Floats, outGradient: Floats, inputs: UnsafePointer<UInt32>, rows: Int
    ) {
        for row in 0..<rows {
            let from = outGradient + row * width
            arithmetic.kernels.addColumnSums(gradients + tokens + Int(inputs[row]) * width, from, 1, width)
            if let positions {
                arithmetic.kernels.addColumnSums(gradients + positions + row % contextLength * width, from, 1, width)
            }
        }
    }
}
