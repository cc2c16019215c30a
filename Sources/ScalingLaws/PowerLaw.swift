// A power law with a floor, and two that share their exponent: what most people fit to a ladder. Baselines here; no
// intervals, since those of extrapolated laws are known to be far too narrow.
// Notation: x ln scale relative to the top rung, L(x) = E + exp(a − αx), α = exp(p) > 0, E = 0.98·min L·logistic(q).
// Least squares on ln L by Levenberg–Marquardt from three floors; the best end counts.
// Source: Marquardt, J. SIAM 11 (1963) 431.

import Foundation

/// One fitted law.
package struct PowerLaw: Sendable, Codable, Equatable {
    package var floor: Double
    /// Reducible loss at the top rung.
    package var amplitude: Double
    package var exponent: Double
    package var topScale: Double

    /// The loss that the law gives at `scale`.
    package func loss(at scale: Double) -> Double {
        floor + amplitude * pow(scale / topScale, -exponent)
    }

    /// Fits one law to at least two positive losses at ascending scales; nil where no start gives a finite fit.
    package static func fit(scales: [Double], losses: [Double]) -> PowerLaw? {
        fit(scales: scales, lossesByCandidate: [losses])?.first
    }

    /// Fits one law per candidate, the exponent shared by all; every candidate has a loss at every scale.
    package static func fit(scales: [Double], lossesByCandidate losses: [[Double]]) -> [PowerLaw]? {
        guard scales.count >= 2, let top = scales.last else { return nil }
        let x = scales.map { log($0 / top) }
        var best: (cost: Double, parameters: [Double])?
        for share in [0.02, 0.5, 0.8] {
            // 1. A line through ln(L − E) at a fixed floor gives amplitude and exponent to start from.
            let lines = losses.map { own in
                let smallest = own.min() ?? 1
                return line(x, own.map { log($0 - share * smallest) })
            }
            let slope = lines.reduce(0) { $0 + $1.slope } / Double(lines.count)
            let start = [log(max(-slope, 1e-3))] + lines.flatMap { [log(share / (1 - share)), $0.value] }
            // 2. Levenberg–Marquardt on all parameters.
            let end = descend(start, x, losses)
            if end.cost.isFinite, best.map({ end.cost < $0.cost }) ?? true { best = end }
        }
        guard let parameters = best?.parameters else { return nil }
        return losses.indices.map { c in
            PowerLaw(
                floor: 0.98 * (losses[c].min() ?? 0) / (1 + exp(-parameters[1 + 2 * c])),
                amplitude: exp(parameters[2 + 2 * c]), exponent: exp(parameters[0]), topScale: top)
        }
    }

    /// Least-squares line: value at x = 0 (the top rung) and slope.
    private static func line(_ x: [Double], _ y: [Double]) -> (value: Double, slope: Double) {
        let n = Double(x.count)
        let meanX = x.reduce(0, +) / n, meanY = y.reduce(0, +) / n
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let slope = spread > 0 ? zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread : 0
        return (meanY - slope * meanX, slope)
    }

    /// Levenberg–Marquardt; parameters are p, then q and a of each candidate.
    private static func descend(
        _ start: [Double], _ x: [Double], _ losses: [[Double]]
    ) -> (cost: Double, parameters: [Double]) {
        let n = start.count
        var parameters = start
        var (cost, gradient, curvature) = linearise(parameters, x, losses)
        var damping = 1e-3
        for _ in 0..<400 where cost.isFinite {
            var matrix = curvature
            for i in 0..<n { matrix[i * n + i] = curvature[i * n + i] * (1 + damping) + 1e-12 }
            var step = gradient.map { -$0 }
            Cholesky.factor(&matrix, n)
            Cholesky.solveLower(matrix, n, &step)
            Cholesky.solveUpper(matrix, n, &step)
            // Beyond ±40 a logistic or exponent is at its limit: larger steps only lose digits.
            let trial = zip(parameters, step).map { min(max($0 + $1, -40), 40) }
            let next = linearise(trial, x, losses)
            if next.cost < cost {
                let gain = cost - next.cost
                parameters = trial
                (cost, gradient, curvature) = next
                damping = max(damping / 5, 1e-12)
                if gain <= 1e-12 * cost { break }
            } else {
                damping *= 4
                if damping > 1e12 { break }
            }
        }
        return (cost, parameters)
    }

    /// Half the sum of squared residuals, its gradient, and the Gauss–Newton curvature.
    private static func linearise(
        _ parameters: [Double], _ x: [Double], _ losses: [[Double]]
    ) -> (cost: Double, gradient: [Double], curvature: [Double]) {
        let n = parameters.count
        let exponent = exp(parameters[0])
        var cost = 0.0
        var gradient = [Double](repeating: 0, count: n)
        var curvature = [Double](repeating: 0, count: n * n)
        for (c, own) in losses.enumerated() {
            let smallest = own.min() ?? 0
            let share = 1 / (1 + exp(-parameters[1 + 2 * c]))
            for (place, loss) in zip(x, own) {
                let reducible = exp(parameters[2 + 2 * c] - exponent * place)
                let fitted = reducible + 0.98 * smallest * share
                let residual = log(fitted / loss)
                let slopes = [
                    (0, -exponent * place * reducible / fitted),
                    (1 + 2 * c, 0.98 * smallest * share * (1 - share) / fitted), (2 + 2 * c, reducible / fitted),
                ]
                cost += 0.5 * residual * residual
                for (i, slope) in slopes {
                    gradient[i] += slope * residual
                    for (j, other) in slopes { curvature[i * n + j] += slope * other }
                }
            }
        }
        return (cost, gradient, curvature)
    }
}
