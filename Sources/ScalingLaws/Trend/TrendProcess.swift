// A Gaussian process over log10 scale: a constant, a slope, a random walk and a drift, observed with known seed noise and
// a misfit. It is not tied to losses: the gap, the level and the shapes of curves are such trends.
// Notation: x log10 scale relative to the top rung, o decades of tokens off the ladder's line (TokenLine), W and V
// Brownian motions that start at 0 and go both ways, D a drift (DriftProcess), y observations, K their covariance, L its
// Cholesky factor (lower, row-major), alpha = K⁻¹ y:
//   f(x, o) = constant·z₁ + slope·z₂ x + walk·W(x) + drift·D(x) + offset·V(o),  y = f + misfit + seed noise.
// Source: Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1.

import Foundation

/// The scales of one trend: standard deviations in the units of the observations, those of slope, walk, drift and offset
/// per decade.
struct TrendScales: Sendable, Equatable {
    var misfit: Double
    var constant: Double
    var slope: Double
    var walk: Double
    var drift = 0.0
    var offset: Double
}

/// A place where a trend is observed or asked for.
struct TrendPosition: Sendable, Equatable {
    /// log10 scale relative to the top rung.
    var x: Double
    /// The signed distance from the ladder's line, in decades of tokens; 0 on it.
    var offset: Double = 0

    /// Whether two places are one rung.
    func isSame(as other: TrendPosition) -> Bool {
        Self.isSame(x, other.x) && Self.isSame(offset, other.offset)
    }

    /// Whether two coordinates are one: closer than a hundred-millionth of a decade.
    static func isSame(_ s: Double, _ t: Double) -> Bool { abs(s - t) < 1e-8 }
}

/// Moments of f and of its steady slope per decade at one place.
struct TrendPrediction {
    var mean: Double
    var variance: Double
    var slopeMean: Double
    var slopeVariance: Double
    /// Covariance of f and the slope.
    var covariance: Double
}

/// The posterior of a trend under one choice of scales.
struct TrendFit: Sendable {
    let scales: TrendScales
    let positions: [TrendPosition]
    private let correlation: NoiseCorrelation?
    private let factor: [Double]
    private let alpha: [Double]
    /// log p(y | scales), without the constant −n/2·log 2π.
    let logEvidence: Double

    /// Conditions the prior on observations; `noise` is the known variance of each, independent where there is no
    /// `correlation`.
    init(
        _ scales: TrendScales, positions: [TrendPosition], observations: [Double], noise: [Double],
        correlation: NoiseCorrelation? = nil
    ) {
        let n = positions.count
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i { matrix[i * n + j] = Self.prior(scales, positions[i], positions[j]) }
            if let correlation {
                for j in 0..<i { matrix[i * n + j] += correlation[i, j] * (noise[i] * noise[j]).squareRoot() }
            }
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
        self.correlation = correlation
        factor = matrix
        alpha = whitened
        logEvidence = evidence
    }

    /// cov(f(s), f(t)) before anything is observed.
    static func prior(_ scales: TrendScales, _ s: TrendPosition, _ t: TrendPosition) -> Double {
        scales.constant * scales.constant + scales.slope * scales.slope * s.x * t.x
            + scales.walk * scales.walk * shared(s.x, t.x)
            + (scales.drift > 0 ? scales.drift * scales.drift * DriftProcess.covariance(s.x, t.x) : 0)
            + scales.offset * scales.offset * shared(s.offset, t.offset)
    }

    /// cov(W(s), W(t)): the part of the way from 0 that both have in common.
    private static func shared(_ s: Double, _ t: Double) -> Double { s * t > 0 ? min(abs(s), abs(t)) : 0 }

    /// The trend at `place`, without a rung's misfit.
    func predict(_ place: TrendPosition) -> TrendPrediction {
        let n = positions.count, steep = scales.slope * scales.slope
        var value = positions.map { Self.prior(scales, place, $0) }
        var slope = positions.map { steep * $0.x }
        var mean = 0.0, slopeMean = 0.0
        for i in 0..<n {
            mean += value[i] * alpha[i]
            slopeMean += slope[i] * alpha[i]
        }
        Cholesky.solveLower(factor, n, &value)
        Cholesky.solveLower(factor, n, &slope)
        var variance = Self.prior(scales, place, place), slopeVariance = steep, covariance = steep * place.x
        for i in 0..<n {
            variance -= value[i] * value[i]
            slopeVariance -= slope[i] * slope[i]
            covariance -= value[i] * slope[i]
        }
        return TrendPrediction(
            mean: mean, variance: max(variance, 0), slopeMean: slopeMean, slopeVariance: max(slopeVariance, 0),
            covariance: covariance)
    }

    /// Posterior covariance of the trend at two places.
    func covariance(_ s: TrendPosition, _ t: TrendPosition) -> Double {
        let n = positions.count
        var left = positions.map { Self.prior(scales, s, $0) }, right = positions.map { Self.prior(scales, t, $0) }
        Cholesky.solveLower(factor, n, &left)
        Cholesky.solveLower(factor, n, &right)
        return Self.prior(scales, s, t) - zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// One draw of the posterior trend at the places of `paths`: a path from the prior, corrected by the difference between the data
    /// and what the path would have shown (Matheron's rule; J. Wilson et al., ICML 2020, eq. 9).
    func path(
        _ paths: TrendPaths, observations: [Double], noise: [Double], _ generator: inout some NormalNumbers
    ) -> [Double] {
        let all = positions + paths.places
        let walk = Self.motion(paths.scale, &generator), off = Self.motion(paths.offset, &generator)
        let constant = scales.constant * generator.normal(), slope = scales.slope * generator.normal()
        var drawn = all.indices.map { constant + slope * all[$0].x + scales.walk * walk[$0] + scales.offset * off[$0] }
        if let drift = paths.drift?.draw(&generator) {
            for index in all.indices { drawn[index] += scales.drift * drift[index] }
        }
        let n = positions.count
        var errors = (0..<n).map { _ in generator.normal() }
        if let correlation, scales.misfit == 0 { errors = correlation.correlated(errors) }
        var residual = (0..<n).map { i in
            let deviation = (scales.misfit * scales.misfit + noise[i]).squareRoot()
            return observations[i] - drawn[i] - deviation * errors[i]
        }
        Cholesky.solveLower(factor, n, &residual)
        Cholesky.solveUpper(factor, n, &residual)
        return paths.places.indices.map { index in
            (0..<n).reduce(drawn[n + index]) { $0 + paths.covariances[index * n + $1] * residual[$1] }
        }
    }

    /// One draw of a Brownian motion that starts at 0 and goes both ways; nothing is drawn at 0.
    static func motion(at coordinates: [Double], _ generator: inout SplitMix) -> [Double] {
        motion(OutwardSteps(to: coordinates), &generator)
    }

    private static func motion(_ steps: OutwardSteps, _ generator: inout some NormalNumbers) -> [Double] {
        var path = [Double](repeating: 0, count: steps.count)
        for side in steps.sides {
            var value = 0.0
            for step in side {
                value += step.length.squareRoot() * generator.normal()
                path[step.index] = value
            }
        }
        return path
    }
}
