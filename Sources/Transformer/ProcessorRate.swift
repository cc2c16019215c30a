// How fast this processor multiplies: what its instructions allow, and what matrix products reach.

import CKernels
package import ScalebenchCore

extension KernelPath {
    /// The peak of one thread in FLOP/s: multiply-adds of registers alone, the best of several short runs. Nil where the
    /// path has no instruction for this precision.
    package func peakRate(_ precision: RunSpec.Precision) -> Double? {
        let kernels = kernelsNamed(rawValue)!.pointee
        let flops = kernels.multiplyAdds(precision == .bf16 ? 1 : 0, 1)
        guard flops > 0 else { return nil }
        let rounds = max(1, Int(2e8 / flops))
        return (0..<5).map { _ in
            let start = ContinuousClock.now
            return kernels.multiplyAdds(precision == .bf16 ? 1 : 0, rounds) / start.duration(to: .now).inSeconds
        }.max()
    }

    /// FLOP/s of one thread in square products of `size` over about `seconds`: the best of the repeats, which other
    /// load on the machine hardly changes, and their mean, which it lowers like every other rate.
    package func productRate(
        _ precision: RunSpec.Precision = .fp32, size: Int = 384, seconds: Double = 0.15
    ) -> (best: Double, mean: Double) {
        BLAS.useOneThread()
        let arithmetic = Arithmetic(self, precision), count = size * size
        let a = AlignedFloats(count: count), b = AlignedFloats(count: count), c = AlignedFloats(count: count)
        a.buffer.update(repeating: 0.5)
        b.buffer.update(repeating: 0.5)
        let flops = 2 * Double(count * size)
        var best = 0.0, elapsed = 0.0, products = 0.0
        while elapsed < seconds {
            let start = ContinuousClock.now
            arithmetic.multiply(
                c.base, a.base, b.base, rows: size, inner: size, columns: size, strides: (size, size, size))
            let once = start.duration(to: .now).inSeconds
            elapsed += once
            products += 1
            best = max(best, flops / once)
        }
        return (best, products * flops / elapsed)
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + 1e-18 * Double(components.attoseconds) }
}
