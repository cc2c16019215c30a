// The arithmetic a model runs on: one path of element-wise kernels, and three matrix products.
// All matrices are row-major; a stride is the distance between rows in floats.

import CKernels
import COpenBLAS

/// One instruction-set path of the element-wise kernels.
package enum KernelPath: String, CaseIterable, Sendable {
    case v4 = "x86-64-v4"
    case v3 = "x86-64-v3"
    case baseline

    /// The fastest path this processor can run.
    package static var best: KernelPath { KernelPath(rawValue: String(cString: kernelsBest().pointee.name))! }

    /// Whether this processor can run it.
    package var isAvailable: Bool { kernelsNamed(rawValue) != nil }
}

struct Arithmetic {
    let kernels: Kernels

    init(_ path: KernelPath) {
        guard let kernels = kernelsNamed(path.rawValue) else {
            preconditionFailure("this processor cannot run the \(path.rawValue) kernels")
        }
        self.kernels = kernels.pointee
    }

    /// out[rows, columns] = scale · a[rows, inner] · b[inner, columns] + keep · out.
    func multiply(
        _ out: Floats, _ a: Floats, _ b: Floats, rows: Int, inner: Int, columns: Int, strides: (Int, Int, Int),
        keep: Float = 0
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(strides.1), b, Int32(strides.2), keep, out, Int32(strides.0))
    }

    /// out[rows, columns] = a[rows, inner] · transpose of b[columns, inner] + keep · out.
    func multiplyTransposed(
        _ out: Floats, _ a: Floats, _ b: Floats, rows: Int, inner: Int, columns: Int, strides: (Int, Int, Int),
        keep: Float = 0
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(strides.1), b, Int32(strides.2), keep, out, Int32(strides.0))
    }

    /// out[rows, columns] = transpose of a[inner, rows] · b[inner, columns] + keep · out: a weight's gradient.
    func multiplyOuter(
        _ out: Floats, _ a: Floats, _ b: Floats, rows: Int, inner: Int, columns: Int, strides: (Int, Int, Int),
        keep: Float = 1
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(strides.1), b, Int32(strides.2), keep, out, Int32(strides.0))
    }
}
