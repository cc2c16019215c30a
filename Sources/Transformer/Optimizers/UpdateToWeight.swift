// How large an update is beside the weights that it changes: √(Σ ‖ΔW‖² / Σ ‖W‖²), Frobenius norms over the weight matrices
// of all layers, as they were before the update.
//
// Vectors are left out because they are not learned like matrices. Embeddings and an untied head are left out as well:
// their norms grow with the vocabulary, and a batch moves only some of their rows.

import CKernels
import ScalebenchCore

/// Measures one update, by a copy of the matrices from before it.
package struct UpdateToWeight {
    private let matrices: [GPTParameters.Tensor]
    private let copy: AlignedFloats
    private let kernels: Kernels

    /// Copies the matrices as they are before the update.
    package init(
        before parameters: UnsafeMutableBufferPointer<Float>, _ layout: GPTParameters, kernels: KernelPath = .best
    ) {
        matrices = Self.matrices(layout)
        copy = AlignedFloats(count: Self.floats(layout))
        self.kernels = Arithmetic(kernels).kernels
        for (place, matrix) in places {
            place.update(from: parameters.baseAddress! + matrix.offset, count: matrix.count)
        }
    }

    /// The ratio of the update that led to `parameters`; nil where it is not a number. It is to be asked for once, because
    /// the changes take the place of the copy.
    package consuming func ratio(after parameters: UnsafeMutableBufferPointer<Float>) -> Double? {
        var weights = 0.0, changes = 0.0
        for (place, matrix) in places {
            weights += kernels.sumOfSquares(place, matrix.count)
            kernels.addScaled(place, parameters.baseAddress! + matrix.offset, place, -1, matrix.count)
            changes += kernels.sumOfSquares(place, matrix.count)
        }
        let ratio = (changes / weights).squareRoot()
        return ratio.isFinite ? ratio : nil
    }

    /// The bytes of the copy.
    package static func memoryBytes(_ layout: GPTParameters) -> Int { 4 * floats(layout) }

    /// The matrices, each with its place in the copy.
    private var places: [(Floats, GPTParameters.Tensor)] {
        var next = copy.base
        return matrices.map { matrix in
            defer { next += matrix.paddedCount }
            return (next, matrix)
        }
    }

    private static func matrices(_ layout: GPTParameters) -> [GPTParameters.Tensor] {
        layout.tensors.filter { $0.group == .matrices }
    }

    private static func floats(_ layout: GPTParameters) -> Int {
        matrices(layout).reduce(0) { $0 + $1.paddedCount }
    }
}
