// The forecast of the target's runs from their start, while at least one of them is unfinished: interrupted, stopped
// early, or still in training. Each final loss is forecast from the curves of the smaller rungs at equal fractions of
// the schedule. The gap is forecast from the ratio of the two curves, in which most of the losses' uncertainty cancels.
// Where no rung can be used, each run's own curve is extrapolated.
//
// In the verdict the forecast stands for a measurement at the target with the forecast's uncertainty (`rung`). The
// model that weighs rungs weighs it against the ladder.

import Foundation
import ScalebenchCore
import ScalingLaws

/// The forecast in the form of the statistics.
struct EarlyCurves: Sendable {
    let fraction: Double
    let method: EarlyForecast.Method
    let begun: (a: RunCurve, b: RunCurve)
    private let templates: (a: CurveTemplate, b: CurveTemplate)
    private let scale: Double
    /// The forecasts of ln L at the end.
    private let levels: (a: CurveForecast, b: CurveForecast)
    /// The forecast of ln(L_B/L_A) at the end.
    private let ratio: NormalMixture

    /// It is nil unless both runs at the target have begun, one of them is unfinished, and both ends can be forecast.
    init?(
        begunA: RunCurve?, begunB: RunCurve?, rungs paired: [PairedCurves], targetScale: Double
    ) {
        guard let a = begunA, let b = begunB, a.finalLoss == nil || b.finalLoss == nil else { return nil }
        begun = (a, b)
        fraction = min(a.curve.end, b.curve.end)
        scale = targetScale
        templates = (CurveTemplate(paired.map(\.a)), CurveTemplate(paired.map(\.b)))
        guard let levelA = Self.level(a, templates.a, targetScale), let levelB = Self.level(b, templates.b, targetScale)
        else { return nil }
        levels = (levelA, levelB)
        let forecast = try? PairedTemplate(paired).forecast(
            a: StartedCurve(start: a.curve, end: 1), b: StartedCurve(start: b.curve, end: 1), scale: targetScale)
        if let forecast {
            method = .ladder
            ratio = forecast.logLoss
        } else {
            method = .ownCurve
            ratio = NormalMixture(
                mean: levelB.logLoss.mean - levelA.logLoss.mean,
                variance: levelA.logLoss.variance + levelB.logLoss.variance)
        }
    }

    private static func level(_ run: RunCurve, _ template: CurveTemplate, _ scale: Double) -> CurveForecast? {
        if let loss = run.finalLoss {
            return CurveForecast(
                logLoss: NormalMixture(mean: log(loss), variance: 0), fraction: 1, collapseResidual: nil)
        }
        let byLadder = (try? template.forecast(run.curve, end: 1, scale: scale)) ?? nil
        return byLadder ?? CurveExtrapolation(run.curve)?.forecast(end: 1)
    }

    /// The forecast of ln M at the end, where M is the geometric mean of both losses.
    private var centre: Double { (levels.a.logLoss.mean + levels.b.logLoss.mean) / 2 }

    /// The rung that stands for the target in the gap model: the forecast losses, with the uncertainty of the ratio of
    /// the curves and the seed noise of one run of each.
    func rung(seedSigmaA: Double, seedSigmaB: Double) -> GapRung {
        let losses = (a: exp(centre - ratio.mean / 2), b: exp(centre + ratio.mean / 2))
        // The two levels share the template's errors, so that their deviations do not average out.
        let shared = (levels.a.logLoss.variance.squareRoot() + levels.b.logLoss.variance.squareRoot()) / 2
        return GapRung(
            scale: scale, lossesA: [losses.a], lossesB: [losses.b],
            sigmaA: Self.sigma(losses.a, ratioVariance: ratio.variance, seeds: seedSigmaA),
            sigmaB: Self.sigma(losses.b, ratioVariance: ratio.variance, seeds: seedSigmaB), sharedDeviation: shared)
    }

    /// The standard deviation of one of the two forecast losses around its mean over seeds.
    static func sigma(_ loss: Double, ratioVariance: Double, seeds: Double) -> Double {
        (ratioVariance / 2 * loss * loss + seeds * seeds).squareRoot()
    }

    /// The forecast as a result records it.
    /// - Parameter names: the names of A and B.
    func forecast(_ names: (a: String, b: String)) -> EarlyForecast {
        let level = exp(centre)
        return EarlyForecast(
            fraction: fraction, method: method,
            a: run(names.a, begun: begun.a, level: levels.a, template: templates.a),
            b: run(names.b, begun: begun.b, level: levels.b, template: templates.b),
            gap: ratio.estimate { 2 * level * sinh($0 / 2) }, probabilityABetter: 1 - ratio.cumulative(0))
    }

    private func run(
        _ name: String, begun: RunCurve, level: CurveForecast, template: CurveTemplate
    ) -> EarlyForecast.Run {
        let seen = begun.curve.end
        let path = stride(from: 0.1, through: 1, by: 0.1).compactMap { fraction -> (Double, Estimate)? in
            guard begun.finalLoss == nil, fraction > seen * 1.05,
                let forecast = try? template.forecast(begun.curve, end: 1, scale: scale, at: fraction)
            else { return nil }
            return (fraction, forecast.finalLoss)
        }
        return EarlyForecast.Run(
            candidate: name, fraction: seen, stoppedEarly: begun.wasStoppedEarly, finalLoss: level.finalLoss,
            collapseResidual: level.collapseResidual, fractions: begun.curve.progress, losses: begun.curve.losses,
            forecastFractions: path.map(\.0), forecastLosses: TrendCurves.Band(path.map(\.1)))
    }
}
