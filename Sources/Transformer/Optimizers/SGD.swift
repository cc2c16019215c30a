// Stochastic gradient descent with momentum (Sutskever et al. 2013, in PyTorch's form) and decoupled decay:
//   m ← momentum·m + g;  p ← (1 − rate·decay)·p − rate·m

import CKernels
import ScalebenchCore

final class SGD: Optimizer {
    private let config: OptimizerConfig
    var updates = 0
    private let sweep: UpdateSweep
    private let momenta: AlignedFloats

    init(_ config: OptimizerConfig, _ layout: GPTParameters, _ sweep: UpdateSweep) {
        self.config = config
        self.sweep = sweep
        momenta = AlignedFloats(count: layout.paddedCount)
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { [("momentum", momenta.buffer)] }

    var workers: Int {
        get { sweep.workers }
        set { sweep.workers = newValue }
    }

    func update(
        parameters: UnsafeMutableBufferPointer<Float>, gradients: UnsafeMutableBufferPointer<Float>,
        learningRate: Double
    ) -> Double {
        let p = parameters.baseAddress!, g = gradients.baseAddress!
        return sweep.perform(gradients) {
            updates += 1
        } _: { piece, gradientScale in
            let multipliers = config.groups[piece.group]
            let rate = learningRate * multipliers.learningRate
            sweep.kernels.sgd(
                p + piece.offset, g + piece.offset, momenta.base + piece.offset, gradientScale,
                Float(config.momentum), Float(rate),
                Float(1 - rate * config.weightDecay * multipliers.weightDecay), piece.count)
        }
    }
}
