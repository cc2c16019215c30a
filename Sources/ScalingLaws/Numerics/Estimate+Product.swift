// The product of two uncertain positive numbers (Zou and Donner 2008, "Construction of confidence limits about effect
// measures"): on the log scale the distances of the limits from the point add up in squares, each side by itself.

import Foundation

extension Estimate {
    /// The product with an independent estimate; both are positive throughout.
    package func multiplied(byIndependent other: Estimate) -> Estimate {
        let centre = log(point) + log(other.point)
        func limit(_ own: Double, _ others: Double, _ sign: Double) -> Double {
            let a = log(own) - log(point), b = log(others) - log(other.point)
            return exp(centre + sign * (a * a + b * b).squareRoot())
        }
        func interval(_ own: Interval, _ others: Interval) -> Interval {
            Interval(limit(own.lower, others.lower, -1), limit(own.upper, others.upper, 1))
        }
        return Estimate(
            point: exp(centre), interval50: interval(interval50, other.interval50),
            interval80: interval(interval80, other.interval80), interval90: interval(interval90, other.interval90))
    }
}
