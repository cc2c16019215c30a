// The ratio of two runs' final losses at the target, forecast from the start of both: by their ratio so far, and the
// same ratio along the finished smaller rungs. What both have in common (the schedule, the order of the data, the
// validation sequences) cancels, so that gaps are forecast better than by two forecasts of single runs.
// Notation: r(f) = ln(L_B/L_A) at the fraction f of either schedule. The change that is still to come in r is a trend
// over log scale as in CurveTemplate.swift, but with mean 0 and in units of the decline that is still to come in the
// losses; its slope is held small, since a line through two rungs overshoots (LOG.md).

import Foundation

/// The finished runs of both recipes at a smaller rung.
package struct PairedCurves: Sendable {
    package var scale: Double
    /// Runs in the same order of seeds: the first of A is compared with the first of B.
    package var a: CurveRung
    package var b: CurveRung

    package init(scale: Double, a: CurveRung, b: CurveRung) {
        self.scale = scale
        self.a = a
        self.b = b
    }
}

/// The start of a run with the end it is planned to.
package struct StartedCurve: Sendable {
    package var start: TrainingCurve
    package var end: Double

    package init(start: TrainingCurve, end: Double) {
        self.start = start
        self.end = end
    }

    package var fraction: Double { start.end / end }
}

extension TrendPriors {
    /// The prior of the change that is still to come in the ratio of two losses, in units of the losses' decline, over
    /// log10 N. It was chosen on public pairs of curves (LOG.md).
    package static let pairedShapes = TrendPriors(
        misfit: ScalePrior(median: 0.02, spread: 0.7), misfitGrid: LogarithmicGrid(0.002, 0.2, count: 8),
        constant: 1, slope: ScalePrior(median: 0.1, spread: 1), slopeGrid: LogarithmicGrid(0.005, 1, count: 8),
        walk: 0.3, offset: 0)
}

/// Finished runs of two recipes, ready to forecast the gap of a larger pair.
package struct PairedTemplate: Sendable {
    private let ratios: CurveTemplate
    private let levels: [CurveTemplate]

    /// Rungs without a common part of the schedule are left out.
    package init(_ rungs: [PairedCurves], priors: TrendPriors = .pairedShapes) {
        ratios = CurveTemplate(rungs.compactMap(Self.ratios), priors: priors, expected: 0)
        levels = [CurveTemplate(rungs.map(\.a)), CurveTemplate(rungs.map(\.b))]
    }

    /// The forecast of ln(L_B/L_A) at the end of both runs, from the part of the schedule that both have been seen on;
    /// nil where the rungs were not evaluated so early.
    /// - Parameter goal: the fraction of the schedule at which the ratio is forecast; by default the end.
    /// - Throws: `TrainingCurveError` for a run that goes beyond its planned end.
    package func forecast(
        a: StartedCurve, b: StartedCurve, scale: Double, at goal: Double = 1
    ) throws -> CurveForecast? {
        guard let ratio = Self.ratio(a, b) else { return nil }
        return try forecast(ratio, scale: scale, at: goal)
    }

    /// The variance that this forecast will have once both runs were seen up to the fraction `goal`. It is known
    /// before they begin: they are taken to start like those of a rung. It is nil where no rung was evaluated so early.
    package func expectedVariance(after goal: Double, scale: Double) -> Double? {
        let start = ratios.typicalStart(upTo: goal)
        return start.flatMap { try? forecast($0, scale: scale, at: 1) }?.logLoss.variance
    }

    private func forecast(_ ratio: TrainingCurve, scale: Double, at goal: Double) throws -> CurveForecast? {
        let declines = levels.compactMap { $0.decline(after: ratio.end, to: goal) }
        guard declines.count == 2 else { return nil }
        return try ratios.forecast(
            ratio, end: 1, scale: scale, at: goal, unit: (declines[0] + declines[1]) / 2)
    }

    private static func ratios(_ rung: PairedCurves) -> CurveRung? {
        let count = min(rung.a.curves.count, rung.b.curves.count)
        let curves = (0..<count).compactMap { index in
            ratio(
                StartedCurve(start: rung.a.curves[index], end: rung.a.curves[index].end),
                StartedCurve(start: rung.b.curves[index], end: rung.b.curves[index].end))
        }
        guard count > 0, curves.count == count else { return nil }
        var results: [Double]?
        if let finalA = rung.a.finalLosses, let finalB = rung.b.finalLosses {
            results = (0..<count).map { finalB[$0] / finalA[$0] }
        }
        return CurveRung(scale: rung.scale, curves: curves, finalLosses: results)
    }

    /// L_B/L_A over the fraction of the schedule, where both have been evaluated; nil where the curves do not overlap.
    private static func ratio(_ a: StartedCurve, _ b: StartedCurve) -> TrainingCurve? {
        let first = b.start.progress[0] / b.end * (1 - 1e-9), last = b.fraction * (1 + 1e-9)
        let common = a.start.progress.indices.filter { (first...last).contains(a.start.progress[$0] / a.end) }
        return try? TrainingCurve(
            progress: common.map { a.start.progress[$0] / a.end },
            losses: common.map { index in
                exp(b.start.logLoss(at: a.start.progress[index] / a.end * b.end) - a.start.logLosses[index])
            })
    }
}
