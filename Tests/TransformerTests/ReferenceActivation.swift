// Activations in double precision, with their slopes.

import Foundation
import ScalebenchCore

enum ReferenceActivation {
    /// The scalar function of a kind (of the gate, where it has one).
    static func value(_ kind: ModelConfig.Activation, _ x: Double) -> Double {
        switch kind {
        case .geluTanh: x / 2 * (1 + tanh(root * (x + 0.044715 * x * x * x)))
        case .gelu, .geGLU: x * normalDistribution(x)
        case .reluSquared: x > 0 ? x * x : 0
        case .silu, .swiGLU: x * logistic(x)
        }
    }

    static func slope(_ kind: ModelConfig.Activation, _ x: Double) -> Double {
        switch kind {
        case .geluTanh:
            let t = tanh(root * (x + 0.044715 * x * x * x))
            return (1 + t) / 2 + x / 2 * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x)
        case .gelu, .geGLU:
            return normalDistribution(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        case .reluSquared: return 2 * max(0, x)
        case .silu, .swiGLU: return logistic(x) * (1 + x * (1 - logistic(x)))
        }
    }

    /// Maps the first MLP matrix's outputs to the second's inputs: f(x), or f(gate)·value of rows [gate, value].
    static func forward(_ kind: ModelConfig.Activation, _ x: [Double], width: Int) -> [Double] {
        guard isGated(kind) else { return x.map { value(kind, $0) } }
        return (0..<x.count / 2).map { i in
            let gate = i / width * 2 * width + i % width
            return value(kind, x[gate]) * x[gate + width]
        }
    }

    static func backward(_ kind: ModelConfig.Activation, _ x: [Double], width: Int, outGradient: [Double]) -> [Double] {
        guard isGated(kind) else { return zip(x, outGradient).map { slope(kind, $0) * $1 } }
        var gradient = x
        for (i, g) in outGradient.enumerated() {
            let gate = i / width * 2 * width + i % width
            gradient[gate] = g * slope(kind, x[gate]) * x[gate + width]
            gradient[gate + width] = g * value(kind, x[gate])
        }
        return gradient
    }

    private static func isGated(_ kind: ModelConfig.Activation) -> Bool { kind == .geGLU || kind == .swiGLU }

    private static let root = (2 / Double.pi).squareRoot()
    private static func normalDistribution(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
    private static func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
