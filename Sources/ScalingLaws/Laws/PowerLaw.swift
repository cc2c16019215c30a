// A power law with a floor, and several that share their exponent, as most people fit them to a ladder. They are
// baselines here, without intervals, since those of extrapolated laws are known to be far too narrow.
// Notation: x ln scale relative to the top rung, L(x) = E + exp(a − αx), α = exp(p) > 0, E = 0.98·min L·logistic(q).
// The fit is least squares on ln L by Levenberg–Marquardt from three floors; the best end counts.

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
        var best: LevenbergMarquardt.End?
        for share in [0.02, 0.5, 0.8] {
            // 1. A line through ln(L − E) at a fixed floor gives amplitude and exponent to start from.
            let lines = losses.map { own in
                let smallest = own.min() ?? 1
                return LeastSquaresLine(x, own.map { log($0 - share * smallest) })
            }
            let slope = lines.reduce(0) { $0 + $1.slope } / Double(lines.count)
            let start = [log(max(-slope, 1e-3))] + lines.flatMap { [log(share / (1 - share)), $0.intercept] }
            // 2. Levenberg–Marquardt on all parameters.
            let end = LevenbergMarquardt.descend(start) { linearise($0, x, losses) }
            if end.cost.isFinite, best.map({ end.cost < $0.cost }) ?? true { best = end }
        }
        guard let parameters = best?.parameters else { return nil }
        return losses.indices.map { c in
            PowerLaw(
                floor: 0.98 * (losses[c].min() ?? 0) / (1 + exp(-parameters[1 + 2 * c])),
                amplitude: exp(parameters[2 + 2 * c]), exponent: exp(parameters[0]), topScale: top)
        }
    }

    /// Half the sum of squared residuals, its gradient, and the Gauss–Newton curvature.
    private static func linearise(
        _ parameters: [Double], _ x: [Double], _ losses: [[Double]]
    ) -> Linearisation {
        let n = parameters.count
        let exponent = exp(parameters[0])
        var sum = Linearisation(parameters: n)
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
                sum.cost += 0.5 * residual * residual
                for (i, slope) in slopes {
                    sum.gradient[i] += slope * residual
                    for (j, other) in slopes { sum.curvature[i * n + j] += slope * other }
                }
            }
        }
        return sum
    }
}
