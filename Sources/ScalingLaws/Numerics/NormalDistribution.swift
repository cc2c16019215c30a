// The normal distribution and a fixed sequence of quasi-random numbers, with which the posteriors are integrated. Equal
// arguments give equal numbers on every run.
// Source of the quantile: P. J. Acklam's rational approximation (2003) with one Halley step, error < 1e-14.

import Foundation

/// The standard normal distribution.
package enum NormalDistribution {
    /// P(Z ≤ z); exact in both tails, 0 and 1 at the infinities.
    package static func cumulative(_ z: Double) -> Double {
        0.5 * erfc(-z / 2.0.squareRoot())
    }

    /// The z with P(Z ≤ z) = `probability`; finite for every probability in (0, 1), clamped to ±38 outside.
    package static func quantile(_ probability: Double) -> Double {
        if probability > 0.5 { return -quantile(1 - probability) }
        let start = approximateQuantile(probability)
        // Halley's step: the derivative underflows only where the approximation is already exact to the last digits.
        let step = (cumulative(start) - probability) * (2 * Double.pi).squareRoot() * exp(start * start / 2)
        let refined = start - step / (1 + start * step / 2)
        return refined.isFinite ? refined : start
    }

    /// The quantile to nine digits, which is enough for draws and five times faster.
    static func approximateQuantile(_ probability: Double) -> Double {
        guard probability > 0 else { return -38 }
        guard probability < 1 else { return 38 }
        if probability > 0.97575 { return -approximateQuantile(1 - probability) }
        if probability < 0.02425 {
            let q = (-2 * log(probability)).squareRoot()
            let top = ((((tail.0 * q + tail.1) * q + tail.2) * q + tail.3) * q + tail.4) * q + tail.5
            return top / ((((tail.6 * q + tail.7) * q + tail.8) * q + tail.9) * q + 1)
        }
        let q = probability - 0.5
        let r = q * q
        let top = ((((centre.0 * r + centre.1) * r + centre.2) * r + centre.3) * r + centre.4) * r + centre.5
        let bottom = ((((centre.6 * r + centre.7) * r + centre.8) * r + centre.9) * r + centre.10) * r + 1
        return q * top / bottom
    }

    /// The mean of a smooth function of a standard normal number, by the trapezoidal rule, whose error is far below 1e-9
    /// for functions that change over one unit or more.
    static func mean(_ function: (Double) -> Double) -> Double {
        nodes.reduce(0) { $0 + $1.weight * function($1.z) }
    }

    private static let nodes: [(z: Double, weight: Double)] = {
        let places = Array(stride(from: -6.0, through: 6, by: 0.5)), weights = places.map { exp(-$0 * $0 / 2) }
        let total = weights.reduce(0, +)
        return zip(places, weights).map { ($0, $1 / total) }
    }()

    // The coefficients are tuples, not arrays: these polynomials are the innermost loop of every draw.
    private static let centre = (
        -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
        -3.066479806614716e+01, 2.506628277459239e+00, -5.447609879822406e+01, 1.615858368580409e+02,
        -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01
    )
    private static let tail = (
        -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
        4.374664141464968e+00, 2.938163982698783e+00, 7.784695709041462e-03, 3.224671290700398e-01,
        2.445134137142996e+00, 3.754408661907416e+00
    )
}

/// A low-discrepancy sequence in the unit cube: point `i` of a rank-1 lattice made of irrational steps.
///
/// Source: M. Roberts, "The unreasonable effectiveness of quasirandom sequences" (2018), R_d sequence.
struct QuasiRandomSequence {
    private let steps: [Double]

    init(dimensions: Int) {
        // The generalised golden ratio: the root of g^(d+1) = g + 1.
        var g = 1.5
        for _ in 0..<64 { g = pow(1 + g, 1 / Double(dimensions + 1)) }
        steps = (1...dimensions).map { pow(1 / g, Double($0)) }
    }

    /// Coordinate `dimension` of point `index`, inside (0, 1).
    func value(_ index: Int, _ dimension: Int) -> Double {
        let raw = 0.5 + Double(index + 1) * steps[dimension]
        return min(max(raw - raw.rounded(.down), 1e-12), 1 - 1e-12)
    }
}

/// A small deterministic generator for sample paths (SplitMix64; Steele, Lea, Flood, OOPSLA 2014).
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    package mutating func uniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

    /// One standard normal number.
    package mutating func normal() -> Double { NormalDistribution.approximateQuantile(uniform()) }
}
