// The whole model, its gradients and AdamW in double precision, out of `ReferenceLayers`.

import Foundation
import ScalebenchCore

struct ReferenceGPT {
    let config: ModelConfig
    /// By Hugging Face GPT-2 name.
    var parameters: [String: [Double]]

    /// Mean nats per token over sequences of contextLength + 1 tokens.
    func loss(_ sequences: [[Int]]) -> Double {
        var total = 0.0
        for tokens in sequences { total += run(tokens).losses.reduce(0, +) }
        return total / Double(sequences.count * config.contextLength)
    }

    private struct Run {
        var residuals: [[Double]] = []
        var middles: [[Double]] = []
        var final: [Double] = []
        var logits: [[Double]] = []
        var losses: [Double] = []
    }

    private func run(_ tokens: [Int]) -> Run {
        let rows = config.contextLength, width = config.width
        var run = Run()
        var x = [Double](repeating: 0, count: rows * width)
        for row in 0..<rows {
            for c in 0..<width {
                x[row * width + c] = self["wte.weight"][tokens[row] * width + c] + self["wpe.weight"][row * width + c]
            }
        }
        for layer in 0..<config.layers {
            run.residuals.append(x)
            let qkv = linear("h.\(layer).attn.c_attn", norm("h.\(layer).ln_1", x))
            let mixed = ReferenceLayers.attention(qkv, width: width, heads: config.heads)
            x = zip(x, linear("h.\(layer).attn.c_proj", mixed)).map(+)
            run.middles.append(x)
            let hidden = linear("h.\(layer).mlp.c_fc", norm("h.\(layer).ln_2", x)).map(ReferenceLayers.gelu)
            x = zip(x, linear("h.\(layer).mlp.c_proj", hidden)).map(+)
        }
        run.final = x
        let normed = norm("ln_f", x)
        for row in 0..<rows {
            let logits = (0..<config.vocabularySize).map { token in
                (0..<width).map { normed[row * width + $0] * self["wte.weight"][token * width + $0] }.reduce(0, +)
            }
            run.logits.append(logits)
            run.losses.append(ReferenceLayers.crossEntropy(logits, target: tokens[row + 1]))
        }
        return run
    }

    func lossAndGradients(_ sequences: [[Int]]) -> (loss: Double, gradients: [String: [Double]]) {
        var gradients = parameters.mapValues { [Double](repeating: 0, count: $0.count) }
        var total = 0.0
        for tokens in sequences {
            total += addGradients(tokens, scale: 1 / Double(sequences.count * config.contextLength), &gradients)
        }
        return (total / Double(sequences.count * config.contextLength), gradients)
    }

    private func addGradients(_ tokens: [Int], scale: Double, _ gradients: inout [String: [Double]]) -> Double {
        let rows = config.contextLength, width = config.width
        let run = run(tokens)
        // 1. The tied head.
        let normed = norm("ln_f", run.final)
        var normedGradient = [Double](repeating: 0, count: rows * width)
        for row in 0..<rows {
            let logitGradient = ReferenceLayers.crossEntropyBackward(run.logits[row], target: tokens[row + 1])
            for token in 0..<config.vocabularySize {
                for c in 0..<width {
                    let g = logitGradient[token] * scale
                    normedGradient[row * width + c] += g * self["wte.weight"][token * width + c]
                    gradients["wte.weight"]![token * width + c] += g * normed[row * width + c]
                }
            }
        }
        var gradient = normBackward("ln_f", run.final, normedGradient, &gradients)
        // 2. The blocks, last first.
        for layer in (0..<config.layers).reversed() {
            let middle = run.middles[layer]
            let up = linear("h.\(layer).mlp.c_fc", norm("h.\(layer).ln_2", middle))
            let hiddenGradient = linearBackward(
                "h.\(layer).mlp.c_proj", up.map(ReferenceLayers.gelu), gradient, &gradients)
            let upGradient = zip(hiddenGradient, up.map(ReferenceLayers.geluSlope)).map(*)
            let mlpGradient = linearBackward(
                "h.\(layer).mlp.c_fc", norm("h.\(layer).ln_2", middle), upGradient, &gradients)
            gradient = zip(gradient, normBackward("h.\(layer).ln_2", middle, mlpGradient, &gradients)).map(+)

            let residual = run.residuals[layer]
            let qkv = linear("h.\(layer).attn.c_attn", norm("h.\(layer).ln_1", residual))
            let mixed = ReferenceLayers.attention(qkv, width: width, heads: config.heads)
            let mixedGradient = linearBackward("h.\(layer).attn.c_proj", mixed, gradient, &gradients)
            let qkvGradient = ReferenceLayers.attentionBackward(
                qkv, width: width, heads: config.heads, outGradient: mixedGradient)
            let attentionGradient = linearBackward(
                "h.\(layer).attn.c_attn", norm("h.\(layer).ln_1", residual), qkvGradient, &gradients)
            gradient = zip(gradient, normBackward("h.\(layer).ln_1", residual, attentionGradient, &gradients)).map(+)
        }
        // 3. The embeddings.
        for row in 0..<rows {
            for c in 0..<width {
                gradients["wte.weight"]![tokens[row] * width + c] += gradient[row * width + c]
                gradients["wpe.weight"]![row * width + c] += gradient[row * width + c]
            }
        }
        return run.losses.reduce(0, +)
    }

    // MARK: Named layers

    subscript(name: String) -> [Double] { parameters[name]! }

    private func linear(_ name: String, _ x: [Double]) -> [Double] {
        ReferenceLayers.linear(
            x, weight: self[name + ".weight"], bias: self[name + ".bias"], rows: config.contextLength)
    }

    private func norm(_ name: String, _ x: [Double]) -> [Double] {
        ReferenceLayers.layerNorm(
            x, gain: self[name + ".weight"], bias: self[name + ".bias"], rows: config.contextLength)
    }

    private func linearBackward(
        _ name: String, _ x: [Double], _ outGradient: [Double], _ gradients: inout [String: [Double]]
    ) -> [Double] {
        let result = ReferenceLayers.linearBackward(
            x, weight: self[name + ".weight"], outputs: self[name + ".bias"].count, outGradient: outGradient,
            rows: config.contextLength)
        add(result.weight, to: name + ".weight", &gradients)
        add(result.bias, to: name + ".bias", &gradients)
        return result.x
    }

    private func normBackward(
        _ name: String, _ x: [Double], _ outGradient: [Double], _ gradients: inout [String: [Double]]
    ) -> [Double] {
        let result = ReferenceLayers.layerNormBackward(
            x, gain: self[name + ".weight"], outGradient: outGradient, rows: config.contextLength)
        add(result.gain, to: name + ".weight", &gradients)
        add(result.bias, to: name + ".bias", &gradients)
        return result.x
    }

    private func add(_ values: [Double], to name: String, _ gradients: inout [String: [Double]]) {
        for i in values.indices { gradients[name]![i] += values[i] }
    }
}

/// AdamW with clipping, as `OptimizerConfig` describes it, over named tensors.
struct ReferenceAdamW {
    let config: OptimizerConfig
    let decaying: Set<String>
    private var first: [String: [Double]] = [:], second: [String: [Double]] = [:]
    private var updates = 0

    init(_ config: OptimizerConfig, decaying: Set<String>) {
        self.config = config
        self.decaying = decaying
    }

    mutating func update(
        _ parameters: inout [String: [Double]], _ gradients: [String: [Double]], learningRate: Double
    ) -> Double {
        updates += 1
        var squares = 0.0
        for values in gradients.values { squares += values.map { $0 * $0 }.reduce(0, +) }
        let norm = squares.squareRoot()
        let clip = config.gradientClipping
        let scale = clip > 0 ? min(1, clip / (norm + 1e-6)) : 1
        for (name, values) in gradients {
            let decay = decaying.contains(name) ? config.weightDecay : 0
            for (i, value) in values.enumerated() {
                let g = value * scale
                let m = config.beta1 * first[name, default: values.map { _ in 0 }][i] + (1 - config.beta1) * g
                let v = config.beta2 * second[name, default: values.map { _ in 0 }][i] + (1 - config.beta2) * g * g
                first[name, default: values.map { _ in 0 }][i] = m
                second[name, default: values.map { _ in 0 }][i] = v
                let mean = m / (1 - pow(config.beta1, Double(updates)))
                let deviation = (v / (1 - pow(config.beta2, Double(updates)))).squareRoot()
                let p = parameters[name]![i]
                parameters[name]![i] = p - learningRate * (decay * p + mean / (deviation + config.epsilon))
            }
        }
        return norm
    }
}
