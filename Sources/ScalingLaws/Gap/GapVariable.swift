// The variable in which a gap walks: z = asinh(d/tie).

import Foundation

/// How gaps d and values of z belong to each other.
struct GapVariable: Sendable {
    /// Gaps well below it walk by addition, gaps well above it by factors.
    let tie: Double

    /// The gap d that belongs to z.
    func gap(_ z: Double) -> Double { tie * sinh(min(max(z, -230), 230)) }

    /// Variance in z of an observation `d` with a variance `noise`. Near zero the number of standard deviations between d
    /// and zero stays as it is, because the sign is what matters; far from zero the size does.
    func variance(of d: Double, noise: Double) -> Double {
        guard noise > 0 else { return 0 }
        let slope = 1 / hypot(d, tie), nearZero = exp(-d * d / (32 * noise))
        let steepness = slope + nearZero * (chord(d) - slope)
        return min(noise * steepness * steepness, 1e12)
    }

    /// The variance of d to which a variance of z near `z` belongs: the inverse of `variance(of:noise:)`. The change of
    /// variable alone would stretch noise near zero.
    func seedVariance(near z: Double, variance: Double) -> Double {
        let d = gap(z), chord = chord(d)
        let noise = variance / chord / chord
        let seen = self.variance(of: d, noise: noise)
        return seen > 0 ? noise * variance / seen : 0
    }

    /// z/d: the mean change of z per unit of d between zero and d.
    func chord(_ d: Double) -> Double {
        abs(d) < 1e-6 * tie ? 1 / tie : asinh(d / tie) / d
    }

    /// Variance in z of a new observation near z with a variance `seeds` from seeds.
    func observationVariance(near z: Double, seeds: Double) -> Double {
        variance(of: gap(z), noise: seeds)
    }
}
