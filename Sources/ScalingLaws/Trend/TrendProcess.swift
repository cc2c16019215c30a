// A Gaussian process over log10 scale: constant + slope + integrated Brownian curvature, observed with known seed noise
// and unknown misfit. It is not tied to losses: GapModel uses one for the gap and one for the level.
// Notation: x log10 scale relative to the top rung, u = x − lowest rung ≥ 0, y observations, K their covariance,
// L its Cholesky factor (lower, row-major), alpha = K⁻¹ y. With W Brownian motion over u, I its integral, inside the
// ladder (x ≤ 0)
//   f(x) = constant·z₁ + slope·(z₂ x + curvature·I(u)),  y = f + misfit + seed noise.
// Beyond the top rung the slope that is known there fades, s(x) = (1 − 10^(−damping·x))/(damping·ln 10), while new
// curvature N (the same process, started at the top rung) keeps adding:
//   f(x) = constant·z₁ + slope·(z₂ s + curvature·(I(u₀) + s W(u₀) + N(x))),  u₀ the top rung's u.
// A place off the ladder's line by an offset o adds, with a motion J of its own on either side of the line,
//   slope·offsetSlope·(z₃ o + offsetCurvature·J(|o|)).
// Source: Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1; Wahba (1978) for the
// integrated Brownian motion; Gardner & McKenzie, Management Science 31 (1985) 1237 for damped trends.

import Foundation

/// The scales of one trend: standard deviations in the units of the observations; that of the slope is per decade.
struct TrendScales: Sendable, Equatable {
    var misfit: Double
    var slope: Double
    var constant: Double
    /// Standard deviation of the change of slope over one decade, as a multiple of `slope`.
    var curvature: Double
    /// How fast the slope fades beyond the top rung: by a factor of 10^damping per decade.
    var damping: Double
    /// Standard deviation of the slope off the ladder's line, as a multiple of `slope`, and of its change over one
    /// decade, as a multiple of itself.
    var offset = OffsetScales(slope: 0, curvature: 0)

    func times(_ factor: Double) -> TrendScales {
        TrendScales(
            misfit: misfit * factor, slope: slope * factor, constant: constant * factor, curvature: curvature,
            damping: damping, offset: offset)
    }
}

/// A place where a trend is observed or asked for.
struct TrendPosition: Sendable, Equatable {
    /// log10 scale relative to the top rung.
    var x: Double
    /// The signed distance from the ladder's line, in decades of tokens; 0 on it.
    var offset: Double = 0

    /// Whether two places are one rung: closer than a hundred-millionth of a decade.
    func isSame(as other: TrendPosition) -> Bool {
        TrendFit.same(x, other.x) && TrendFit.same(offset, other.offset)
    }
}

/// Moments of f (with or without misfit) and of its derivative per decade at one place.
struct TrendPrediction {
    var mean: Double
    var variance: Double
    var slopeMean: Double
    var slopeVariance: Double
    var covariance: Double
}

/// The prior covariance of a trend whose curvature starts at `origin` and whose top rung is at 0.
struct TrendKernel {
    let scales: TrendScales
    let origin: Double

    /// The terms of f at a place.
    struct Parts {
        /// `linear` is x inside the ladder and s(x) beyond it; `rate` is its derivative.
        var linear: Double
        var rate: Double
        /// u inside the ladder, u₀ beyond it.
        var past: Double
        /// s(x) beyond the ladder, else 0; it multiplies W(u₀).
        var lever: Double
        /// x beyond the ladder, else 0; the new curvature N is taken there.
        var beyond: Double
        var offset: Double
    }

    func parts(_ place: TrendPosition) -> Parts {
        let x = place.x
        guard x > 0 else {
            return Parts(
                linear: x, rate: 1, past: max(0, x - origin), lever: 0, beyond: 0, offset: place.offset)
        }
        let decay = scales.damping * log(10)
        let reach = decay > 0 ? -expm1(-decay * x) / decay : x
        return Parts(
            linear: reach, rate: exp(-decay * x), past: -origin, lever: reach, beyond: x, offset: place.offset)
    }

    /// cov(f(s), f(t)).
    func covariance(_ s: Parts, _ t: Parts) -> Double {
        let past = Self.integrals(s.past, t.past) + s.lever * t.past * t.past / 2 + t.lever * s.past * s.past / 2
        let bend = past + s.lever * t.lever * -origin + Self.integrals(s.beyond, t.beyond)
        let along =
            scales.constant * scales.constant
            + scales.slope * scales.slope * (s.linear * t.linear + scales.curvature * scales.curvature * bend)
        return s.offset * t.offset == 0 ? along : along + offsetCovariance(s.offset, t.offset)
    }

    /// The part of the covariance that comes from being off the line.
    private func offsetCovariance(_ s: Double, _ t: Double) -> Double {
        let steep = scales.slope * scales.offset.slope
        let bend = s * t > 0 ? Self.integrals(abs(s), abs(t)) : 0
        return steep * steep * (s * t + scales.offset.curvature * scales.offset.curvature * bend)
    }

    /// cov(f′(s), f(t)).
    func slopeCovariance(_ s: Parts, _ t: Parts) -> Double {
        let bend =
            s.rate * (Self.motionAndIntegral(s.past, t.past) + t.lever * s.past)
            + Self.motionAndIntegral(s.beyond, t.beyond)
        return scales.slope * scales.slope * (s.rate * t.linear + scales.curvature * scales.curvature * bend)
    }

    /// var(f′(s)).
    func slopeVariance(_ s: Parts) -> Double {
        scales.slope * scales.slope
            * (s.rate * s.rate + scales.curvature * scales.curvature * (s.rate * s.rate * s.past + s.beyond))
    }

    /// cov(I(u), I(v)).
    private static func integrals(_ u: Double, _ v: Double) -> Double {
        let low = min(u, v)
        return low * low * (3 * max(u, v) - low) / 6
    }

    /// cov(W(u), I(v)).
    private static func motionAndIntegral(_ u: Double, _ v: Double) -> Double {
        v <= u ? v * v / 2 : u * v - u * u / 2
    }
}

/// The posterior of a trend under one choice of scales.
struct TrendFit: Sendable {
    let scales: TrendScales
    let positions: [TrendPosition]
    let origin: Double
    let factor: [Double]
    let alpha: [Double]
    /// log p(y | scales), without the constant −n/2·log 2π.
    let logEvidence: Double

    var kernel: TrendKernel { TrendKernel(scales: scales, origin: origin) }

    /// Conditions the prior on observations; `noise` is the known variance of each.
    init(_ scales: TrendScales, positions: [TrendPosition], observations: [Double], noise: [Double]) {
        let n = positions.count
        let origin = positions.map(\.x).min() ?? 0
        let kernel = TrendKernel(scales: scales, origin: origin)
        let parts = positions.map { kernel.parts($0) }
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i { matrix[i * n + j] = kernel.covariance(parts[i], parts[j]) }
            // The relative jitter keeps the matrix of a ladder that spans dozens of decades positive definite.
            matrix[i * n + i] += scales.misfit * scales.misfit + noise[i] + 1e-12 * matrix[i * n + i]
        }
        Cholesky.factor(&matrix, n)
        var whitened = observations
        Cholesky.solveLower(matrix, n, &whitened)
        var evidence = 0.0
        for i in 0..<n { evidence -= 0.5 * whitened[i] * whitened[i] + log(matrix[i * n + i]) }
        Cholesky.solveUpper(matrix, n, &whitened)
        self.scales = scales
        self.positions = positions
        self.origin = origin
        factor = matrix
        alpha = whitened
        logEvidence = evidence
    }

    /// The trend at `place`. With `misfit` it includes a new rung's own deviation, or an observed rung's known one.
    func predict(_ place: TrendPosition, misfit: Bool) -> TrendPrediction {
        let n = positions.count
        let kernel = kernel
        let here = kernel.parts(place)
        let extra = misfit ? scales.misfit * scales.misfit : 0
        var value = [Double](repeating: 0, count: n)
        var slope = value
        for i in 0..<n {
            let rung = kernel.parts(positions[i])
            value[i] = kernel.covariance(here, rung) + (place.isSame(as: positions[i]) ? extra : 0)
            slope[i] = kernel.slopeCovariance(here, rung)
        }
        var mean = 0.0, slopeMean = 0.0
        for i in 0..<n {
            mean += value[i] * alpha[i]
            slopeMean += slope[i] * alpha[i]
        }
        Cholesky.solveLower(factor, n, &value)
        Cholesky.solveLower(factor, n, &slope)
        var variance = kernel.covariance(here, here) + extra
        var slopeVariance = kernel.slopeVariance(here)
        var covariance = kernel.slopeCovariance(here, here)
        for i in 0..<n {
            variance -= value[i] * value[i]
            slopeVariance -= slope[i] * slope[i]
            covariance -= value[i] * slope[i]
        }
        return TrendPrediction(
            mean: mean, variance: max(variance, 0), slopeMean: slopeMean, slopeVariance: max(slopeVariance, 0),
            covariance: covariance)
    }

    /// Posterior covariance of the trend at two places, each with its rung's misfit if asked for.
    func covariance(_ s: TrendPosition, misfit sMisfit: Bool, _ t: TrendPosition, misfit tMisfit: Bool) -> Double {
        let n = positions.count
        let kernel = kernel
        let first = kernel.parts(s), second = kernel.parts(t)
        let extra = scales.misfit * scales.misfit
        var left = [Double](repeating: 0, count: n)
        var right = left
        for i in 0..<n {
            let rung = kernel.parts(positions[i])
            left[i] = kernel.covariance(first, rung) + (sMisfit && s.isSame(as: positions[i]) ? extra : 0)
            right[i] = kernel.covariance(second, rung) + (tMisfit && t.isSame(as: positions[i]) ? extra : 0)
        }
        Cholesky.solveLower(factor, n, &left)
        Cholesky.solveLower(factor, n, &right)
        var result = kernel.covariance(first, second) + (sMisfit && tMisfit && s.isSame(as: t) ? extra : 0)
        for i in 0..<n { result -= left[i] * right[i] }
        return result
    }

    /// Whether two positions are one: closer than a hundred-millionth of a decade.
    static func same(_ s: Double, _ t: Double) -> Bool { abs(s - t) < 1e-8 }
}
