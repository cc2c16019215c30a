// The two matrices of a block and the function between them:  out = f(input · up) · down, or with gates
// f(gate) · value in the middle, gate and value being the halves of input · up. The activation adds the bias of `up`
// and sums its gradient, which saves one pass over memory.

import CKernels
import ScalebenchCore

struct MLP {
    let up, down: Linear
    private let function: ActivationFunction
    private let isGated: Bool

    init(_ name: String, _ layout: GPTParameters, _ activation: ModelConfig.Activation) {
        up = Linear(name + ".c_fc", layout)
        down = Linear(name + ".c_proj", layout)
        function = activation.function
        isGated = activation.isGated
    }

    /// What backward needs of one application.
    struct Saved {
        /// The input of the function before it runs, its derivative afterwards; [rows, outputs of up].
        let slopes: Floats
        /// [rows, mlpWidth]
        let hidden: Floats

        init(_ config: ModelConfig, rows: Int, _ arena: inout Arena) {
            slopes = arena.take(rows * config.mlpInputChannels)
            hidden = arena.take(rows * config.mlpWidth)
        }
    }

    /// saved.hidden[rows, mlpWidth] from input[rows, width].
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, input: Floats, saved: Saved, rows: Int, keepsSlopes: Bool
    ) {
        up.forward(arithmetic, parameters, out: saved.slopes, input: input, rows: rows, addsBias: false)
        arithmetic.lap(.matrices)
        let activate = isGated ? arithmetic.kernels.activateGated : arithmetic.kernels.activate
        activate(
            function, saved.hidden, saved.slopes, up.bias.map { parameters + $0 }, keepsSlopes ? 1 : 0, rows,
            down.inputs)
        arithmetic.lap(.elementwise)
    }

    /// inputGradient[rows, width] from outGradient[rows, width]. `wide` [rows, outputs of up] and, for gates, `hidden`
    /// [rows, mlpWidth] are scratch.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, inputGradient: Floats, input: Floats,
        outGradient: Floats, saved: Saved, wide: Floats, hidden: Floats, rows: Int
    ) {
        down.backward(
            arithmetic, parameters, gradients, inputGradient: isGated ? hidden : wide, input: saved.hidden,
            outGradient: outGradient, rows: rows)
        arithmetic.lap(.matrices)
        let biasGradient = up.bias.map { gradients + $0 }
        if isGated {
            arithmetic.kernels.activateGatedBackward(wide, biasGradient, hidden, saved.slopes, rows, down.inputs)
        } else {
            arithmetic.kernels.activateBackward(wide, biasGradient, saved.slopes, rows, down.inputs)
        }
        arithmetic.lap(.elementwise)
        up.backward(
            arithmetic, parameters, gradients, inputGradient: inputGradient, input: input, outGradient: wide,
            rows: rows, addsBias: false)
        arithmetic.lap(.matrices)
    }
}

extension ModelConfig.Activation {
    fileprivate var function: ActivationFunction {
        switch self {
        case .geluTanh: GELU_TANH
        case .gelu, .geGLU: GELU
        case .reluSquared: RELU_SQUARED
        case .silu, .swiGLU: SILU
        }
    }
}
