// AdamW with decoupled decay (Loshchilov & Hutter 2019).

import CKernels
import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct AdamW: UpdateRule {
    private let config: OptimizerConfig
    /// Running means of the gradient and of its square.
    let firstMoments, secondMoments: AlignedFloats

    init(_ config: OptimizerConfig, _ layout: GPTParameters) {
        self.config = config
        firstMoments = AlignedFloats(count: layout.paddedCount)
        secondMoments = AlignedFloats(count: layout.paddedCount)
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
        [("first", firstMoments.buffer), ("second", secondMoments.buffer)]
    }

    func update(_ piece: UpdatePiece, with kernels: Kernels) {
        let firstCorrection = 1 - pow(config.beta1, Double(piece.updates))
        let secondCorrection = 1 - pow(config.beta2, Double(piece.updates))
        kernels.adamW(
            piece.parameters, piece.gradients, firstMoments.base + piece.offset, secondMoments.base + piece.offset,
            piece.gradientScale, Float(config.beta1), Float(config.beta2), Float(piece.rate / firstCorrection),
            piece.kept, Float(config.epsilon), Float(1 / secondCorrection.squareRoot()), piece.count)
    }
}
