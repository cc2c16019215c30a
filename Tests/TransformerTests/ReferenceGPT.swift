// The whole model and its gradients in double precision, for every option of `ModelConfig`: `ReferenceLayers`,
// `ReferenceActivation` and `ReferenceAttention` put together. What backward needs is computed again, not kept.

import ScalebenchCore

struct ReferenceGPT {
    let config: ModelConfig
    /// Parameters by the names of `referenceTensors`; a layer without a bias has none here.
    var parameters: [String: [Double]]
    /// What dropout drops; nil for nothing.
    var masks: ReferenceDropout?
    /// The place of the current sequence in its batch, which decides the masks.
    var sequence = 0

    private func at(_ sequence: Int) -> Self {
        var model = self
        model.sequence = sequence
        return model
    }

    typealias Gradients = [String: [Double]]

    /// Mean nats per token over sequences of contextLength + 1 tokens.
    func loss(_ sequences: [[Int]]) -> Double {
        var total = 0.0
        for (index, tokens) in sequences.enumerated() {
            total += losses(logits(at(index).residuals(tokens).last!), tokens).reduce(0, +)
        }
        return total / Double(sequences.count * config.contextLength)
    }

    func lossAndGradients(_ sequences: [[Int]]) -> (loss: Double, gradients: Gradients) {
        var gradients = parameters.mapValues { [Double](repeating: 0, count: $0.count) }
        let scale = 1 / Double(sequences.count * config.contextLength)
        var total = 0.0
        for (index, tokens) in sequences.enumerated() {
            total += at(index).addGradients(tokens, scale: scale, &gradients)
        }
        return (total * scale, gradients)
    }

    private func addGradients(_ tokens: [Int], scale: Double, _ gradients: inout Gradients) -> Double {
        let residuals = residuals(tokens), logits = logits(residuals.last!)
        var gradient = headBackward(residuals.last!, logits, tokens, scale, &gradients)
        for layer in (0..<config.layers).reversed() {
            gradient = blockBackward(layer, residuals[layer], gradient, &gradients)
        }
        embeddingBackward(tokens, gradient, &gradients)
        return losses(logits, tokens).reduce(0, +)
    }

    // MARK: The residual stream

    /// The embedded tokens, then the output of each block.
    private func residuals(_ tokens: [Int]) -> [[Double]] {
        var residuals = [embedding(tokens)]
        for layer in 0..<config.layers { residuals.append(block(layer, residuals[layer])) }
        return residuals
    }

    private func embedding(_ tokens: [Int]) -> [Double] {
        let width = config.width, table = self["wte.weight"]
        var x = (0..<config.contextLength).flatMap { row in table[tokens[row] * width..<(tokens[row] + 1) * width] }
        if config.positions == .learned { x = sum(x, self["wpe.weight"]) }
        return dropped(x, place: 0)
    }

    private func embeddingBackward(_ tokens: [Int], _ outGradient: [Double], _ gradients: inout Gradients) {
        let outGradient = dropped(outGradient, place: 0)
        var table = self["wte.weight"].map { _ in 0.0 }
        for (i, g) in outGradient.enumerated() {
            table[tokens[i / config.width] * config.width + i % config.width] += g
        }
        add(table, to: "wte.weight", &gradients)
        if config.positions == .learned { add(outGradient, to: "wpe.weight", &gradients) }
    }

    private func block(_ layer: Int, _ x: [Double]) -> [Double] {
        let first = norm("h.\(layer).ln_1", x)
        let middle = sum(x, branch(attention(layer, first), 2 * layer + 1))
        let second = config.block == .parallel ? first : norm("h.\(layer).ln_2", middle)
        return sum(middle, branch(mlp(layer, second), 2 * layer + 2))
    }

    private func blockBackward(
        _ layer: Int, _ x: [Double], _ outGradient: [Double], _ gradients: inout Gradients
    ) -> [Double] {
        let first = norm("h.\(layer).ln_1", x)
        switch config.block {
        case .parallel:
            let normGradient = sum(
                mlpBackward(layer, first, branch(outGradient, 2 * layer + 2), &gradients),
                attentionBackward(layer, first, branch(outGradient, 2 * layer + 1), &gradients))
            return sum(outGradient, normBackward("h.\(layer).ln_1", x, normGradient, &gradients))
        case .sequential:
            let middle = sum(x, branch(attention(layer, first), 2 * layer + 1))
            let second = norm("h.\(layer).ln_2", middle)
            let mlpGradient = mlpBackward(layer, second, branch(outGradient, 2 * layer + 2), &gradients)
            let middleGradient = sum(outGradient, normBackward("h.\(layer).ln_2", middle, mlpGradient, &gradients))
            let attentionGradient = attentionBackward(
                layer, first, branch(middleGradient, 2 * layer + 1), &gradients)
            return sum(middleGradient, normBackward("h.\(layer).ln_1", x, attentionGradient, &gradients))
        }
    }

    /// What a branch adds to the residual stream; for gradients it is its own transpose.
    private func branch(_ x: [Double], _ place: Int) -> [Double] {
        dropped(x, place: place).map { config.residualScale * $0 }
    }

    private func dropped(_ x: [Double], place: Int) -> [Double] {
        guard let masks else { return x }
        let factors = masks.factors(
            place: place, sequence: sequence, contextLength: config.contextLength, width: config.width)
        return zip(x, factors).map(*)
    }

    // MARK: The MLP

    private func mlp(_ layer: Int, _ x: [Double]) -> [Double] {
        let up = linear("h.\(layer).mlp.c_fc", x, inputs: config.width)
        let hidden = ReferenceActivation.forward(config.activation, up, width: config.mlpWidth)
        return linear("h.\(layer).mlp.c_proj", hidden, inputs: config.mlpWidth)
    }

    private func mlpBackward(
        _ layer: Int, _ x: [Double], _ outGradient: [Double], _ gradients: inout Gradients
    ) -> [Double] {
        let up = linear("h.\(layer).mlp.c_fc", x, inputs: config.width)
        let hidden = ReferenceActivation.forward(config.activation, up, width: config.mlpWidth)
        let hiddenGradient = linearBackward(
            "h.\(layer).mlp.c_proj", hidden, inputs: config.mlpWidth, outGradient, &gradients)
        let upGradient = ReferenceActivation.backward(
            config.activation, up, width: config.mlpWidth, outGradient: hiddenGradient)
        return linearBackward("h.\(layer).mlp.c_fc", x, inputs: config.width, upGradient, &gradients)
    }

    // MARK: Attention

    private var channels: Int { config.width / config.heads }

    private var core: ReferenceAttention {
        let scale: Double =
            switch config.attentionScale {
            case .inverseSquareRoot: 1 / Double(channels).squareRoot()
            case .inverse: 1 / Double(channels)
            }
        return ReferenceAttention(
            heads: config.heads, keyValueHeads: config.keyValueHeads, channels: channels, scale: scale)
    }

    private func attention(_ layer: Int, _ x: [Double]) -> [Double] {
        let (q, k, v) = queriesKeysValues(layer, x)
        let mixed = core.forward(
            q: prepared("h.\(layer).attn.q_norm", q, config.heads),
            k: prepared("h.\(layer).attn.k_norm", k, config.keyValueHeads), v: v)
        return linear("h.\(layer).attn.c_proj", mixed, inputs: config.width)
    }

    private func attentionBackward(
        _ layer: Int, _ x: [Double], _ outGradient: [Double], _ gradients: inout Gradients
    ) -> [Double] {
        let name = "h.\(layer).attn"
        let (rawQ, rawK, v) = queriesKeysValues(layer, x)
        let q = prepared("\(name).q_norm", rawQ, config.heads)
        let k = prepared("\(name).k_norm", rawK, config.keyValueHeads)
        let mixed = core.forward(q: q, k: k, v: v)
        let mixedGradient = linearBackward("\(name).c_proj", mixed, inputs: config.width, outGradient, &gradients)
        let gradient = core.backward(q: q, k: k, v: v, outGradient: mixedGradient)
        let qGradient = preparedBackward("\(name).q_norm", rawQ, config.heads, gradient.q, &gradients)
        let kGradient = preparedBackward("\(name).k_norm", rawK, config.keyValueHeads, gradient.k, &gradients)
        var joined: [Double] = []
        let queryColumns = config.heads * channels, keyColumns = config.keyValueHeads * channels
        for row in 0..<config.contextLength {
            joined += qGradient[row * queryColumns..<(row + 1) * queryColumns]
            joined += kGradient[row * keyColumns..<(row + 1) * keyColumns]
            joined += gradient.v[row * keyColumns..<(row + 1) * keyColumns]
        }
        return linearBackward("\(name).c_attn", x, inputs: config.width, joined, &gradients)
    }

    private func queriesKeysValues(_ layer: Int, _ x: [Double]) -> (q: [Double], k: [Double], v: [Double]) {
        let qkv = linear("h.\(layer).attn.c_attn", x, inputs: config.width)
        let queryColumns = config.heads * channels, keyColumns = config.keyValueHeads * channels
        func columns(_ range: Range<Int>) -> [Double] {
            (0..<config.contextLength).flatMap { row -> ArraySlice<Double> in
                let first = row * (queryColumns + 2 * keyColumns)
                return qkv[first + range.lowerBound..<first + range.upperBound]
            }
        }
        return (
            columns(0..<queryColumns), columns(queryColumns..<queryColumns + keyColumns),
            columns(queryColumns + keyColumns..<queryColumns + 2 * keyColumns)
        )
    }

    /// Queries or keys as attention uses them: normed, then rotated, where the architecture says so.
    private func prepared(_ name: String, _ x: [Double], _ heads: Int) -> [Double] {
        var x = x
        if config.queryKeyNorm { x = ReferenceLayers.norm(.rmsNorm, x, gain: self[name + ".weight"], bias: nil) }
        guard config.positions == .rotary else { return x }
        return ReferenceAttention.rotated(x, heads: heads, channels: channels, base: config.rotaryBase)
    }

    private func preparedBackward(
        _ name: String, _ x: [Double], _ heads: Int, _ outGradient: [Double], _ gradients: inout Gradients
    ) -> [Double] {
        var gradient = outGradient
        if config.positions == .rotary {
            gradient = ReferenceAttention.rotated(
                gradient, heads: heads, channels: channels, base: config.rotaryBase, back: true)
        }
        guard config.queryKeyNorm else { return gradient }
        let result = ReferenceLayers.normBackward(.rmsNorm, x, gain: self[name + ".weight"], outGradient: gradient)
        add(result.gain, to: name + ".weight", &gradients)
        return result.x
    }

    // MARK: The head

    private var headName: String { config.head == .tied ? "wte.weight" : "lm_head.weight" }

    /// [positions, vocabularySize].
    private func logits(_ x: [Double]) -> [Double] {
        let normed = norm("ln_f", x), table = self[headName], width = config.width
        return (0..<config.contextLength).flatMap { row in
            (0..<config.vocabularySize).map { token in
                config.logitScale
                    * (0..<width).map { normed[row * width + $0] * table[token * width + $0] }.reduce(0, +)
            }
        }
    }

    private func losses(_ logits: [Double], _ tokens: [Int]) -> [Double] {
        (0..<config.contextLength).map { ReferenceLayers.crossEntropy(row($0, of: logits), target: tokens[$0 + 1]) }
    }

    private func row(_ index: Int, of logits: [Double]) -> [Double] {
        Array(logits[index * config.vocabularySize..<(index + 1) * config.vocabularySize])
    }

    private func headBackward(
        _ x: [Double], _ logits: [Double], _ tokens: [Int], _ scale: Double, _ gradients: inout Gradients
    ) -> [Double] {
        let normed = norm("ln_f", x), table = self[headName], width = config.width
        var normedGradient = normed.map { _ in 0.0 }, tableGradient = table.map { _ in 0.0 }
        for position in 0..<config.contextLength {
            let slopes = ReferenceLayers.crossEntropyBackward(row(position, of: logits), target: tokens[position + 1])
            for (token, slope) in slopes.enumerated() {
                let g = slope * scale * config.logitScale
                for c in 0..<width {
                    normedGradient[position * width + c] += g * table[token * width + c]
                    tableGradient[token * width + c] += g * normed[position * width + c]
                }
            }
        }
        add(tableGradient, to: headName, &gradients)
        return normBackward("ln_f", x, normedGradient, &gradients)
    }

    // MARK: Named layers

    subscript(name: String) -> [Double] { parameters[name]! }

    private func linear(_ name: String, _ x: [Double], inputs: Int) -> [Double] {
        ReferenceLayers.linear(x, weight: self[name + ".weight"], bias: parameters[name + ".bias"], inputs: inputs)
    }

    private func linearBackward(
        _ name: String, _ x: [Double], inputs: Int, _ outGradient: [Double], _ gradients: inout Gradients
    ) -> [Double] {
        let result = ReferenceLayers.linearBackward(
            x, weight: self[name + ".weight"], inputs: inputs, outGradient: outGradient)
        add(result.weight, to: name + ".weight", &gradients)
        if config.linearBias { add(result.bias, to: name + ".bias", &gradients) }
        return result.x
    }

    private func norm(_ name: String, _ x: [Double]) -> [Double] {
        ReferenceLayers.norm(config.norm, x, gain: self[name + ".weight"], bias: parameters[name + ".bias"])
    }

    private func normBackward(
        _ name: String, _ x: [Double], _ outGradient: [Double], _ gradients: inout Gradients
    ) -> [Double] {
        let result = ReferenceLayers.normBackward(
            config.norm, x, gain: self[name + ".weight"], outGradient: outGradient)
        add(result.gain, to: name + ".weight", &gradients)
        if config.normBias { add(result.bias, to: name + ".bias", &gradients) }
        return result.x
    }

    private func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }

    private func add(_ values: [Double], to name: String, _ gradients: inout Gradients) {
        gradients[name] = sum(gradients[name]!, values)
    }
}
