// The end of a run forecast from its start, by finished runs of smaller rungs at equal fractions of the same schedule.
// Notation: f fraction of the run seen, T its end, N the rung's scale,
//   y_N = ln L_N(T) − ln L_N(fT)      what is still to come at a finished rung,
//   u = mean |y_N|, z_N = y_N/u       the same in units free of the metric: about −1 everywhere.
// z + 1 is a trend process over log10 N (TrendProcess.swift): constant, slope, a small random walk, misfit, and the
// known noise of single runs; misfit and slope are integrated by evidence. At the target's scale it says how far the
// run will still fall: ln L(T) = ln L(fT) + u z. Curves of equal schedules collapse when divided by their last loss;
// how well this run follows them so far is reported as `collapseResidual`. PairedTemplate forecasts ratios of two
// losses in the same way.
// Source of the collapse: Qiu et al., "Scaling collapse reveals universal dynamics", 2025, arXiv 2507.02119.

import Foundation

/// The finished runs of one recipe at a smaller rung.
package struct CurveRung: Sendable {
    package var scale: Double
    /// One curve per seed, each over a whole schedule; at least one.
    package var curves: [TrainingCurve]
    /// The final loss of every curve's run, where it was measured on other data than the curve.
    package var finalLosses: [Double]?

    package init(scale: Double, curves: [TrainingCurve], finalLosses: [Double]? = nil) {
        precondition(!curves.isEmpty && (finalLosses.map { $0.count == curves.count } ?? true))
        self.scale = scale
        self.curves = curves
        self.finalLosses = finalLosses
    }

    package init(scale: Double, curve: TrainingCurve) { self.init(scale: scale, curves: [curve]) }

    /// The change of ln L of every run after `fraction`: up to its final loss, or up to the fraction `end`.
    package func changes(after fraction: Double, to end: Double) -> [Double] {
        curves.indices.map { index in
            let curve = curves[index]
            let last = end < 1 ? nil : finalLosses.map { log($0[index]) }
            return (last ?? curve.logLoss(at: end * curve.end)) - curve.logLoss(at: fraction * curve.end)
        }
    }

    /// Mean roughness of the curves at a fraction of the schedule.
    func roughness(near fraction: Double) -> Double {
        curves.reduce(0) { $0 + $1.roughness(near: fraction * $1.end) } / Double(curves.count)
    }
}

/// The forecast end of one run.
package struct CurveForecast: Sendable {
    /// The distribution of ln L at the end.
    package var logLoss: NormalMixture
    /// The fraction of the run that was seen.
    package var fraction: Double
    /// Root mean square of the run's own deviation from the template over the second half of what was seen, its mean
    /// removed, as a share of the loss; nil without a template or with fewer than three points there.
    package var collapseResidual: Double?

    package init(logLoss: NormalMixture, fraction: Double, collapseResidual: Double?) {
        self.logLoss = logLoss
        self.fraction = fraction
        self.collapseResidual = collapseResidual
    }

    package var finalLoss: Estimate { logLoss.exponentialEstimate }
}

extension TrendPriors {
    /// The prior of z over log10 N. On public curves half this median misfit has the best log score, but its intervals
    /// hold the truth too seldom (LOG.md).
    package static let curveShapes = TrendPriors(
        misfit: ScalePrior(median: 0.006, spread: 1), misfitGrid: LogarithmicGrid(0.002, 0.5, count: 8),
        constant: 1, slope: ScalePrior(median: 0.4, spread: 1), slopeGrid: LogarithmicGrid(0.01, 2, count: 8),
        walk: 0.1, offset: 0)
}

/// Finished runs of one recipe, ready to forecast a larger one.
package struct CurveTemplate: Sendable {
    private let rungs: [CurveRung]
    private let priors: TrendPriors
    /// The prior mean of z.
    private let expected: Double

    /// The order of `rungs` does not matter.
    package init(_ rungs: [CurveRung], priors: TrendPriors = .curveShapes) {
        self.init(rungs, priors: priors, expected: -1)
    }

    init(_ rungs: [CurveRung], priors: TrendPriors, expected: Double) {
        self.rungs = rungs.filter { $0.scale > 0 && $0.scale.isFinite }.sorted { $0.scale < $1.scale }
        self.expected = expected
        self.priors = priors
    }

    /// The rungs that were evaluated as early as `fraction`.
    private func usable(_ fraction: Double) -> [CurveRung] {
        rungs.filter { rung in
            rung.curves.allSatisfy { $0.progress[0] <= fraction * $0.end * (1 + 1e-9) }
        }
    }

    /// The unit u: the mean decline of the rungs after `fraction`; nil where no rung was evaluated so early.
    func decline(after fraction: Double, to goal: Double) -> Double? {
        let declines = usable(fraction).map { $0.changes(after: fraction, to: goal).mean }
        return declines.isEmpty ? nil : declines.map { abs($0) }.mean
    }

    /// The start of a finished run, up to the evaluation nearest to a fraction of its schedule. Forecasts are compared
    /// with the top rung's first run, which would fit itself too well, so another run is taken where there is one.
    func typicalStart(upTo goal: Double) -> TrainingCurve? {
        guard let top = rungs.last else { return nil }
        let other = top.curves.count > 1 ? top.curves[1] : rungs.dropLast().last?.curves[0] ?? top.curves[0]
        let nearest = other.progress.min { abs($0 - goal * other.end) < abs($1 - goal * other.end) }
        return nearest.flatMap { other.upTo($0) }
    }

    /// The forecast end of a run at `scale` that is planned to `end` and of which `start` has been seen.
    ///
    /// It is nil when no rung was evaluated as early as the last point seen, or two rungs share a scale.
    /// - Parameter goal: the fraction of the schedule, after what was seen, to forecast the loss at; default: the end.
    /// - Throws: `TrainingCurveError` when `start` goes beyond `end`.
    package func forecast(
        _ start: TrainingCurve, end: Double, scale: Double, at goal: Double = 1
    ) throws -> CurveForecast? {
        try forecast(start, end: end, scale: scale, at: goal, unit: nil)
    }

    /// - Parameter unit: the unit u; nil means the rungs' own decline.
    func forecast(
        _ start: TrainingCurve, end: Double, scale: Double, at goal: Double, unit: Double?
    ) throws -> CurveForecast? {
        guard start.end <= end * (1 + 1e-9) else {
            throw TrainingCurveError.beyondItsEnd(progress: start.end, end: end)
        }
        let fraction = start.end / end
        let usable = usable(fraction)
        guard let top = usable.last, let unit = unit ?? decline(after: fraction, to: goal) else { return nil }
        let u = max(unit, 1e-9)
        // 1. The change that was still to come at every rung, and its variance from run to run.
        let changes = usable.map { $0.changes(after: fraction, to: goal) }
        let betweenSeeds = Self.pooledVariance(changes)
        let noise = usable.map { rung in
            max(rung.roughness(near: fraction) + rung.roughness(near: goal), betweenSeeds)
                / Double(rung.curves.count) / (u * u)
        }
        // 2. The trend of these changes over log scale.
        let topLog = log10(top.scale)
        let positions = usable.map { TrendPosition(x: log10($0.scale) - topLog) }
        guard zip(positions, positions.dropFirst()).allSatisfy({ !$0.isSame(as: $1) }) else { return nil }
        let fits = Weighted.normalised(
            priors.posterior(changes.map { $0.mean / u - expected }, positions, noise: noise))
        // 3. The forecast starts where the run stands, with its last evaluations smoothed against the largest rung.
        let standing = Standing(start, end: end, against: top.curves[0])
        let single = max(standing.variance + top.roughness(near: goal), betweenSeeds)
        let place = TrendPosition(x: log10(scale) - topLog)
        let components = fits.map { weighted in
            let p = weighted.value.predict(place), misfit = weighted.value.scales.misfit
            return NormalMixture.Component(
                weight: weighted.weight, mean: standing.logLoss + u * (p.mean + expected),
                deviation: (u * u * (p.variance + misfit * misfit) + single).squareRoot())
        }
        return CurveForecast(
            logLoss: NormalMixture(components), fraction: fraction,
            collapseResidual: standing.collapseResidual)
    }

    /// The variance of one run around its rung's mean, over all rungs with several runs; 0 where there is none. It
    /// falls with scale, so it is rather too large for the run that is forecast.
    private static func pooledVariance(_ groups: [[Double]]) -> Double {
        var squares = 0.0, degrees = 0.0
        for group in groups where group.count > 1 {
            let mean = group.mean
            squares += group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            degrees += Double(group.count - 1)
        }
        return degrees > 0 ? squares / degrees : 0
    }
}

/// The state of a run at its last evaluation, relative to a finished curve at equal fractions.
private struct Standing {
    /// ln L at the last evaluation, smoothed, and its variance.
    var logLoss: Double
    var variance: Double
    var collapseResidual: Double?

    private static let longestWindow = 16

    init(_ start: TrainingCurve, end: Double, against reference: TrainingCurve) {
        // 1. The difference of the two curves is nearly flat, so that its last points can be averaged.
        let earliest = max(start.end / 2, reference.progress[0] / reference.end * end * (1 - 1e-9))
        let recent = start.progress.indices.filter { start.progress[$0] >= earliest }
        let deviations = recent.map {
            start.logLosses[$0] - reference.logLoss(at: start.progress[$0] / end * reference.end)
        }
        let last = deviations[deviations.count - 1]
        logLoss = start.logLosses[start.count - 1]
        variance = start.roughness(near: start.end)
        if deviations.count >= 3 {
            let mean = deviations.mean
            let square = deviations.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(deviations.count)
            collapseResidual = square.squareRoot()
        }
        let window = Array(deviations.suffix(Self.longestWindow))
        guard window.count >= 5 else { return }
        // 2. The number of points makes noise (which falls with it) and drift (which grows with it) smallest together.
        let noise = Self.secondDifferences(window), drift = Self.slope(window)
        func error(_ count: Int) -> Double {
            noise / Double(count) + drift * drift * Double((count - 1) * (count - 1)) / 4
        }
        let best = (1...window.count).min { error($0) < error($1) } ?? 1
        logLoss += window.suffix(best).reduce(0, +) / Double(best) - last
        variance /= Double(best)
    }

    /// Variance of one point, from its distance to its neighbours' mean.
    private static func secondDifferences(_ values: [Double]) -> Double {
        let sum = (1..<(values.count - 1)).reduce(0.0) { sum, k in
            let residual = values[k] - (values[k - 1] + values[k + 1]) / 2
            return sum + residual * residual
        }
        return sum / Double(values.count - 2) / 1.5
    }

    /// Least-squares change per point.
    private static func slope(_ values: [Double]) -> Double {
        let centre = Double(values.count - 1) / 2
        let spread = values.indices.reduce(0) { $0 + pow(Double($1) - centre, 2) }
        return values.indices.reduce(0) { $0 + (Double($1) - centre) * values[$1] } / spread
    }
}
