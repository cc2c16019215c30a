// The two passes over memory that every update makes: one that adds the L2 penalty and sums the gradient norm, one that
// clips, normalises and updates. Both work on pieces whose places depend on the layout alone, so that workers can share them.

import CKernels
import ScalebenchCore

final class UpdateSweep {
    /// A stretch of one tensor.
    struct Piece: Sendable {
        let offset, count: Int
        /// The tensor's place among all tensors.
        let tensor: Int
        let group: OptimizerConfig.Group
    }

    let kernels: Kernels
    private let config: OptimizerConfig
    private let pieces: [Piece]
    /// Elements of every tensor, without padding.
    private let counts: [Int]
    var workers: Int
    private let isSmall: Bool
    private var squares: [Double]

    /// Floats of a piece: 256 kB. A model of at most four pieces is updated by one worker, before another could begin,
    /// unless its rule wants whole tensors, with which it has more to do.
    private static let pieceCount = 65_536
    /// Keeps a gradient of zeros at zero.
    private static let normalizationEpsilon = 1e-8

    /// - Parameter uncut: groups whose tensors are one piece each.
    init(
        _ config: OptimizerConfig, _ layout: GPTParameters, uncut: Set<OptimizerConfig.Group>, kernels: KernelPath,
        workers: Int
    ) {
        self.config = config
        self.kernels = Arithmetic(kernels).kernels
        counts = layout.tensors.map(\.count)
        pieces = layout.tensors.enumerated().flatMap { index, tensor in
            let length = uncut.contains(tensor.group) ? tensor.paddedCount : Self.pieceCount
            return stride(from: 0, to: tensor.paddedCount, by: length).map { first in
                Piece(
                    offset: tensor.offset + first, count: min(length, tensor.paddedCount - first),
                    tensor: index, group: tensor.group)
            }
        }
        self.workers = workers
        isSmall = uncut.isEmpty && layout.paddedCount <= 4 * Self.pieceCount
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
        let scales = gradientScales(norm)
        forEachPiece { _, piece in body(piece, scales[piece.tensor]) }
        return norm
    }

    /// The factor of every tensor's gradient: clipping, then normalisation.
    private func gradientScales(_ norm: Double) -> [Float] {
        let clip = config.gradientClipping
        let clipped = clip > 0 ? min(1, clip / (norm + 1e-6)) : 1
        switch config.gradientNormalization {
        case .none:
            return [Float](repeating: Float(clipped), count: counts.count)
        case .rms:
            var sums = [Double](repeating: 0, count: counts.count)
            for (piece, square) in zip(pieces, squares) { sums[piece.tensor] += square }
            return zip(sums, counts).map { sum, count in
                let root = clipped * (sum / Double(count)).squareRoot()
                return Float(clipped / (root + Self.normalizationEpsilon))
            }
        }
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
