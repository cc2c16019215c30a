// Dropout (Srivastava et al. 2014) of the embeddings' sum and of what attention and MLP add to the residual stream, as
// in GPT-2: a number is 0 with probability p and divided by 1 − p otherwise. Evaluations are without it.
//
// Whether a number is dropped follows from the seed, the step, the place in the model, the row in the batch and the
// channel. So masks do not depend on how the batch is cut up, and backward makes them again.

import CKernels
import ScalebenchCore

/// What decides the masks of one training step.
package struct DropoutDraw: Sendable {
    let seed: UInt64
    let step: UInt32

    /// - Parameter step: the number of steps before this one.
    package init(seed: UInt64, step: Int) {
        self.seed = seed
        self.step = UInt32(truncatingIfNeeded: step)
    }
}

/// Dropout of the rows of one chunk.
struct Dropout {
    /// A place in the model.
    enum Site {
        case embedding
        case attention(layer: Int)
        case mlp(layer: Int)

        var number: Int {
            switch self {
            case .embedding: 0
            case .attention(let layer): 2 * layer + 1
            case .mlp(let layer): 2 * layer + 2
            }
        }
    }

    private let draw: DropoutDraw
    private let firstRow: Int
    private let threshold: UInt32
    private let scale: Float

    /// The last word of the counters has this byte on top: no other stream of a seed does.
    private static let tag: UInt32 = 0xD0 << 24

    /// - Parameter firstRow: the place of the chunk's first row in the batch.
    init(_ rate: Double, _ draw: DropoutDraw, firstRow: Int) {
        self.draw = draw
        self.firstRow = firstRow
        threshold = UInt32(rate * 0x1p32)
        scale = Float(1 / (1 - rate))
    }

    /// out = factor · dropout(x) (+ addend, maybe out itself); out may be x.
    func apply(
        _ arithmetic: Arithmetic, out: Floats, addend: Floats? = nil, x: Floats, factor: Float = 1, at site: Site,
        rows: Int, width: Int
    ) {
        arithmetic.kernels.dropOut(
            out, addend, x, factor * scale, threshold, draw.seed, draw.step, Self.tag | UInt32(site.number), firstRow,
            rows, width)
    }
}
