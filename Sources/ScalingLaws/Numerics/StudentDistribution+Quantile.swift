// Quantiles of Student's t, by bisection of its distribution function.

import Foundation

extension StudentDistribution {
    /// The value below which T lies with this probability, which is inside (0, 1).
    package func quantile(_ probability: Double) -> Double {
        guard probability >= 0.5 else { return -quantile(1 - probability) }
        var low = 0.0, high = 1.0
        while cumulative(high) < probability, high < 1e12 { high *= 2 }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if cumulative(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The median and intervals of centre + scale · T.
    package func estimate(centre: Double, scale: Double) -> Estimate {
        func around(_ probability: Double) -> Interval {
            let half = scale * quantile((1 + probability) / 2)
            return Interval(centre - half, centre + half)
        }
        return Estimate(point: centre, interval50: around(0.5), interval80: around(0.8), interval90: around(0.9))
    }
}
