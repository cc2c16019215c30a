// Forms of one training curve: a power law, one whose start is shifted, and one that breaks once.
// Notation: u ln progress relative to the last point, sp(z) = ln(1 + e^z),
//   L(u) = E + exp(a − c u − b w (sp((u − d)/w) − sp(−d/w))),  E = 0.98·min L·logistic(q).
// The slope is c before the break at d and c + b after it, over a width w. A power law has b = 0; a shifted one,
// (progress + s)^−b, has c = 0 and w = 1.
// The forms are fitted to ln L by Levenberg–Marquardt from several starts, with weak priors for what a short start
// cannot tell. Errors of a form are correlated along the curve, so that more than a dozen points count as a dozen.
// Source of the broken form: Caballero et al., "Broken neural scaling laws", ICLR 2023, eq. 1 with one break.

import Foundation

/// The forms, with the parameters of the six that are free in each and the priors of all six.
enum CurveForm: CaseIterable {
    case powerLaw, shifted, broken

    /// Mean and standard deviation of q, a, c, b, d, ln w; a deviation of zero holds a parameter at its mean.
    fileprivate var priors: [(mean: Double, deviation: Double)] {
        switch self {
        case .powerLaw: [(0, 3), (0, 1e3), (0.3, 0.3), (0, 0), (0, 0), (0, 0)]
        case .shifted: [(0, 3), (0, 1e3), (0, 0), (0.4, 0.4), (-3, 3), (0, 0)]
        case .broken: [(0, 3), (0, 1e3), (0.1, 0.3), (0.4, 0.5), (-2.5, 2), (log(0.7), 0.7)]
        }
    }

    /// Places of the break to start a fit from, as fractions of the curve's ln progress.
    fileprivate var breaks: [Double] { self == .powerLaw ? [0.5] : [0.75, 0.5, 0.25] }
}

/// One fitted form.
struct FittedCurve: Sendable {
    private let parameters: [Double]
    private let smallest: Double
    private let last: Double

    /// Standard deviation of ln L of a curve around the form that describes it.
    private static let misfit = 0.02
    private static let effectivePoints = 12.0
    private static let mostPoints = 160

    /// The best fit to at least three points at ascending ln progress; nil where no start gives a finite one.
    init?(_ form: CurveForm, logProgress: [Double], logLosses: [Double]) {
        let stride = (logProgress.count + Self.mostPoints - 1) / Self.mostPoints
        // Points are counted from the end, so that the last one is always kept.
        let kept = logProgress.indices.filter { (logProgress.count - 1 - $0) % stride == 0 }
        guard kept.count >= 3, let lastPlace = logProgress.last, let lowest = logLosses.min() else { return nil }
        let u = kept.map { logProgress[$0] - lastPlace }, y = kept.map { logLosses[$0] }
        let priors = form.priors
        let free = priors.indices.filter { priors[$0].deviation > 0 }
        let weight = min(1, Self.effectivePoints / Double(u.count)) / (Self.misfit * Self.misfit)
        var best: LevenbergMarquardt.End?
        for start in Self.starts(form, u, y, smallest: exp(lowest)) {
            let end = LevenbergMarquardt.descend(free.map { start[$0] }, maximumSteps: 150, tolerance: 1e-9) { trial in
                var whole = start
                for (k, index) in free.enumerated() { whole[index] = trial[k] }
                return Self.linearise(
                    whole, free: free, priors: priors, at: u, logLosses: y, smallest: exp(lowest), weight: weight)
            }
            if end.cost.isFinite, best.map({ end.cost < $0.cost }) ?? true { best = end }
        }
        guard let best else { return nil }
        var whole = priors.map(\.mean)
        for (k, index) in free.enumerated() { whole[index] = best.parameters[k] }
        parameters = whole
        smallest = exp(lowest)
        last = lastPlace
    }

    /// ln L at `logProgress`.
    func logLoss(at logProgress: Double) -> Double {
        Self.value(parameters, logProgress - last, smallest: smallest).logLoss
    }

    // MARK: - The form

    private static func softplus(_ z: Double) -> Double { max(z, 0) + log1p(exp(-abs(z))) }
    private static func logistic(_ z: Double) -> Double { 1 / (1 + exp(-z)) }

    /// ln L, and its derivatives by all six parameters.
    private static func value(
        _ p: [Double], _ u: Double, smallest: Double
    ) -> (logLoss: Double, slopes: (Double, Double, Double, Double, Double, Double)) {
        let share = logistic(p[0]), floor = 0.98 * smallest * share
        let width = exp(min(max(p[5], -3), 3))
        let z = (u - p[4]) / width, origin = -p[4] / width
        let bend = width * (softplus(z) - softplus(origin))
        let reducible = exp(min(max(p[1] - p[2] * u - p[3] * bend, -200), 200))
        let loss = floor + reducible
        let part = reducible / loss
        let atPlace = logistic(z), atOrigin = logistic(origin)
        let byWidth = -p[3] * width * (softplus(z) - z * atPlace - softplus(origin) + origin * atOrigin)
        return (
            log(loss),
            (
                floor * (1 - share) / loss, part, -u * part, -bend * part, p[3] * (atPlace - atOrigin) * part,
                byWidth * part
            )
        )
    }

    private static func linearise(
        _ p: [Double], free: [Int], priors: [(mean: Double, deviation: Double)], at u: [Double],
        logLosses y: [Double], smallest: Double, weight: Double
    ) -> Linearisation {
        let n = free.count
        var sum = Linearisation(parameters: n)
        var slopes = [Double](repeating: 0, count: n)
        for (place, observed) in zip(u, y) {
            let (fitted, all) = value(p, place, smallest: smallest)
            let six = [all.0, all.1, all.2, all.3, all.4, all.5]
            for k in 0..<n { slopes[k] = six[free[k]] }
            let residual = fitted - observed
            sum.cost += 0.5 * weight * residual * residual
            for i in 0..<n {
                sum.gradient[i] += weight * slopes[i] * residual
                for j in 0..<n { sum.curvature[i * n + j] += weight * slopes[i] * slopes[j] }
            }
        }
        for (k, index) in free.enumerated() {
            let precision = 1 / (priors[index].deviation * priors[index].deviation)
            let distance = p[index] - priors[index].mean
            sum.cost += 0.5 * precision * distance * distance
            sum.gradient[k] += precision * distance
            sum.curvature[k * n + k] += precision
        }
        return sum
    }

    /// Starts from lines through ln(L − E) at three floors, with the break at several places.
    private static func starts(_ form: CurveForm, _ u: [Double], _ y: [Double], smallest: Double) -> [[Double]] {
        [-4.0, 0, 1.5].flatMap { q in
            let floor = 0.98 * smallest * logistic(q)
            let reducible = y.map { log(exp($0) - floor) }
            let late = u.indices.filter { u[$0] >= u[0] / 2 }
            let whole = LeastSquaresLine(u, reducible)
            let end = late.count > 2 ? LeastSquaresLine(late.map { u[$0] }, late.map { reducible[$0] }) : whole
            let slope = max(-whole.slope, 0.02), lateSlope = max(-end.slope, 0.02)
            return form.breaks.map { place in
                var start = form.priors.map(\.mean)
                start[0] = q
                start[1] = end.intercept
                switch form {
                case .powerLaw: start[2] = slope
                case .shifted:
                    start[3] = lateSlope
                    start[4] = place * u[0]
                case .broken:
                    start[2] = 0.3 * slope
                    start[3] = lateSlope
                    start[4] = place * u[0]
                }
                return start
            }
        }
    }
}
