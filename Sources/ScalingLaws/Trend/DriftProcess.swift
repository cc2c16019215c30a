// A drift: a change with scale that goes on steadily for about a decade and then turns. It is the integral of an
// Ornstein–Uhlenbeck velocity v with unit variance and a memory of ℓ decades, cov(v(s), v(t)) = exp(−|s − t|/ℓ), from 0
// in both directions. For ℓ → ∞ it would be a straight line, for ℓ → 0 a random walk.
// Source: D. T. Gillespie, "Exact numerical simulation of the Ornstein–Uhlenbeck process and its integral", Physical
// Review E 54 (1996) 2084.

import Foundation

/// The drift of a gap over log10 scale; it is dimensionless until it is multiplied by its standard deviation per decade.
package enum DriftProcess {
    /// ℓ, in decades of scale.
    package static let memory = 0.5

    /// cov(D(s), D(t)).
    package static func covariance(_ s: Double, _ t: Double) -> Double {
        let a = abs(s), b = abs(t), l = memory
        if s * t <= 0 { return -l * l * (1 - exp(-a / l)) * (1 - exp(-b / l)) }
        return 2 * l * min(a, b) - l * l * (1 + exp(-abs(a - b) / l) - exp(-a / l) - exp(-b / l))
    }

    /// One draw of D at several coordinates.
    package static func draw(at coordinates: [Double], _ generator: inout SplitMix) -> [Double] {
        DriftPath(OutwardSteps(to: coordinates)).draw(&generator)
    }
}
