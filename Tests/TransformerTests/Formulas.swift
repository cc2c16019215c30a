// Weights and tokens by closed formula, so that a golden trace needs no weight files: Golden/torch_trace.py has the
// same formulas.

import Foundation
import ScalebenchCore
import Transformer

/// Element i of tensor t (in the order of a checkpoint) is amplitude · sin(1 + 0.7 t + 0.37 i²), plus 1 for norm gains,
/// rounded to single precision.
func formulaParameters(_ config: ModelConfig, amplitude: Double) -> [String: [Double]] {
    var parameters: [String: [Double]] = [:]
    for (t, tensor) in config.referenceTensors.enumerated() {
        let gain = tensor.shape.count == 1 && tensor.name.hasSuffix(".weight") ? 1.0 : 0.0
        parameters[tensor.name] = (0..<tensor.count).map { i in
            Double(Float(gain + amplitude * sin(1 + 0.7 * Double(t) + 0.37 * Double(i * i))))
        }
    }
    return parameters
}

/// Token j of sequence s at a step: (j² + 3 j + 5 s + 7 step + ⌊j s / 3⌋) mod V; contextLength + 1 tokens each.
func formulaTokens(_ config: ModelConfig, sequences: Int, step: Int) -> [[Int]] {
    (0..<sequences).map { s in
        (0...config.contextLength).map { j in (j * j + 3 * j + 5 * s + 7 * step + j * s / 3) % config.vocabularySize }
    }
}

extension GPT {
    /// Copies named tensors in.
    func set(_ parameters: [String: [Double]]) {
        for tensor in layout.tensors {
            for (i, value) in parameters[tensor.name]!.enumerated() {
                self.parameters[tensor.offset + i] = Float(value)
            }
        }
    }

    func lossAndGradients(_ batch: [[Int]], masks: DropoutDraw = DropoutDraw(seed: 0, step: 0)) -> Double {
        flat(batch).withUnsafeBufferPointer { lossAndGradients($0, sequences: batch.count, masks: masks) }
    }

    /// The mean loss of each sequence.
    func evaluate(_ batch: [[Int]]) -> [Double] {
        let losses = flat(batch).withUnsafeBufferPointer { evaluate($0, sequences: batch.count) }
        let context = config.contextLength
        return batch.indices.map { sequence in
            losses[sequence * context..<(sequence + 1) * context].reduce(0.0) { $0 + Double($1) } / Double(context)
        }
    }

    /// The gradient of one tensor.
    func gradient(_ name: String) -> [Double] {
        let tensor = layout.tensor(name)!
        return (0..<tensor.count).map { Double(gradients[tensor.offset + $0]) }
    }

    private func flat(_ batch: [[Int]]) -> [UInt32] { batch.flatMap { $0.map(UInt32.init) } }
}
