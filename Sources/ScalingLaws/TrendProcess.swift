// A Gaussian process over log10 scale: constant + slope + integrated Brownian curvature, observed with known seed
// noise and unknown misfit. It knows nothing of losses: GapModel uses one for the gap and one for the level.
// Notation: x log10 scale relative to the top rung, u = x − lowest rung ≥ 0, y observations, K their covariance,
// L its Cholesky factor (lower, row-major), alpha = K⁻¹ y. With W Brownian motion, I its integral:
//   f(x) = constant·z₁ + slope·(z₂ x + curvature·I(u)),  y = f + misfit + seed noise.
// Source: Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1 and eq. 5.8; Wahba (1978).

import Foundation

/// The scales of one trend: standard deviations in the units of the observations, per decade where a slope.
struct TrendScales: Sendable, Equatable {
    var misfit: Double
    var slope: Double
    var constant: Double
    /// Standard deviation of the change of slope over one decade, as a multiple of `slope`.
    var curvature: Double

    func times(_ factor: Double) -> TrendScales {
        TrendScales(
            misfit: misfit * factor, slope: slope * factor, constant: constant * factor, curvature: curvature)
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

/// The prior covariance of a trend whose curvature starts at `origin`.
struct TrendKernel {
    let scales: TrendScales
    let origin: Double

    /// cov(f(s), f(t)).
    func covariance(_ s: Double, _ t: Double) -> Double {
        let u = max(0, min(s, t) - origin), v = max(0, max(s, t) - origin)
        let bend = u * u * (3 * v - u) / 6
        return scales.constant * scales.constant
            + scales.slope * scales.slope * (s * t + scales.curvature * scales.curvature * bend)
    }

    /// cov(f′(s), f(t)).
    func slopeCovariance(_ s: Double, _ t: Double) -> Double {
        let u = max(0, s - origin), v = max(0, t - origin)
        let bend = v <= u ? v * v / 2 : u * v - u * u / 2
        return scales.slope * scales.slope * (t + scales.curvature * scales.curvature * bend)
    }

    /// var(f′(s)).
    func slopeVariance(_ s: Double) -> Double {
        scales.slope * scales.slope * (1 + scales.curvature * scales.curvature * max(0, s - origin))
    }
}

/// The posterior of a trend under one choice of scales.
struct TrendFit: Sendable {
    let scales: TrendScales
    let positions: [Double]
    let origin: Double
    let factor: [Double]
    let alpha: [Double]
    /// log p(y | scales), without the constant −n/2·log 2π.
    let logEvidence: Double

    var kernel: TrendKernel { TrendKernel(scales: scales, origin: origin) }

    /// Conditions the prior on observations; `noise` is the known variance of each.
    init(_ scales: TrendScales, positions: [Double], observations: [Double], noise: [Double]) {
        let n = positions.count
        let origin = positions.min() ?? 0
        let kernel = TrendKernel(scales: scales, origin: origin)
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i { matrix[i * n + j] = kernel.covariance(positions[i], positions[j]) }
            // The relative jitter keeps a ladder that spans dozens of decades factorable.
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

    /// The trend at `x`. With `misfit`, a new rung's own deviation is included (the known one at an observed rung).
    func predict(_ x: Double, misfit: Bool) -> TrendPrediction {
        let n = positions.count
        let kernel = kernel
        let extra = misfit ? scales.misfit * scales.misfit : 0
        var value = [Double](repeating: 0, count: n)
        var slope = value
        for i in 0..<n {
            value[i] = kernel.covariance(x, positions[i]) + (Self.same(x, positions[i]) ? extra : 0)
            slope[i] = kernel.slopeCovariance(x, positions[i])
        }
        var mean = 0.0, slopeMean = 0.0
        for i in 0..<n {
            mean += value[i] * alpha[i]
            slopeMean += slope[i] * alpha[i]
        }
        Cholesky.solveLower(factor, n, &value)
        Cholesky.solveLower(factor, n, &slope)
        var variance = kernel.covariance(x, x) + extra
        var slopeVariance = kernel.slopeVariance(x)
        var covariance = kernel.slopeCovariance(x, x)
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
    func covariance(_ s: Double, misfit sMisfit: Bool, _ t: Double, misfit tMisfit: Bool) -> Double {
        let n = positions.count
        let kernel = kernel
        let extra = scales.misfit * scales.misfit
        var left = [Double](repeating: 0, count: n)
        var right = left
        for i in 0..<n {
            left[i] = kernel.covariance(s, positions[i]) + (sMisfit && Self.same(s, positions[i]) ? extra : 0)
            right[i] = kernel.covariance(t, positions[i]) + (tMisfit && Self.same(t, positions[i]) ? extra : 0)
        }
        Cholesky.solveLower(factor, n, &left)
        Cholesky.solveLower(factor, n, &right)
        var result = kernel.covariance(s, t) + (sMisfit && tMisfit && Self.same(s, t) ? extra : 0)
        for i in 0..<n { result -= left[i] * right[i] }
        return result
    }

    /// Whether two places are one rung: closer than a hundred-millionth of a decade.
    static func same(_ s: Double, _ t: Double) -> Bool { abs(s - t) < 1e-8 }
}
