// A linear layer:  out = input · weight (+ bias),  weight [inputs, outputs].

import CKernels

struct Linear {
    /// The offset of the weight in the flat parameter buffer.
    let weight: Int
    /// The offset of the bias; nil for a layer without one.
    let bias: Int?
    let inputs, outputs: Int

    init(_ name: String, _ layout: GPTParameters) {
        let tensor = layout.tensor(name + ".weight")!
        weight = tensor.offset
        bias = layout.tensor(name + ".bias")?.offset
        inputs = tensor.shape[0]
        outputs = tensor.shape[1]
    }

    /// out[rows, outputs] = input[rows, inputs] · weight (+ bias) (+ addend). `addend` may be nil.
    func forward(
        _ arithmetic: Arithmetic, _ parameters: Floats, out: Floats, input: Floats, rows: Int, addsBias: Bool = true,
        addend: Floats? = nil
    ) {
        arithmetic.multiply(
            out, input, parameters + weight, bias: addsBias ? bias.map { parameters + $0 } : nil, addend: addend,
            rows: rows, inner: inputs, columns: outputs, strides: (outputs, inputs, outputs))
    }

    /// inputGradient = outGradient · transpose of weight; the weight's gradient is accumulated.
    /// The bias's gradient is accumulated unless the caller has done so.
    func backward(
        _ arithmetic: Arithmetic, _ parameters: Floats, _ gradients: Floats, inputGradient: Floats, input: Floats,
        outGradient: Floats, rows: Int, addsBias: Bool = true
    ) {
        arithmetic.multiplyTransposed(
            inputGradient, outGradient, parameters + weight, rows: rows, inner: outputs, columns: inputs,
            strides: (inputs, outputs, outputs))
        arithmetic.multiplyOuter(
            gradients + weight, input, outGradient, rows: inputs, inner: rows, columns: outputs,
            strides: (outputs, inputs, outputs))
        if addsBias, let bias { arithmetic.kernels.addColumnSums(gradients + bias, outGradient, rows, outputs) }
    }
}
