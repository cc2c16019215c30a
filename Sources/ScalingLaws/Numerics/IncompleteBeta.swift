// The regularised incomplete beta function by its continued fraction (DLMF 8.17.22), evaluated by Lentz's method. The
// distribution functions of Student's t and of F follow from it.

import Foundation

/// The regularised incomplete beta function Iₓ(a, b).
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0, x < 1 else { return x <= 0 ? 0 : 1 }
    // The fraction converges fast on this side; the other side is its mirror image.
    guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    var c = 1.0, d = 1 / nonzero(1 - (a + b) * x / (a + 1), tiny), result = d
    for m in 1...500 {
        let m = Double(m)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        var factor = 1.0
        for term in [even, odd] {
            d = 1 / nonzero(1 + term * d, tiny)
            c = nonzero(1 + term / c, tiny)
            factor = c * d
            result *= factor
        }
        if abs(factor - 1) < 1e-15 { break }
    }
    return front * result
}

private func nonzero(_ value: Double, _ tiny: Double) -> Double { abs(value) < tiny ? tiny : value }
