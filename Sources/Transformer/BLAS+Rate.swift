// How fast the library multiplies here: a number for a person to hold against what the processor should reach.

import COpenBLAS

extension BLAS {
    /// FLOP/s of one thread in square products of `size`, the best of repeats over about `seconds`.
    package static func productRate(size: Int = 384, seconds: Double = 0.15) -> Double {
        useOneThread()
        let a = [Float](repeating: 0.5, count: size * size), b = a
        var c = a
        let count = Int32(size)
        var best = 0.0, elapsed = 0.0
        while elapsed < seconds {
            let start = ContinuousClock.now
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, count, count, count, 1, a, count, b, count, 0, &c, count)
            let duration = start.duration(to: .now)
            let once = Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
            elapsed += once
            best = max(best, 2 * Double(size * size * size) / once)
        }
        return best
    }
}
