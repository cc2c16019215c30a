// How fast the library multiplies on this machine, to be compared with what the processor should reach.

import COpenBLAS

extension BLAS {
    /// FLOP/s of one thread in square products of `size` over about `seconds`: the best of the repeats, which other
    /// load on the machine hardly changes, and their mean, which it lowers like every other rate.
    package static func productRate(size: Int = 384, seconds: Double = 0.15) -> (best: Double, mean: Double) {
        useOneThread()
        let a = [Float](repeating: 0.5, count: size * size), b = a
        var c = a
        let count = Int32(size)
        let flops = 2 * Double(size * size * size)
        var best = 0.0, elapsed = 0.0, products = 0.0
        while elapsed < seconds {
            let start = ContinuousClock.now
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, count, count, count, 1, a, count, b, count, 0, &c, count)
            let duration = start.duration(to: .now)
            let once = Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
            elapsed += once
            products += 1
            best = max(best, flops / once)
        }
        return (best, products * flops / elapsed)
    }
}
