// Architectures to test: GPT-2's with each option alone, and common mixtures of options.

import ScalebenchCore
import Testing

struct Variant: Sendable, CustomTestStringConvertible {
    let name: String
    private let change: @Sendable (inout ModelConfig) -> Void

    var testDescription: String { name }

    private init(_ name: String, _ change: @escaping @Sendable (inout ModelConfig) -> Void) {
        self.name = name
        self.change = change
    }

    func applied(to config: ModelConfig) -> ModelConfig {
        var config = config
        change(&config)
        return config
    }

    static let single: [Variant] = [
        Variant("GPT-2") { _ in },
        Variant("gelu") { $0.activation = .gelu },
        Variant("reluSquared") { $0.activation = .reluSquared },
        Variant("silu") { $0.activation = .silu },
        Variant("geGLU") { $0.activation = .geGLU },
        Variant("swiGLU") { $0.activation = .swiGLU },
        Variant("rmsNorm with bias") { $0.norm = .rmsNorm },
        Variant("layerNorm without bias") { $0.normBias = false },
        Variant("no linear biases") { $0.linearBias = false },
        Variant("rotary") { $0.positions = .rotary },
        Variant("rotary, base 100") {
            $0.positions = .rotary
            $0.rotaryBase = 100
        },
        Variant("no positions") { $0.positions = .none },
        Variant("queryKeyNorm") { $0.queryKeyNorm = true },
        Variant("attentionScale inverse") { $0.attentionScale = .inverse },
        Variant("one key and value head") { $0.keyValueHeads = 1 },
        Variant("parallel") { $0.block = .parallel },
        Variant("untied") { $0.head = .untied },
        Variant("residualScale") { $0.residualScale = 0.5 },
        Variant("logitScale") { $0.logitScale = 0.25 },
    ]

    static let combined: [Variant] = [
        Variant("Llama") {
            $0.norm = .rmsNorm
            $0.normBias = false
            $0.linearBias = false
            $0.positions = .rotary
            $0.activation = .swiGLU
            $0.head = .untied
            $0.keyValueHeads = $0.heads % 2 == 0 ? $0.heads / 2 : 1
        },
        Variant("GPT-J") {
            $0.block = .parallel
            $0.positions = .rotary
            $0.head = .untied
        },
        Variant("parallel, swiGLU, one key and value head, scaled") {
            $0.block = .parallel
            $0.activation = .swiGLU
            $0.keyValueHeads = 1
            $0.residualScale = 0.7
            $0.normBias = false
        },
        Variant("reluSquared, queryKeyNorm, rotary") {
            $0.activation = .reluSquared
            $0.queryKeyNorm = true
            $0.positions = .rotary
            $0.norm = .rmsNorm
            $0.normBias = false
            $0.linearBias = false
            $0.head = .untied
        },
        Variant("geGLU, muP scales, no positions") {
            $0.activation = .geGLU
            $0.norm = .rmsNorm
            $0.positions = .none
            $0.attentionScale = .inverse
            $0.residualScale = 0.6
            $0.logitScale = 0.5
        },
        Variant("everything at once") {
            $0.activation = .geGLU
            $0.norm = .rmsNorm
            $0.positions = .rotary
            $0.queryKeyNorm = true
            $0.attentionScale = .inverse
            $0.block = .parallel
            $0.keyValueHeads = 1
            $0.head = .untied
            $0.residualScale = 0.8
            $0.logitScale = 1.5
        },
    ]

    static let all = single + combined
}

/// Expects that every case of every choice occurs among the models, and every switch in both positions.
func expectEveryOption(in models: [ModelConfig], sourceLocation: SourceLocation = #_sourceLocation) {
    func expectAll<Choice: CaseIterable & Hashable>(_ choice: KeyPath<ModelConfig, Choice>) {
        #expect(Set(models.map { $0[keyPath: choice] }) == Set(Choice.allCases), sourceLocation: sourceLocation)
    }
    func expectTwo<Value: Hashable>(_ key: KeyPath<ModelConfig, Value>) {
        #expect(Set(models.map { $0[keyPath: key] }).count > 1, "\(key)", sourceLocation: sourceLocation)
    }
    expectAll(\.activation)
    expectAll(\.norm)
    expectAll(\.positions)
    expectAll(\.attentionScale)
    expectAll(\.block)
    expectAll(\.head)
    expectTwo(\.linearBias)
    expectTwo(\.normBias)
    expectTwo(\.queryKeyNorm)
    expectTwo(\.rotaryBase)
    expectTwo(\.keyValueHeads)
    expectTwo(\.residualScale)
    expectTwo(\.logitScale)
}
