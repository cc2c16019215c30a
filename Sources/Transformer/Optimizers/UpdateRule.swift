// What makes one optimizer different from another: what it keeps for every parameter, and what it does to a piece of them.

import CKernels
import ScalebenchCore

/// An update rule. It does not know of threads, clipping or groups of parameters.
protocol UpdateRule {
    /// Buffers that a checkpoint must hold, by name, each laid out as the parameters.
    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { get }

    /// Groups whose tensors come in one piece each.
    var uncutGroups: Set<OptimizerConfig.Group> { get }

    /// Updates the parameters of a piece, and the state that belongs to them, in place.
    func update(_ piece: UpdatePiece, with kernels: Kernels)
}

extension UpdateRule {
    var uncutGroups: Set<OptimizerConfig.Group> { [] }
}

/// A stretch of one tensor, and the numbers of this update.
struct UpdatePiece {
    let parameters, gradients: UnsafeMutablePointer<Float>
    /// Where the stretch begins in the layout of all parameters.
    let offset, count: Int
    /// The factor that clips and normalises the gradients; 1 where neither happens.
    let gradientScale: Float
    /// The learning rate of the piece's group.
    let rate: Double
    /// What decoupled decay leaves of a parameter: 1 − rate·decay.
    let kept: Float
    /// Updates so far, this one included.
    let updates: Int
}

/// An update rule applied to all parameters, on several threads.
final class RuleOptimizer: Optimizer {
    private let config: OptimizerConfig
    private let rule: any UpdateRule
    private let sweep: UpdateSweep
    var updates = 0

    init(_ rule: any UpdateRule, _ config: OptimizerConfig, _ sweep: UpdateSweep) {
        self.rule = rule
        self.config = config
        self.sweep = sweep
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { rule.state }

    var workers: Int {
        get { sweep.workers }
        set { sweep.workers = newValue }
    }

    func update(
        parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
        learningRate: Double
    ) -> Double {
        let p = parameters.baseAddress!, g = gradients.baseAddress!
        return sweep.perform(p, g) {
            updates += 1
        } _: { piece, gradientScale in
            let multipliers = config.groups[piece.group]
            let rate = learningRate * multipliers.learningRate
            rule.update(
                UpdatePiece(
                    parameters: p + piece.offset, gradients: g + piece.offset, offset: piece.offset,
                    count: piece.count, gradientScale: gradientScale, rate: rate,
                    kept: Float(1 - rate * config.weightDecay * multipliers.weightDecay), updates: updates),
                with: sweep.kernels)
        }
    }
}
