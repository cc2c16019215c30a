// Checks the reference itself by finite differences: each layer alone, then the whole model with every option.

import ScalebenchCore
import Testing

@Suite struct ReferenceTests {
    /// The gradient of `function` at `at` in every direction.
    private func differences(_ at: [Double], _ function: ([Double]) -> Double) -> [Double] {
        let step = 5e-7
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
        let worst = worstDifference(a, b)
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
        let result = ReferenceLayers.linearBackward(x, weight: weight, inputs: 4, outGradient: outGradient)
        func value(_ x: [Double], _ weight: [Double], _ bias: [Double]?) -> Double {
            inner(ReferenceLayers.linear(x, weight: weight, bias: bias, inputs: 4), outGradient)
        }
        for bias in [bias, nil] {
            expectClose(differences(x) { value($0, weight, bias) }, result.x)
            expectClose(differences(weight) { value(x, $0, bias) }, result.weight)
        }
        expectClose(differences(bias) { value(x, weight, $0) }, result.bias)
    }

    @Test(arguments: ModelConfig.Norm.allCases) func norm(_ kind: ModelConfig.Norm) {
        let x = numbers(3 * 6, stream: 1), gain = numbers(6, stream: 2), bias = numbers(6, stream: 3)
        let outGradient = numbers(3 * 6, stream: 4)
        let result = ReferenceLayers.normBackward(kind, x, gain: gain, outGradient: outGradient)
        func value(_ x: [Double], _ gain: [Double], _ bias: [Double]?) -> Double {
            inner(ReferenceLayers.norm(kind, x, gain: gain, bias: bias), outGradient)
        }
        for bias in [bias, nil] {
            expectClose(differences(x) { value($0, gain, bias) }, result.x)
            expectClose(differences(gain) { value(x, $0, bias) }, result.gain)
        }
        expectClose(differences(bias) { value(x, gain, $0) }, result.bias)
    }

    /// Computed by hand: the row (3, −4) has mean −1/2 and variance 49/4; its mean square is 25/2.
    @Test func normsOfOneRow() {
        let layer = ReferenceLayers.norm(.layerNorm, [3, -4], gain: [2, 1], bias: [1, 0])
        let rms = ReferenceLayers.norm(.rmsNorm, [3, -4], gain: [2, 1], bias: nil)
        expectClose(layer, [3, -1], 1e-6)
        expectClose(rms, [6 / 12.5.squareRoot(), -4 / 12.5.squareRoot()], 1e-6)
    }

    @Test(arguments: ModelConfig.Activation.allCases) func activationSlope(_ kind: ModelConfig.Activation) {
        let points = stride(from: -6.0, through: 6, by: 0.25).map { $0 }.filter { $0 != 0 }
        expectClose(
            points.map { differences([$0]) { ReferenceActivation.value(kind, $0[0]) }[0] },
            points.map { ReferenceActivation.slope(kind, $0) })
    }

    /// Known values: Φ(1) = 0.841345, 1/(1 + e^−1) = 0.731059, tanh form at 1 = 0.841192.
    @Test(arguments: [
        (ModelConfig.Activation.geluTanh, 0.841_191_990_6), (.gelu, 0.841_344_746_1), (.geGLU, 0.841_344_746_1),
        (.reluSquared, 1), (.silu, 0.731_058_578_6), (.swiGLU, 0.731_058_578_6),
    ])
    func activationAtOne(_ kind: ModelConfig.Activation, _ value: Double) {
        #expect(abs(ReferenceActivation.value(kind, 1) - value) < 1e-9)
    }

    @Test(arguments: ModelConfig.Activation.allCases) func activation(_ kind: ModelConfig.Activation) {
        let x = numbers(3 * 8, stream: 1).map { 3 * $0 }
        let width = kind.isGated ? 4 : 8
        let outGradient = numbers(3 * width, stream: 2)
        expectClose(
            differences(x) { inner(ReferenceActivation.forward(kind, $0, width: width), outGradient) },
            ReferenceActivation.backward(kind, x, width: width, outGradient: outGradient))
    }

    @Test(arguments: [(1, 1), (2, 2), (4, 4), (4, 2), (4, 1), (6, 3)])
    func attention(heads: Int, keyValueHeads: Int) {
        let channels = 3, positions = 5
        let attention = ReferenceAttention(heads: heads, keyValueHeads: keyValueHeads, channels: channels, scale: 0.8)
        let q = numbers(positions * heads * channels, stream: 1).map { 2 * $0 }
        let k = numbers(positions * keyValueHeads * channels, stream: 2).map { 2 * $0 }
        let v = numbers(k.count, stream: 3), outGradient = numbers(q.count, stream: 4)
        let gradient = attention.backward(q: q, k: k, v: v, outGradient: outGradient)
        func value(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
            inner(attention.forward(q: q, k: k, v: v), outGradient)
        }
        expectClose(differences(q) { value($0, k, v) }, gradient.q)
        expectClose(differences(k) { value(q, $0, v) }, gradient.k)
        expectClose(differences(v) { value(q, k, $0) }, gradient.v)
    }

    @Test func attentionSeesNoLaterPosition() {
        let attention = ReferenceAttention(heads: 2, keyValueHeads: 1, channels: 2, scale: 1)
        let q = numbers(5 * 4, stream: 1)
        var k = numbers(5 * 2, stream: 2), v = numbers(5 * 2, stream: 3)
        let before = attention.forward(q: q, k: k, v: v)
        for i in 3 * 2..<k.count {
            k[i] += 1
            v[i] += 1
        }
        let after = attention.forward(q: q, k: k, v: v)
        #expect(Array(before[..<12]) == Array(after[..<12]))
        #expect(before[12...] != after[12...])
    }

    @Test func neighbouringQueryHeadsShareKeysAndValues() {
        let grouped = ReferenceAttention(heads: 4, keyValueHeads: 2, channels: 2, scale: 0.7)
        let full = ReferenceAttention(heads: 4, keyValueHeads: 4, channels: 2, scale: 0.7)
        let q = numbers(5 * 8, stream: 1), k = numbers(5 * 4, stream: 2), v = numbers(5 * 4, stream: 3)
        func repeated(_ x: [Double]) -> [Double] {
            stride(from: 0, to: x.count, by: 2).flatMap { i -> [Double] in
                let head = Array(x[i..<i + 2])
                return head + head
            }
        }
        #expect(grouped.forward(q: q, k: k, v: v) == full.forward(q: q, k: repeated(k), v: repeated(v)))
    }

    @Test func rotationTurnsPairsByThePosition() {
        let x = numbers(3 * 2 * 4, stream: 1)
        let turned = ReferenceAttention.rotated(x, heads: 2, channels: 4, base: 100)
        #expect(Array(turned[..<8]) == Array(x[..<8]), "position 0 stays")
        // Position 2, second head, slower pair (channels 1 and 3): angle 2 · 100^(−2/4) = 0.2.
        let cosine = 0.980_066_577_841_241_6, sine = 0.198_669_330_795_061_2
        let first: Double = x[21] * cosine - x[23] * sine
        let second: Double = x[23] * cosine + x[21] * sine
        expectClose([turned[21], turned[23]], [first, second], 1e-15)
        let undone = ReferenceAttention.rotated(turned, heads: 2, channels: 4, base: 100, back: true)
        expectClose(undone, x, 1e-15)
        let outGradient = numbers(x.count, stream: 2)
        expectClose(
            differences(x) { inner(ReferenceAttention.rotated($0, heads: 2, channels: 4, base: 100), outGradient) },
            ReferenceAttention.rotated(outGradient, heads: 2, channels: 4, base: 100, back: true))
    }

    @Test func rotatedProductsDependOnTheDistanceAlone() {
        let q = numbers(6, stream: 1), k = numbers(6, stream: 2)
        func turned(_ x: [Double], by position: Int) -> [Double] {
            let all = (0...position).flatMap { _ in x }
            return Array(ReferenceAttention.rotated(all, heads: 1, channels: 6, base: 10_000).suffix(6))
        }
        let near = inner(turned(q, by: 5), turned(k, by: 2)), far = inner(turned(q, by: 12), turned(k, by: 9))
        #expect(abs(near - far) < 1e-14)
        #expect(abs(near - inner(q, k)) > 1e-3)
    }

    @Test func crossEntropy() {
        let logits = numbers(7, stream: 1).map { 3 * $0 }
        expectClose(
            differences(logits) { ReferenceLayers.crossEntropy($0, target: 2) },
            ReferenceLayers.crossEntropyBackward(logits, target: 2))
    }

    @Test(arguments: Variant.all) func wholeModel(_ variant: Variant) {
        let config = variant.applied(
            to: ModelConfig(width: 8, layers: 2, heads: 2, contextLength: 4, vocabularySize: 7, mlpWidth: 5))
        let model = ReferenceGPT(config: config, parameters: formulaParameters(config, amplitude: 0.4))
        let batch = formulaTokens(config, sequences: 2, step: 0)
        let (loss, gradients) = model.lossAndGradients(batch)
        #expect(abs(loss - model.loss(batch)) < 1e-12)
        #expect(Set(gradients.keys) == Set(config.referenceTensors.map(\.name)))
        for (name, gradient) in gradients {
            let numeric = differences(model[name]) { values in
                var moved = model
                moved.parameters[name] = values
                return moved.loss(batch)
            }
            let scale = max(1, gradient.map(abs).max()!)
            let worst = worstDifference(numeric, gradient)
            #expect(worst < 1e-7 * scale, "\(name)")
            #expect(gradient.contains { $0 != 0 }, "\(name) has no gradient")
        }
    }

    @Test func variantsHaveEveryOption() {
        let base = ModelConfig(width: 8, layers: 2, heads: 2, contextLength: 5, vocabularySize: 7, mlpWidth: 6)
        expectEveryOption(in: Variant.all.map { $0.applied(to: base) })
    }

    /// Each option must matter: the loss of every variant differs from every other's.
    @Test func variantsDiffer() {
        let base = ModelConfig(width: 8, layers: 2, heads: 2, contextLength: 5, vocabularySize: 7, mlpWidth: 6)
        let losses = Variant.all.map { variant in
            let config = variant.applied(to: base)
            return ReferenceGPT(config: config, parameters: formulaParameters(config, amplitude: 0.4))
                .loss(formulaTokens(config, sequences: 2, step: 0))
        }
        let sorted = losses.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 > 1e-7 })
    }

    @Test func l2Penalty() {
        let config = ModelConfig(
            width: 4, layers: 1, heads: 1, contextLength: 3, vocabularySize: 5, mlpWidth: 3, head: .untied)
        var settings = OptimizerConfig(learningRate: 1, l2Penalty: 0.3)
        settings.groups.embeddings = OptimizerConfig.Multipliers(weightDecay: 0.5)
        settings.groups.vectors = OptimizerConfig.Multipliers(weightDecay: 2)
        let optimizer = ReferenceOptimizer(settings, config), parameters = formulaParameters(config, amplitude: 0.4)
        for (name, gradient) in optimizer.penalty(parameters).gradients {
            expectClose(
                differences(parameters[name]!) { values in
                    optimizer.penalty(parameters.merging([name: values]) { $1 }).value
                }, gradient)
        }
    }

    /// Computed by hand with one number per group: clipping halves the gradients (3, 0, 4), to norm 2.5.
    @Test func optimizerByHand() throws {
        let model = ModelConfig(
            width: 1, layers: 0, heads: 1, contextLength: 1, vocabularySize: 1, mlpWidth: 1, normBias: false,
            positions: .none, head: .untied)
        var settings = OptimizerConfig(
            type: .sgd, learningRate: 1, momentum: 0.5, weightDecay: 0.1, gradientClipping: 2.5)
        settings.groups.embeddings = OptimizerConfig.Multipliers(learningRate: 2, weightDecay: 3)
        settings.groups.head = OptimizerConfig.Multipliers(learningRate: 0.5, weightDecay: 0)
        var optimizer = ReferenceOptimizer(settings, model)
        var parameters = ["wte.weight": [1.0], "ln_f.weight": [1.0], "lm_head.weight": [1.0]]
        let gradients = ["wte.weight": [3.0], "ln_f.weight": [0.0], "lm_head.weight": [4.0]]
        for _ in 0..<2 { #expect(optimizer.update(&parameters, gradients, learningRate: 0.1) == 5) }
        // Embedding: rate 0.2, decay 0.3: 1 − 0.06 − 0.2·1.5 = 0.64; then 0.64·0.94 − 0.2·(0.75 + 1.5) = 0.1516.
        // Head: rate 0.05: 1 − 0.05·2 = 0.9; then 0.9 − 0.05·(1 + 2) = 0.75.
        expectClose(
            [parameters["wte.weight"]![0], parameters["ln_f.weight"]![0], parameters["lm_head.weight"]![0]],
            [0.1516, 1, 0.75], 1e-6)
    }

    /// Computed by hand: the second gradient is not large enough to turn the sign of the update, the third is.
    @Test func lionByHand() throws {
        let model = ModelConfig(
            width: 1, layers: 0, heads: 1, contextLength: 1, vocabularySize: 1, mlpWidth: 1, normBias: false,
            positions: .none)
        let settings = OptimizerConfig(
            type: .lion, learningRate: 1, beta1: 0.5, beta2: 0.75, weightDecay: 0.5, gradientClipping: 0)
        var optimizer = ReferenceOptimizer(settings, model)
        var parameters = ["wte.weight": [1.0], "ln_f.weight": [1.0]]
        // Momenta before each step: 0, 1, 0.625, −0.03125. Updates: +1, +1 (0.5 − 0.25), −1 (0.3125 − 1), 0.
        let expected = [0.85, 0.7075, 0.772125, 0.73351875]
        for (gradient, value) in zip([4.0, -0.5, -2.0, 0.03125], expected) {
            let gradients = ["wte.weight": [gradient], "ln_f.weight": [0.0]]
            _ = optimizer.update(&parameters, gradients, learningRate: 0.1)
            expectClose([parameters["wte.weight"]![0]], [value], 1e-12)
        }
        #expect(parameters["ln_f.weight"]! == [1])
    }
}
