// Cholesky factorisation of the tiny matrices of a ladder (n ≤ 20 rungs), in place, row-major, lower triangle.
// LAPACK's dpotrf is not used: at n = 5 its call and checks cost more than the arithmetic (see LOG.md).

import Foundation

enum Cholesky {
    /// Overwrites the lower triangle of a symmetric positive definite matrix with its factor.
    ///
    /// A pivot that rounding made zero or negative becomes tiny instead. In exact arithmetic it is positive, since
    /// callers add noise to the diagonal.
    @inline(__always)
    static func factor(_ matrix: inout [Double], _ n: Int) {
        matrix.withUnsafeMutableBufferPointer { m in
            for j in 0..<n {
                var pivot = m[j * n + j]
                let smallest = pivot * 1e-15
                for k in 0..<j { pivot -= m[j * n + k] * m[j * n + k] }
                let root = max(pivot, smallest, Double.leastNormalMagnitude).squareRoot()
                m[j * n + j] = root
                for i in (j + 1)..<max(n, j + 1) {
                    var sum = m[i * n + j]
                    for k in 0..<j { sum -= m[i * n + k] * m[j * n + k] }
                    m[i * n + j] = sum / root
                }
            }
        }
    }

    /// Solves L z = b in place.
    @inline(__always)
    static func solveLower(_ factor: [Double], _ n: Int, _ vector: inout [Double]) {
        for i in 0..<n {
            var sum = vector[i]
            for k in 0..<i { sum -= factor[i * n + k] * vector[k] }
            vector[i] = sum / factor[i * n + i]
        }
    }

    /// Solves Lᵀ z = b in place.
    @inline(__always)
    static func solveUpper(_ factor: [Double], _ n: Int, _ vector: inout [Double]) {
        for i in stride(from: n - 1, through: 0, by: -1) {
            var sum = vector[i]
            for k in (i + 1)..<max(n, i + 1) { sum -= factor[k * n + i] * vector[k] }
            vector[i] = sum / factor[i * n + i]
        }
    }
}
