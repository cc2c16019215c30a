// What the start of the target's runs says of their end, while at least one of them is unfinished: interrupted, stopped
// early, or still in training. Levels by the curves of the smaller rungs at equal share of the schedule; the gap by the
// ratio of the two curves, in which most of what is uncertain about a level cancels. Without a rung that can be used, by
// each run's own curve.
// In the verdict the forecast stands for a measurement at the target, as uncertain as it is: the ladder's word and the
// curves' word are weighed by the same model that weighs rungs (`rung`).

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
    /// Of ln L at the end.
    private let levels: (a: CurveForecast, b: CurveForecast)
    /// Of ln(L_B/L_A) at the end.
    private let ratio: NormalMixture

    /// Nil unless both runs at the target have begun and one of them is unfinished.
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

    /// ln M at the end, M the geometric mean of both losses.
    private var centre: Double { (levels.a.logLoss.mean + levels.b.logLoss.mean) / 2 }

    /// What stands for the target in the gap model: the forecast losses, their gap as uncertain as the ratio of the
    /// curves leaves it and as one seed of each is noisy.
    func rung(seedSigmaA: Double, seedSigmaB: Double) -> GapRung {
        let losses = (a: exp(centre - ratio.mean / 2), b: exp(centre + ratio.mean / 2))
        // Errors of the two levels are shared where they are the template's, and then add up.
        let shared = (levels.a.logLoss.variance.squareRoot() + levels.b.logLoss.variance.squareRoot()) / 2
        return GapRung(
            scale: scale, lossesA: [losses.a], lossesB: [losses.b],
            sigmaA: Self.sigma(losses.a, ratioVariance: ratio.variance, seeds: seedSigmaA),
            sigmaB: Self.sigma(losses.b, ratioVariance: ratio.variance, seeds: seedSigmaB), sharedDeviation: shared)
    }

    /// Of one of the two forecast losses around its mean over seeds.
    static func sigma(_ loss: Double, ratioVariance: Double, seeds: Double) -> Double {
        (ratioVariance / 2 * loss * loss + seeds * seeds).squareRoot()
    }

    /// - Parameter names: of A and B.
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
