// Layer norm over the channels of each position (Ba et al. 2016), ε = 1e-5.

import CKernels

struct LayerNorm {
    let gain, bias: Int
    let width: Int

    init(_ name: String, _ layout: GPTParameters) {
        gain = layout.offset(name + ".weight")
        bias = layout.offset(name + ".bias")
        width = layout.tensor(name + ".bias")!.count
    }

    /// What backward needs of one application.
    struct Saved {
        let input: Floats
        let means, inverseDeviations: Floats
    }

    func forward(_ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, saved: Saved, rows: Int) {
        arithmetic.kernels.layerNorm(
            out, saved.means, saved.inverseDeviations, saved.input, parameters + gain, parameters + bias, 1e-5, rows,
            width)
    }

    /// Adds to inputGradient and to the gradients of gain and bias.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, inputGradient: Floats,
        outGradient: Floats, saved: Saved, rows: Int
    ) {
        arithmetic.kernels.layerNormBackward(
            inputGradient, gradients + gain, gradients + bias, outGradient, saved.input, saved.means,
            saved.inverseDeviations, parameters + gain, rows, width)
    }
}
