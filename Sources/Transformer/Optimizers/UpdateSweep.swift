// The two passes over memory that every update makes: one that adds the L2 penalty and sums the gradient norm, one that
// clips and updates. Both work on pieces whose places depend on the layout alone, so that workers can share them.

import CKernels
import ScalebenchCore

final class UpdateSweep {
    /// A stretch of one tensor.
    struct Piece: Sendable {
        let offset, count: Int
        let group: OptimizerConfig.Group
    }

    let kernels: Kernels
    private let config: OptimizerConfig
    private let pieces: [Piece]
    var workers: Int
    private let isSmall: Bool
    private var squares: [Double]

    /// Floats of a piece: 256 kB. A model of at most four pieces is updated by one worker, before another could begin.
    private static let pieceCount = 65_536

    init(_ config: OptimizerConfig, _ layout: GPTParameters, kernels: KernelPath, workers: Int) {
        self.config = config
        self.kernels = Arithmetic(kernels).kernels
        pieces = layout.tensors.flatMap { tensor in
            stride(from: 0, to: tensor.paddedCount, by: Self.pieceCount).map { first in
                Piece(
                    offset: tensor.offset + first, count: min(Self.pieceCount, tensor.paddedCount - first),
                    group: tensor.group)
            }
        }
        self.workers = workers
        isSmall = layout.paddedCount <= 4 * Self.pieceCount
        squares = [Double](repeating: 0, count: pieces.count)
    }

    /// Adds the L2 penalty's gradients to `gradients`, computes their norm and, where it is finite, calls
    /// `body(piece, gradient scale)` for every piece.
    func perform(
        _ parameters: Floats, _ gradients: Floats, before: () -> Void, _ body: (Piece, Float) -> Void
    ) -> Double {
        squares.withUnsafeMutableBufferPointer { squares in
            forEachPiece { index, piece in
                addPenalty(piece, parameters, gradients)
                squares[index] = kernels.sumOfSquares(gradients + piece.offset, piece.count)
            }
        }
        let norm = squares.reduce(0, +).squareRoot()
        guard norm.isFinite else { return norm }
        before()
        let clip = config.gradientClipping
        let scale = clip > 0 ? Float(min(1, clip / (norm + 1e-6))) : 1
        forEachPiece { _, piece in body(piece, scale) }
        return norm
    }

    private func addPenalty(_ piece: Piece, _ parameters: Floats, _ gradients: Floats) {
        let strength = config.l2Penalty * config.groups[piece.group].weightDecay
        guard strength != 0 else { return }
        let gradients = gradients + piece.offset
        kernels.addScaled(gradients, gradients, parameters + piece.offset, Float(strength), piece.count)
    }

    private func forEachPiece(_ body: (Int, Piece) -> Void) {
        withoutActuallyEscaping(body) { body in
            let shared = Shared(body: body)
            Workers(isSmall ? 1 : workers).perform(pieces.count) { [pieces] _, index in
                let control = flushDenormals()
                defer { restoreFloatControl(control) }
                shared.body(index, pieces[index])
            }
        }
    }

    /// This is unchecked because pieces do not overlap.
    private struct Shared: @unchecked Sendable {
        let body: (Int, Piece) -> Void
    }
}
