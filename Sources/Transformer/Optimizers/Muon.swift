// Muon (Jordan et al. 2024) for the matrices of the blocks, AdamW for everything else:
//   m ← momentum·m + g;  p ← (1 − rate·decay)·p − rate·0.2·√max(rows, columns)·orthogonalized(g + momentum·m)
// The factor gives an update the root mean square that AdamW's updates usually have, so that one learning rate serves
// both (Liu et al. 2025). Matrices that are stored side by side (queries, keys and values; gate and value of a gated
// MLP) are orthogonalized one by one.

import CKernels
import ScalebenchCore

struct Muon: UpdateRule {
    private let config: OptimizerConfig
    private let arithmetic: Arithmetic
    /// Its first moments hold the momenta of the matrices.
    private let adamW: AdamW
    /// The matrices by the offset of their tensor.
    private let matrices: [Int: [MatrixPart]]

    init(_ config: OptimizerConfig, _ layout: GPTParameters, kernels: KernelPath) {
        self.config = config
        arithmetic = Arithmetic(kernels)
        adamW = AdamW(config, layout)
        matrices = Dictionary(
            uniqueKeysWithValues: layout.tensors.filter { $0.group == .matrices }.map { ($0.offset, $0.matrixParts) })
    }

    var state: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { adamW.state }

    /// A matrix is orthogonalized as a whole.
    var uncutGroups: Set<OptimizerConfig.Group> { [.matrices] }

    /// Floats that the update of one tensor takes for a while.
    static func scratchFloats(_ layout: GPTParameters) -> Int {
        layout.tensors.filter { $0.group == .matrices }.flatMap(\.matrixParts).map { part in
            AlignedFloats.padded(part.rows * part.columns)
                + Orthogonalization.scratchFloats(rows: part.rows, columns: part.columns)
        }.max() ?? 0
    }

    func update(_ piece: UpdatePiece, with kernels: Kernels) {
        guard let parts = matrices[piece.offset] else { return adamW.update(piece, with: kernels) }
        let momenta = adamW.firstMoments.base + piece.offset
        kernels.addScaled(momenta, nil, momenta, Float(config.momentum), piece.count)
        kernels.addScaled(momenta, momenta, piece.gradients, piece.gradientScale, piece.count)
        kernels.addScaled(piece.parameters, nil, piece.parameters, piece.kept, piece.count)
        for part in parts { step(part, piece, momenta) }
    }

    private func step(_ part: MatrixPart, _ piece: UpdatePiece, _ momenta: Floats) {
        let kernels = arithmetic.kernels, columns = part.columns
        let memory = AlignedFloats(
            count: AlignedFloats.padded(part.rows * columns)
                + Orthogonalization.scratchFloats(rows: part.rows, columns: columns))
        var arena = Arena(memory)
        let direction = arena.take(part.rows * columns)
        for row in 0..<part.rows {
            let at = row * part.stride + part.firstColumn, out = direction + row * columns
            kernels.addScaled(out, nil, momenta + at, Float(config.momentum), columns)
            kernels.addScaled(out, out, piece.gradients + at, piece.gradientScale, columns)
        }
        let orthogonal = Orthogonalization(rows: part.rows, columns: columns, arithmetic, &arena)(direction)
        let factor = Float(-piece.rate * 0.2 * Double(max(part.rows, columns)).squareRoot())
        for row in 0..<part.rows {
            let out = piece.parameters + row * part.stride + part.firstColumn
            kernels.addScaled(out, out, orthogonal + row * columns, factor, columns)
        }
    }
}

/// One of the matrices that stand side by side in a tensor.
private struct MatrixPart {
    let rows, columns, firstColumn: Int
    /// Columns of the tensor.
    let stride: Int
}

extension GPTParameters.Tensor {
    fileprivate var matrixParts: [MatrixPart] {
        var first = 0
        return columns.map { count in
            defer { first += count }
            return MatrixPart(rows: shape[0], columns: count, firstColumn: first, stride: shape[1])
        }
    }
}
