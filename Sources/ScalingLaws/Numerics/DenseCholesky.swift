// Cholesky factors of matrices with hundreds or thousands of rows, by LAPACK. Matrices of a few rungs use `Cholesky`.
// Matrices are stored column by column; only their lower triangle is read.

import COpenBLAS
import Foundation

/// The factor L of a symmetric positive definite matrix A = L Lᵀ with n rows.
struct DenseCholesky: Sendable {
    let n: Int
    private let factor: [Double]

    /// Work is divided among threads by this module's callers, so that every product runs on one.
    private static let oneThread: Void = openblas_set_num_threads(1)

    /// nil for a matrix that rounding has made indefinite.
    init?(_ matrix: [Double], n: Int) {
        Self.oneThread
        var factor = matrix
        var size = Int32(n), info: Int32 = 0
        dpotrf_("L", &size, &factor, &size, &info)
        guard info == 0 else { return nil }
        self.n = n
        self.factor = factor
    }

    /// ½ ln |A|.
    var halfLogDeterminant: Double { (0..<n).reduce(0) { $0 + log(factor[$1 * n + $1]) } }

    /// L⁻¹ B for a matrix B of `columns` columns, stored column by column.
    func whiten(_ b: [Double], columns: Int) -> [Double] {
        var result = b
        cblas_dtrsm(
            CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, Int32(n), Int32(columns), 1, factor,
            Int32(n), &result, Int32(n))
        return result
    }

    /// L z.
    func multiply(_ z: [Double]) -> [Double] {
        var result = z
        cblas_dtrmv(
            CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, Int32(n), factor, Int32(n), &result, 1)
        return result
    }

    /// The lower triangle of Bᵀ B for a matrix B, stored column by column.
    static func gram(_ b: [Double], rows: Int, columns: Int) -> [Double] {
        var result = [Double](repeating: 0, count: columns * columns)
        cblas_dsyrk(
            CblasColMajor, CblasLower, CblasTrans, Int32(columns), Int32(rows), 1, b, Int32(rows), 0, &result,
            Int32(columns))
        return result
    }

    /// The number of bytes that a factor of `n` rows takes.
    static func bytes(_ n: Int) -> Int { n * n * MemoryLayout<Double>.stride }
}
