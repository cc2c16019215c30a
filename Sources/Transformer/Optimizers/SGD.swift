// Stochastic gradient descent with momentum (Sutskever et al. 2013, in PyTorch's form) and decoupled decay:
//   m ← momentum·m + g;  p ← (1 − rate·decay)·p − rate·m

import CKernels
import ScalebenchCore

struct SGD: UpdateRule {
    private let config: OptimizerConfig
    private let momenta: AlignedFloats

    init(_ config: OptimizerConfig, _ layout: GPTParameters) {
        self.config = config
        momenta = AlignedFloats(count: layout.paddedCount)
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { [("momentum", momenta.buffer)] }

    func update(_ piece: UpdatePiece, with kernels: Kernels) {
        kernels.sgd(
            piece.parameters, piece.gradients, momenta.base + piece.offset, piece.gradientScale,
            Float(config.momentum), Float(piece.rate), piece.kept, piece.count)
    }
}
