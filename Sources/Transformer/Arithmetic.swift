// The arithmetic a model runs on: one path of kernels, and the three matrix products of a linear layer, in fp32 or with
// operands rounded to bf16. Our own products are faster than OpenBLAS's at every shape of the models here, and do not
// change with its version; OpenBLAS serves fp32 on processors that have no tuned path.
// All matrices are row-major; a stride is the distance between rows in floats.

import CKernels
import COpenBLAS
import ScalebenchCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One instruction-set path of the kernels.
package enum KernelPath: String, CaseIterable, Sendable {
    case v4BF16 = "x86-64-v4-bf16"
    case v4 = "x86-64-v4"
    case v3 = "x86-64-v3"
    case baseline

    /// The environment variable that forces a path for a whole process: for tests, and to repeat on a newer processor
    /// what an older one computed.
    package static let variable = "SCALEBENCH_KERNELS"

    /// The path that the environment asks for, otherwise the fastest this processor can run.
    package static let best: KernelPath = {
        if let name = getenv(variable), let forced = KernelPath(rawValue: String(cString: name)), forced.isAvailable {
            return forced
        }
        return KernelPath(rawValue: String(cString: kernelsBest().pointee.name))!
    }()

    /// Throws if the environment asks for a path that does not exist or that this processor cannot run.
    package static func check() throws {
        guard let name = getenv(variable).map({ String(cString: $0) }) else { return }
        guard let path = KernelPath(rawValue: name), path.isAvailable else {
            throw ScalebenchError(
                .invalidInput, "this processor cannot run kernels \"\(name)\"", at: "environment: \(variable)",
                hint: "use one of: \(allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", "))")
        }
    }

    /// Whether this processor can run it.
    package var isAvailable: Bool { kernelsNamed(rawValue) != nil }
}

struct Arithmetic {
    let kernels: Kernels
    /// Measures where the time goes; nil except in a benchmark.
    let clock: PartClock?
    /// Scratch memory of the products in bf16; nil in fp32.
    private let scratch: AlignedFloats?
    /// The baseline kernels are not tuned for any processor; the library's products are.
    private let prefersLibrary: Bool

    init(_ path: KernelPath, _ precision: RunSpec.Precision = .fp32, clock: PartClock? = nil) {
        guard let kernels = kernelsNamed(path.rawValue) else {
            preconditionFailure("this processor cannot run the \(path.rawValue) kernels")
        }
        self.kernels = kernels.pointee
        self.clock = clock
        scratch = precision == .bf16 ? AlignedFloats(count: Self.scratchFloats(precision)) : nil
        prefersLibrary = path == .baseline
    }

    /// Floats of scratch memory that the products in this precision need.
    static func scratchFloats(_ precision: RunSpec.Precision) -> Int { precision == .bf16 ? BF16_SCRATCH : 0 }

    /// Charges the time since the last call to `part`.
    @inline(__always) func lap(_ part: StepPart) { clock?.lap(part) }

    /// Distances between rows of the three matrices, in floats.
    typealias Strides = (out: Int, a: Int, b: Int)

    /// out[rows, columns] = a[rows, inner] · b[inner, columns] (+ bias) (+ addend); the addend has out's stride.
    /// Causal products (firstQuery given) may skip what a query cannot see, as CKernels.h says for each.
    func multiply(
        _ out: Floats, _ a: Floats, _ b: Floats, bias: Floats? = nil, addend: Floats? = nil, rows: Int, inner: Int,
        columns: Int, strides: Strides, firstQuery: Int = NOT_CAUSAL
    ) {
        if let scratch {
            kernels.multiplyBF16(
                out, a, b, bias, addend, rows, inner, columns, strides.out, strides.a, strides.b, strides.out,
                firstQuery, scratch.base)
            return
        }
        guard prefersLibrary else {
            kernels.multiply(
                out, a, b, bias, addend, rows, inner, columns, strides.out, strides.a, strides.b, strides.out,
                firstQuery)
            return
        }
        let prefills = bias != nil || addend != nil
        if prefills {
            precondition(strides.out == columns)
            kernels.prefill(out, bias, addend, rows, columns)
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(strides.a), b, Int32(strides.b), prefills ? 1 : 0, out, Int32(strides.out))
    }

    /// out[rows, columns] = a[rows, inner] · transpose of b[columns, inner].
    func multiplyTransposed(
        _ out: Floats, _ a: Floats, _ b: Floats, rows: Int, inner: Int, columns: Int, strides: Strides,
        firstQuery: Int = NOT_CAUSAL
    ) {
        if let scratch {
            kernels.multiplyTransposedBF16(
                out, a, b, rows, inner, columns, strides.out, strides.a, strides.b, firstQuery, scratch.base)
            return
        }
        guard prefersLibrary else {
            kernels.multiplyTransposed(
                out, a, b, rows, inner, columns, strides.out, strides.a, strides.b, firstQuery)
            return
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(strides.a), b, Int32(strides.b), 0, out, Int32(strides.out))
    }

    /// out[rows, columns] (+)= transpose of a[inner, rows] · b[inner, columns]: a weight's gradient.
    func multiplyOuter(
        _ out: Floats, _ a: Floats, _ b: Floats, adds: Bool = true, rows: Int, inner: Int, columns: Int,
        strides: Strides, firstQuery: Int = NOT_CAUSAL
    ) {
        if let scratch {
            kernels.multiplyOuterBF16(
                out, a, b, adds ? 1 : 0, rows, inner, columns, strides.out, strides.a, strides.b, firstQuery,
                scratch.base)
            return
        }
        guard prefersLibrary else {
            kernels.multiplyOuter(
                out, a, b, adds ? 1 : 0, rows, inner, columns, strides.out, strides.a, strides.b, firstQuery)
            return
        }
        cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), 1, a,
            Int32(strides.a), b, Int32(strides.b), adds ? 1 : 0, out, Int32(strides.out))
    }
}
