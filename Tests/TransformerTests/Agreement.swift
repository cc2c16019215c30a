// What "the fast path agrees with the reference" means: the loss, and every gradient relative to the largest of its
// tensor.

import ScalebenchCore
import Testing
import Transformer

/// Runs one batch through the reference once and through every given path of the fast model, which is made for
/// `made` sequences, or for as many as there are.
func expectAgreement(
    _ config: ModelConfig, sequences: Int, made: Int? = nil, on paths: [KernelPath],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let parameters = formulaParameters(config, amplitude: 0.3)
    let batch = formulaTokens(config, sequences: sequences, step: 1)
    let (loss, gradients) = ReferenceGPT(config: config, parameters: parameters).lossAndGradients(batch)
    for path in paths {
        let model = GPT(config, batchSequences: made ?? sequences, kernels: path)
        model.set(parameters)
        let difference = abs(model.lossAndGradients(batch) - loss)
        #expect(difference < 2e-6 * loss, "loss on \(path)", sourceLocation: sourceLocation)
        let evaluated = model.evaluate(batch).reduce(0, +) / Double(sequences)
        let evaluationDifference = abs(evaluated - loss)
        #expect(evaluationDifference < 2e-6 * loss, "evaluation on \(path)", sourceLocation: sourceLocation)
        expectGradients(model, gradients, "on \(path)", sourceLocation: sourceLocation)
    }
}

func expectGradients(
    _ model: GPT, _ expected: [String: [Double]], _ label: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(Set(model.layout.tensors.map(\.name)) == Set(expected.keys), sourceLocation: sourceLocation)
    for (name, expected) in expected {
        let scale = expected.map(abs).max()!
        let worst = worstDifference(expected, model.gradient(name))
        // A key bias has no gradient in exact arithmetic unless keys are rotated or normed, hence the absolute
        // tolerance.
        #expect(
            worst <= 2e-5 * scale + 1e-7, "\(name) \(label): off by \(worst) of \(scale)",
            sourceLocation: sourceLocation)
    }
}

/// The largest difference. It is NaN where any difference is NaN, which `max()` would pass over.
func worstDifference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference > worst || difference.isNaN ? difference : worst
    }
}
