// AdamW with decoupled decay (Loshchilov & Hutter 2019).

import CKernels
import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

final class AdamW: Optimizer {
    private let config: OptimizerConfig
    /// The number of updates, which decides the bias corrections.
    var updates = 0
    private let sweep: UpdateSweep
    /// Running means of the gradient and of its square.
    private let firstMoments, secondMoments: AlignedFloats

    init(_ config: OptimizerConfig, _ layout: GPTParameters, _ sweep: UpdateSweep) {
        self.config = config
        self.sweep = sweep
        firstMoments = AlignedFloats(count: layout.paddedCount)
        secondMoments = AlignedFloats(count: layout.paddedCount)
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
        [("first", firstMoments.buffer), ("second", secondMoments.buffer)]
    }

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
            let firstCorrection = 1 - pow(config.beta1, Double(updates))
            let secondCorrection = 1 - pow(config.beta2, Double(updates))
            sweep.kernels.adamW(
                p + piece.offset, g + piece.offset, firstMoments.base + piece.offset,
                secondMoments.base + piece.offset, gradientScale, Float(config.beta1), Float(config.beta2),
                Float(rate / firstCorrection),
                Float(1 - rate * config.weightDecay * multipliers.weightDecay), Float(config.epsilon),
                Float(1 / secondCorrection.squareRoot()), piece.count)
        }
    }
}
