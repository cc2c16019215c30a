// The layers of a transformer in double precision and plain loops: slow and obvious. They are checked by finite
// differences, and the fast path is tested against them. Every backward returns the gradients of Σ out·outGradient.
// Matrices are row-major [rows, columns] in flat arrays. Attention has a file of its own.

import Foundation
import ScalebenchCore

enum ReferenceLayers {
    // MARK: out = x · weight (+ bias)

    static func linear(_ x: [Double], weight: [Double], bias: [Double]?, inputs: Int) -> [Double] {
        let rows = x.count / inputs, outputs = weight.count / inputs
        var out = [Double](repeating: 0, count: rows * outputs)
        for row in 0..<rows {
            for column in 0..<outputs {
                var sum = bias?[column] ?? 0
                for i in 0..<inputs { sum += x[row * inputs + i] * weight[i * outputs + column] }
                out[row * outputs + column] = sum
            }
        }
        return out
    }

    static func linearBackward(
        _ x: [Double], weight: [Double], inputs: Int, outGradient: [Double]
    ) -> (x: [Double], weight: [Double], bias: [Double]) {
        let rows = x.count / inputs, outputs = weight.count / inputs
        var xGradient = [Double](repeating: 0, count: rows * inputs)
        var weightGradient = [Double](repeating: 0, count: weight.count)
        var biasGradient = [Double](repeating: 0, count: outputs)
        for row in 0..<rows {
            for column in 0..<outputs {
                let g = outGradient[row * outputs + column]
                biasGradient[column] += g
                for i in 0..<inputs {
                    xGradient[row * inputs + i] += g * weight[i * outputs + column]
                    weightGradient[i * outputs + column] += g * x[row * inputs + i]
                }
            }
        }
        return (xGradient, weightGradient, biasGradient)
    }

    // MARK: Norms; a row is as long as the gain

    static func norm(_ kind: ModelConfig.Norm, _ x: [Double], gain: [Double], bias: [Double]?) -> [Double] {
        let width = gain.count
        var out = x
        for first in stride(from: 0, to: x.count, by: width) {
            let (normal, _) = normalized(kind, Array(x[first..<first + width]))
            for c in 0..<width { out[first + c] = normal[c] * gain[c] + (bias?[c] ?? 0) }
        }
        return out
    }

    static func normBackward(
        _ kind: ModelConfig.Norm, _ x: [Double], gain: [Double], outGradient: [Double]
    ) -> (x: [Double], gain: [Double], bias: [Double]) {
        let width = gain.count
        var xGradient = x
        var gainGradient = [Double](repeating: 0, count: width), biasGradient = gainGradient
        for first in stride(from: 0, to: x.count, by: width) {
            let (normal, inverse) = normalized(kind, Array(x[first..<first + width]))
            var mean = 0.0, product = 0.0
            for c in 0..<width {
                let g = outGradient[first + c]
                biasGradient[c] += g
                gainGradient[c] += g * normal[c]
                if kind == .layerNorm { mean += g * gain[c] / Double(width) }
                product += g * gain[c] * normal[c] / Double(width)
            }
            for c in 0..<width {
                xGradient[first + c] = inverse * (outGradient[first + c] * gain[c] - mean - normal[c] * product)
            }
        }
        return (xGradient, gainGradient, biasGradient)
    }

    /// A row divided by its deviation (or, uncentred, by its root mean square), and the inverse of that divisor.
    private static func normalized(_ kind: ModelConfig.Norm, _ row: [Double]) -> ([Double], Double) {
        let center = kind == .layerNorm ? row.reduce(0, +) / Double(row.count) : 0
        let square = row.map { ($0 - center) * ($0 - center) }.reduce(0, +) / Double(row.count)
        let inverse = 1 / (square + 1e-5).squareRoot()
        return (row.map { ($0 - center) * inverse }, inverse)
    }

    // MARK: Cross-entropy of one row of logits

    static func softmax(_ logits: [Double]) -> [Double] {
        let top = logits.max()!
        let exponentials = logits.map { exp($0 - top) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { $0 / sum }
    }

    static func crossEntropy(_ logits: [Double], target: Int) -> Double { -log(softmax(logits)[target]) }

    static func crossEntropyBackward(_ logits: [Double], target: Int) -> [Double] {
        var gradient = softmax(logits)
        gradient[target] -= 1
        return gradient
    }
}
