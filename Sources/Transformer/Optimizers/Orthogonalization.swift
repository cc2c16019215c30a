// The Newton–Schulz iteration of Muon (Jordan et al. 2024): it moves all singular values of a matrix close to 1.
//   X ← X / ‖X‖;  five times X ← aX + (bA + cA²)X with A = XXᵀ
// The coefficients trade exactness for speed: singular values end between 0.7 and 1.2. For matrices with more rows than
// columns A = XᵀX is smaller and stands on the other side.

import CKernels

struct Orthogonalization {
    private static let a: Float = 3.4445, b: Float = -4.7750, c: Float = 2.0315
    private static let steps = 5
    /// Keeps a matrix of zeros at zero.
    private static let epsilon = 1e-7

    private let rows, columns, inner: Int
    private let arithmetic: Arithmetic
    private let other, gram, square: Floats

    init(rows: Int, columns: Int, _ arithmetic: Arithmetic, _ arena: inout Arena) {
        self.rows = rows
        self.columns = columns
        self.arithmetic = arithmetic
        inner = min(rows, columns)
        other = arena.take(rows * columns)
        gram = arena.take(inner * inner)
        square = arena.take(inner * inner)
    }

    static func scratchFloats(rows: Int, columns: Int) -> Int {
        AlignedFloats.padded(rows * columns) + 2 * AlignedFloats.padded(min(rows, columns) * min(rows, columns))
    }

    /// The result for x[rows, columns]; x itself is overwritten.
    func callAsFunction(_ x: Floats) -> Floats {
        let kernels = arithmetic.kernels, count = rows * columns
        let norm = kernels.sumOfSquares(x, count).squareRoot()
        kernels.addScaled(x, nil, x, Float(1 / (norm + Self.epsilon)), count)
        var x = x, next = other
        for _ in 0..<Self.steps {
            step(from: x, to: next)
            swap(&x, &next)
        }
        return x
    }

    private func step(from x: Floats, to out: Floats) {
        let kernels = arithmetic.kernels
        if rows <= columns {
            arithmetic.multiplyTransposed(
                gram, x, x, rows: inner, inner: columns, columns: inner, strides: (inner, columns, columns))
        } else {
            arithmetic.multiplyOuter(
                gram, x, x, adds: false, rows: inner, inner: rows, columns: inner, strides: (inner, columns, columns))
        }
        arithmetic.multiply(
            square, gram, gram, rows: inner, inner: inner, columns: inner, strides: (inner, inner, inner))
        kernels.addScaled(square, nil, square, Self.c, inner * inner)
        kernels.addScaled(square, square, gram, Self.b, inner * inner)
        if rows <= columns {
            arithmetic.multiply(
                out, square, x, rows: rows, inner: inner, columns: columns, strides: (columns, inner, columns))
        } else {
            arithmetic.multiply(
                out, x, square, rows: rows, inner: inner, columns: columns, strides: (columns, columns, inner))
        }
        kernels.addScaled(out, out, x, Self.a, rows * columns)
    }
}
