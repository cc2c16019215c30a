// The reference itself, checked by central finite differences: each layer alone, then the whole model.

import ScalebenchCore
import Testing

@Suite struct ReferenceTests {
    /// The gradient of `function` at `at` in every direction.
    private func differences(_ at: [Double], _ function: ([Double]) -> Double) -> [Double] {
        let step = 1e-5
        return at.indices.map { i in
            var up = at, down = at
            up[i] += step
            down[i] -= step
            return (function(up) - function(down)) / (2 * step)
        }
    }

    private func expectClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-7) {
        #expect(a.count == b.count)
        let scale = a.map(abs).max() ?? 0
        let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(scale > 0, "a gradient that vanishes everywhere tests nothing")
        #expect(worst <= tolerance * max(scale, 1))
    }

    private func numbers(_ count: Int, stream: UInt64) -> [Double] {
        var random = Philox(seed: 11, stream: stream)
        return (0..<count).map { _ in 2 * random.uniform() - 1 }
    }

    private func inner(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }

    @Test func linear() {
        let x = numbers(3 * 4, stream: 1), weight = numbers(4 * 5, stream: 2), bias = numbers(5, stream: 3)
        let outGradient = numbers(3 * 5, stream: 4)
        let result = ReferenceLayers.linearBackward(x, weight: weight, outputs: 5, outGradient: outGradient, rows: 3)
        func value(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
            inner(ReferenceLayers.linear(x, weight: weight, bias: bias, rows: 3), outGradient)
        }
        expectClose(differences(x) { value($0, weight, bias) }, result.x)
        expectClose(differences(weight) { value(x, $0, bias) }, result.weight)
        expectClose(differences(bias) { value(x, weight, $0) }, result.bias)
    }

    @Test func layerNorm() {
        let x = numbers(3 * 6, stream: 1), gain = numbers(6, stream: 2), bias = numbers(6, stream: 3)
        let outGradient = numbers(3 * 6, stream: 4)
        let result = ReferenceLayers.layerNormBackward(x, gain: gain, outGradient: outGradient, rows: 3)
        func value(_ x: [Double], _ gain: [Double], _ bias: [Double]) -> Double {
            inner(ReferenceLayers.layerNorm(x, gain: gain, bias: bias, rows: 3), outGradient)
        }
        expectClose(differences(x) { value($0, gain, bias) }, result.x)
        expectClose(differences(gain) { value(x, $0, bias) }, result.gain)
        expectClose(differences(bias) { value(x, gain, $0) }, result.bias)
    }

    @Test func gelu() {
        let points = stride(from: -6.0, through: 6, by: 0.25).map { $0 }
        expectClose(
            points.map { differences([$0]) { ReferenceLayers.gelu($0[0]) }[0] },
            points.map(ReferenceLayers.geluSlope))
    }

    @Test(arguments: [1, 2, 4]) func attention(heads: Int) {
        let qkv = numbers(5 * 3 * 4, stream: 1).map { 2 * $0 }, outGradient = numbers(5 * 4, stream: 2)
        expectClose(
            differences(qkv) { inner(ReferenceLayers.attention($0, width: 4, heads: heads), outGradient) },
            ReferenceLayers.attentionBackward(qkv, width: 4, heads: heads, outGradient: outGradient))
    }

    @Test func attentionSeesNoLaterPosition() {
        var qkv = numbers(5 * 3 * 4, stream: 1)
        let before = ReferenceLayers.attention(qkv, width: 4, heads: 2)
        for i in 3 * 12..<qkv.count { qkv[i] += 1 }
        let after = ReferenceLayers.attention(qkv, width: 4, heads: 2)
        #expect(Array(before[..<12]) == Array(after[..<12]))
        #expect(before[12...] != after[12...])
    }

    @Test func crossEntropy() {
        let logits = numbers(7, stream: 1).map { 3 * $0 }
        expectClose(
            differences(logits) { ReferenceLayers.crossEntropy($0, target: 2) },
            ReferenceLayers.crossEntropyBackward(logits, target: 2))
    }

    @Test func wholeModel() {
        let config = ModelConfig(
            width: 4, layers: 2, heads: 2, contextLength: 5, vocabularySize: 7, mlpWidth: 6)
        let model = ReferenceGPT(config: config, parameters: formulaParameters(config, amplitude: 0.4))
        let batch = formulaTokens(config, sequences: 2, step: 0)
        let (loss, gradients) = model.lossAndGradients(batch)
        #expect(abs(loss - model.loss(batch)) < 1e-12)
        for (name, gradient) in gradients {
            let numeric = differences(model[name]) { values in
                var moved = model
                moved.parameters[name] = values
                return moved.loss(batch)
            }
            let scale = max(1, gradient.map(abs).max()!)
            let worst = zip(numeric, gradient).map { abs($0 - $1) }.max()!
            #expect(worst < 1e-7 * scale, "\(name)")
        }
    }
}
