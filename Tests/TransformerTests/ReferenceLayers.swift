// The layers of a transformer in double precision and plain loops: slow, obvious, checked by finite differences, and
// the judge of the fast path. Every backward returns the gradients of Σ out·outGradient.
// Matrices are row-major [rows, columns] in flat arrays.

import Foundation

enum ReferenceLayers {
    // MARK: out = x · weight + bias

    static func linear(_ x: [Double], weight: [Double], bias: [Double], rows: Int) -> [Double] {
        let outputs = bias.count, inputs = weight.count / outputs
        var out = [Double](repeating: 0, count: rows * outputs)
        for row in 0..<rows {
            for column in 0..<outputs {
                var sum = bias[column]
                for i in 0..<inputs { sum += x[row * inputs + i] * weight[i * outputs + column] }
                out[row * outputs + column] = sum
            }
        }
        return out
    }

    static func linearBackward(
        _ x: [Double], weight: [Double], outputs: Int, outGradient: [Double], rows: Int
    ) -> (x: [Double], weight: [Double], bias: [Double]) {
        let inputs = weight.count / outputs
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

    // MARK: Layer norm

    static func layerNorm(_ x: [Double], gain: [Double], bias: [Double], rows: Int) -> [Double] {
        let width = gain.count
        var out = x
        for row in 0..<rows {
            let (normal, _) = normalized(Array(x[row * width..<(row + 1) * width]))
            for c in 0..<width { out[row * width + c] = normal[c] * gain[c] + bias[c] }
        }
        return out
    }

    static func layerNormBackward(
        _ x: [Double], gain: [Double], outGradient: [Double], rows: Int
    ) -> (x: [Double], gain: [Double], bias: [Double]) {
        let width = gain.count
        var xGradient = x
        var gainGradient = [Double](repeating: 0, count: width), biasGradient = gainGradient
        for row in 0..<rows {
            let (normal, inverse) = normalized(Array(x[row * width..<(row + 1) * width]))
            var sum = 0.0, product = 0.0
            for c in 0..<width {
                let g = outGradient[row * width + c]
                biasGradient[c] += g
                gainGradient[c] += g * normal[c]
                sum += g * gain[c] / Double(width)
                product += g * gain[c] * normal[c] / Double(width)
            }
            for c in 0..<width {
                let g = outGradient[row * width + c] * gain[c]
                xGradient[row * width + c] = inverse * (g - sum - normal[c] * product)
            }
        }
        return (xGradient, gainGradient, biasGradient)
    }

    private static func normalized(_ row: [Double]) -> ([Double], Double) {
        let mean = row.reduce(0, +) / Double(row.count)
        let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(row.count)
        let inverse = 1 / (variance + 1e-5).squareRoot()
        return (row.map { ($0 - mean) * inverse }, inverse)
    }

    // MARK: GELU, tanh form

    static func gelu(_ x: Double) -> Double {
        x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }

    static func geluSlope(_ x: Double) -> Double {
        let root = (2 / Double.pi).squareRoot()
        let t = tanh(root * (x + 0.044715 * x * x * x))
        return (1 + t) / 2 + x / 2 * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x)
    }

    // MARK: Causal attention of one sequence; qkv is [positions, 3·width]

    static func attention(_ qkv: [Double], width: Int, heads: Int) -> [Double] {
        let positions = qkv.count / (3 * width), channels = width / heads
        var out = [Double](repeating: 0, count: positions * width)
        for head in 0..<heads {
            for query in 0..<positions {
                let weights = attentionWeights(qkv, width: width, channels: channels, head: head, query: query)
                for key in 0...query {
                    for c in head * channels..<(head + 1) * channels {
                        out[query * width + c] += weights[key] * qkv[key * 3 * width + 2 * width + c]
                    }
                }
            }
        }
        return out
    }

    static func attentionBackward(_ qkv: [Double], width: Int, heads: Int, outGradient: [Double]) -> [Double] {
        let positions = qkv.count / (3 * width), channels = width / heads
        var gradient = [Double](repeating: 0, count: qkv.count)
        for head in 0..<heads {
            let range = head * channels..<(head + 1) * channels
            for query in 0..<positions {
                let weights = attentionWeights(qkv, width: width, channels: channels, head: head, query: query)
                var weightGradients = [Double](repeating: 0, count: query + 1)
                for key in 0...query {
                    for c in range {
                        let g = outGradient[query * width + c]
                        weightGradients[key] += g * qkv[key * 3 * width + 2 * width + c]
                        gradient[key * 3 * width + 2 * width + c] += g * weights[key]
                    }
                }
                let mean = zip(weights, weightGradients).map(*).reduce(0, +)
                for key in 0...query {
                    let score = weights[key] * (weightGradients[key] - mean) / Double(channels).squareRoot()
                    for c in range {
                        gradient[query * 3 * width + c] += score * qkv[key * 3 * width + width + c]
                        gradient[key * 3 * width + width + c] += score * qkv[query * 3 * width + c]
                    }
                }
            }
        }
        return gradient
    }

    private static func attentionWeights(
        _ qkv: [Double], width: Int, channels: Int, head: Int, query: Int
    ) -> [Double] {
        var scores = [Double](repeating: 0, count: query + 1)
        for key in 0...query {
            for c in head * channels..<(head + 1) * channels {
                scores[key] += qkv[query * 3 * width + c] * qkv[key * 3 * width + width + c]
            }
            scores[key] /= Double(channels).squareRoot()
        }
        return softmax(scores)
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
