// The norms of `ModelConfig.Norm` over the channels of each position, and the RMS norm of single heads; ε = 1e-5.

import CKernels
import ScalebenchCore

struct Norm {
    let gain: Int
    /// The offset of the bias; nil for a norm without one.
    let bias: Int?
    let width: Int
    /// Whether the mean is subtracted: layer norm does so, RMS norm does not.
    let isCentred: Bool

    private static let epsilon: Float = 1e-5

    init(_ name: String, _ layout: GPTParameters, _ kind: ModelConfig.Norm) {
        let tensor = layout.tensor(name + ".weight")!
        gain = tensor.offset
        bias = layout.tensor(name + ".bias")?.offset
        width = tensor.count
        isCentred = kind == .layerNorm
    }

    /// What backward needs of one application.
    struct Saved {
        let input: Floats
        let means, inverses: Floats

        init(rows: Int, width: Int, _ arena: inout Arena) {
            input = arena.take(rows * width)
            means = arena.take(rows)
            inverses = arena.take(rows)
        }

        private init(input: Floats, means: Floats, inverses: Floats) {
            self.input = input
            self.means = means
            self.inverses = inverses
        }

        /// The part that begins at a row.
        func advanced(rows: Int, width: Int) -> Saved {
            Saved(input: input + rows * width, means: means + rows, inverses: inverses + rows)
        }
    }

    func forward(_ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, saved: Saved, rows: Int) {
        arithmetic.kernels.normalize(
            out, isCentred ? saved.means : nil, saved.inverses, saved.input, parameters + gain,
            bias.map { parameters + $0 }, Self.epsilon, rows, width)
    }

    /// Adds to the gradients of gain and bias, and adds to inputGradient or overwrites it; outGradient may be
    /// inputGradient when nothing is added.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, inputGradient: Floats,
        outGradient: Floats, adds: Bool = true, saved: Saved, rows: Int
    ) {
        arithmetic.kernels.normalizeBackward(
            inputGradient, gradients + gain, bias.map { gradients + $0 }, outGradient, saved.input,
            isCentred ? saved.means : nil, saved.inverses, parameters + gain, adds ? 1 : 0, rows, width)
    }
}
