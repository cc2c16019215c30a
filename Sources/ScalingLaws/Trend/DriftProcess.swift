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
        var path = [Double](repeating: 0, count: coordinates.count)
        let start = generator.normal()
        for side in [-1.0, 1] {
            var last = 0.0, velocity = side * start, value = 0.0
            let outward = coordinates.indices.filter { side * coordinates[$0] > 0 }.sorted {
                abs(coordinates[$0]) < abs(coordinates[$1])
            }
            for index in outward {
                step(abs(coordinates[index]) - last, &velocity, &value, &generator)
                last = abs(coordinates[index])
                path[index] = value
            }
        }
        return path
    }

    /// Moves velocity and integral on by `h` decades; both errors are normal, with the covariance of the exact solution.
    private static func step(
        _ h: Double, _ velocity: inout Double, _ value: inout Double, _ generator: inout SplitMix
    ) {
        let l = memory, kept = exp(-h / l), first = generator.normal(), second = generator.normal()
        let deviation = (max(1 - kept * kept, 0)).squareRoot()
        let variance = max(2 * l * h - l * l * (3 - 4 * kept + kept * kept), 0)
        let shared = deviation > 0 ? l * (1 - kept) * (1 - kept) / deviation : 0
        value += l * (1 - kept) * velocity + shared * first + max(variance - shared * shared, 0).squareRoot() * second
        velocity = kept * velocity + deviation * first
    }
}
