// The scatter of a share by chance: the central interval of a binomial count.

import Foundation

package enum BinomialBand {
    /// The interval that holds the share k/n of `count` independent trials in 99 of 100 series; at most 0.5 % lie below
    /// it and 0.5 % above.
    package static func interval99(of count: Int, probability: Double) -> Interval {
        let n = Double(count), p = min(max(probability, 1e-12), 1 - 1e-12)
        var below = 0.0, low: Int?, high = count
        for k in 0...count {
            let ways = lgamma(n + 1) - lgamma(Double(k) + 1) - lgamma(n - Double(k) + 1)
            below += exp(ways + Double(k) * log(p) + (n - Double(k)) * log1p(-p))
            if low == nil, below > 0.005 { low = k }
            if below >= 0.995 {
                high = k
                break
            }
        }
        return Interval(Double(low ?? 0) / n, Double(high) / n)
    }
}
