// Lion (Chen et al. 2023) with decoupled decay:
//   p ← (1 − rate·decay)·p − rate·sign(β₁·m + (1 − β₁)·g);  m ← β₂·m + (1 − β₂)·g

import CKernels
import ScalebenchCore

struct Lion: UpdateRule {
    private let config: OptimizerConfig
    private let momenta: AlignedFloats

    init(_ config: OptimizerConfig, _ layout: GPTParameters) {
        self.config = config
        momenta = AlignedFloats(count: layout.paddedCount)
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { [("momentum", momenta.buffer)] }

    func update(_ piece: UpdatePiece, with kernels: Kernels) {
        kernels.lion(
            piece.parameters, piece.gradients, momenta.base + piece.offset, piece.gradientScale, Float(config.beta1),
            Float(config.beta2), Float(piece.rate), piece.kept, piece.count)
    }
}
