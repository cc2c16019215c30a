// Token plus position embedding. Gradients are added row by row, in the order of the rows.

import CKernels

struct Embedding {
    let tokens, positions: Int
    let width, contextLength: Int

    init(_ layout: GPTParameters) {
        let table = layout.tensor("wpe.weight")!
        tokens = layout.offset("wte.weight")
        positions = table.offset
        contextLength = table.shape[0]
        width = table.shape[1]
    }

    /// out[rows, width]; row r is position r mod contextLength.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, inputs: UnsafePointer<UInt32>, rows: Int
    ) {
        for row in 0..<rows {
            arithmetic.kernels.prefill(
                out + row * width, parameters + tokens + Int(inputs[row]) * width,
                parameters + positions + row % contextLength * width, 1, width)
        }
    }

    func backward(
        _ arithmetic: Arithmetic, _ gradients: Floats, outGradient: Floats, inputs: UnsafePointer<UInt32>, rows: Int
    ) {
        for row in 0..<rows {
            let from = outGradient + row * width
            arithmetic.kernels.addColumnSums(gradients + tokens + Int(inputs[row]) * width, from, 1, width)
            arithmetic.kernels.addColumnSums(gradients + positions + row % contextLength * width, from, 1, width)
        }
    }
}
