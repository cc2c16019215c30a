// The L2 penalty, clipping, normalisation and the update rules of `OptimizerConfig` in double precision, over named tensors.

import Foundation
import ScalebenchCore

struct ReferenceOptimizer {
    let config: OptimizerConfig
    private let groups: [String: OptimizerConfig.Group]
    /// The columns of the matrices in every tensor of the blocks.
    private let parts: [String: [Int]]
    /// Running mean (AdamW, Lion) or sum (SGD, Muon) of the gradients, and AdamW's running mean of their squares.
    private var first, second: [String: [Double]]
    private var updates = 0

    init(_ config: OptimizerConfig, _ model: ModelConfig) {
        let tensors = model.referenceTensors
        self.config = config
        groups = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.group) })
        parts = Dictionary(
            uniqueKeysWithValues: tensors.filter { $0.group == .matrices }.map { ($0.name, model.referenceParts($0)) })
        first = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, [Double](repeating: 0, count: $0.count)) })
        second = first
    }

    /// The L2 penalty in the loss, and its gradients.
    func penalty(_ parameters: [String: [Double]]) -> (value: Double, gradients: [String: [Double]]) {
        var value = 0.0, gradients: [String: [Double]] = [:]
        for (name, values) in parameters {
            let strength = config.l2Penalty * config.groups[groups[name]!].weightDecay
            value += strength / 2 * values.map { $0 * $0 }.reduce(0, +)
            gradients[name] = values.map { strength * $0 }
        }
        return (value, gradients)
    }

    /// Returns the norm of all gradients before clipping.
    mutating func update(
        _ parameters: inout [String: [Double]], _ gradients: [String: [Double]], learningRate: Double
    ) -> Double {
        updates += 1
        var gradients = gradients
        for (name, gradient) in penalty(parameters).gradients {
            gradients[name] = zip(gradients[name]!, gradient).map(+)
        }
        let norm = gradients.values.joined().map { $0 * $0 }.reduce(0, +).squareRoot()
        let clip = config.gradientClipping > 0 ? min(1, config.gradientClipping / (norm + 1e-6)) : 1
        for (name, gradient) in gradients {
            let multipliers = config.groups[groups[name]!]
            let rate = learningRate * multipliers.learningRate
            let decay = config.weightDecay * multipliers.weightDecay
            let step = direction(name, normalized(gradient.map { $0 * clip }))
            parameters[name] = zip(parameters[name]!, step).map { p, s in p - rate * decay * p - rate * s }
        }
        return norm
    }

    private func normalized(_ gradient: [Double]) -> [Double] {
        switch config.gradientNormalization {
        case .none: return gradient
        case .rms:
            let root = (gradient.map { $0 * $0 }.reduce(0, +) / Double(gradient.count)).squareRoot()
            return gradient.map { $0 / (root + 1e-8) }
        }
    }

    private mutating func direction(_ name: String, _ gradient: [Double]) -> [Double] {
        switch config.type {
        case .muon:
            guard let parts = parts[name] else { return adamW(name, gradient) }
            first[name] = zip(first[name]!, gradient).map { m, g in config.momentum * m + g }
            let nesterov = zip(first[name]!, gradient).map { m, g in config.momentum * m + g }
            return ReferenceMuon.step(nesterov, parts: parts)
        case .sgd:
            first[name] = zip(first[name]!, gradient).map { m, g in config.momentum * m + g }
            return first[name]!
        case .lion:
            let mixed = zip(first[name]!, gradient).map { m, g in config.beta1 * m + (1 - config.beta1) * g }
            first[name] = zip(first[name]!, gradient).map { m, g in config.beta2 * m + (1 - config.beta2) * g }
            return mixed.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
        case .adamW: return adamW(name, gradient)
        }
    }

    private mutating func adamW(_ name: String, _ gradient: [Double]) -> [Double] {
        first[name] = zip(first[name]!, gradient).map { m, g in config.beta1 * m + (1 - config.beta1) * g }
        second[name] = zip(second[name]!, gradient).map { v, g in config.beta2 * v + (1 - config.beta2) * g * g }
        let firstCorrection = 1 - pow(config.beta1, Double(updates))
        let secondCorrection = 1 - pow(config.beta2, Double(updates))
        return zip(first[name]!, second[name]!).map { m, v in
            m / firstCorrection / ((v / secondCorrection).squareRoot() + config.epsilon)
        }
    }
}
