// Scores the forecast of a single loss: one candidate's ladder, its largest rung hidden 3 to 30 times beyond the others.
// The priors of the level are not fitted here: with each source left out the fitted ones forecast worse (ScalingLaws'
// LOG.md), so the shipped ones are scored as they are.

import Foundation
package import ScalingLaws

/// One candidate's visible rungs, and what happened beyond them.
package struct LevelCase: Sendable {
    package var source: String
    /// Ladder and candidate.
    package var candidate: String
    /// Ascending.
    package var scales: [Double]
    package var losses: [Double]
    package var target: Double
    package var truth: Double
}

/// What the level backtest found; plain values, ready for JSON.
package struct LevelReport: Codable, Sendable {
    /// Forecasts of one source, or the mean over sources.
    package struct Score: Codable, Sendable {
        package var forecasts: Int
        /// |forecast/truth − 1| of the model's median, of a power law with a floor, and of the top rung as it stands.
        package var meanError: ScoredFigure
        package var medianError: Double
        package var powerLawMeanError: Double
        package var powerLawMedianError: Double
        package var topRungMeanError: Double
        /// Mean pinball loss of the quantiles .05 .1 .25 .5 .75 .9 .95, twice, over the truth: about the continuous ranked
        /// probability score.
        package var rankedScore: Double
        package var coverage50: Double
        package var coverage80: Double
        package var coverage90: Double
        /// Median width of the 90 % interval over the truth.
        package var width90: Double
    }

    package var macro: Score
    package var sources: [String: Score]
}

package enum LevelBacktest {
    private struct Answer: Sendable {
        var forecast: Estimate
        var powerLaw: Double
    }

    /// The whole report; nil without a case.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package static func report(_ cases: [LevelCase], model: GapModel = GapModel()) throws -> LevelReport? {
        guard !cases.isEmpty else { return nil }
        let answers = try inParallel(cases.count) { index in Result { try answer(cases[index], model) } }.map {
            try $0.get()
        }
        let bySource = Dictionary(grouping: cases.indices) { cases[$0].source }
        let sources = bySource.mapValues { indices in score(indices.map { (cases[$0], answers[$0]) }) }
        return LevelReport(macro: mean(sources.keys.sorted().compactMap { sources[$0] }), sources: sources)
    }

    /// A pair of equal candidates has the level of either.
    private static func answer(_ one: LevelCase, _ model: GapModel) throws -> Answer {
        let rungs = zip(one.scales, one.losses).map { GapRung(scale: $0, lossesA: [$1], lossesB: [$1]) }
        let forecast = try model.posterior(rungs).forecast(at: one.target, sigmaA: nil, sigmaB: nil).lossA
        let law = PowerLaw.fit(scales: one.scales, losses: one.losses)
        return Answer(forecast: forecast, powerLaw: law?.loss(at: one.target) ?? one.losses[one.losses.count - 1])
    }

    private static func score(_ all: [(one: LevelCase, answer: Answer)]) -> LevelReport.Score {
        func errors(_ value: (LevelCase, Answer) -> Double) -> [Double] {
            all.map { abs(value($0.one, $0.answer) / $0.one.truth - 1) }
        }
        func covered(_ interval: (Estimate) -> Interval) -> Double {
            Double(all.filter { interval($0.answer.forecast).contains($0.one.truth) }.count) / Double(all.count)
        }
        let own = errors { $1.forecast.point }, law = errors { $1.powerLaw }
        let families = zip(all, own).map { (family: $0.one.candidate, value: $1) }
        return LevelReport.Score(
            forecasts: all.count,
            meanError: ScoredFigure(value: own.mean, interval90: FamilyBootstrap.interval90OfMean(families)),
            medianError: Estimate(draws: own).point, powerLawMeanError: law.mean,
            powerLawMedianError: Estimate(draws: law).point,
            topRungMeanError: errors { one, _ in one.losses[one.losses.count - 1] }.mean,
            rankedScore: all.map { rankedScore($0.answer.forecast, $0.one.truth) / $0.one.truth }.mean,
            coverage50: covered(\.interval50), coverage80: covered(\.interval80), coverage90: covered(\.interval90),
            width90: Estimate(
                draws: all.map {
                    let interval = $0.answer.forecast.interval90
                    return (interval.upper - interval.lower) / $0.one.truth
                }
            ).point)
    }

    private static func rankedScore(_ forecast: Estimate, _ truth: Double) -> Double {
        let quantiles = [
            (0.05, forecast.interval90.lower), (0.1, forecast.interval80.lower), (0.25, forecast.interval50.lower),
            (0.5, forecast.point), (0.75, forecast.interval50.upper), (0.9, forecast.interval80.upper),
            (0.95, forecast.interval90.upper),
        ]
        return 2
            * quantiles.map { level, value in truth >= value ? level * (truth - value) : (1 - level) * (value - truth) }
            .mean
    }

    private static func mean(_ scores: [LevelReport.Score]) -> LevelReport.Score {
        func mean(_ value: (LevelReport.Score) -> Double) -> Double { scores.map(value).mean }
        return LevelReport.Score(
            forecasts: scores.reduce(0) { $0 + $1.forecasts },
            meanError: ScoredFigure(value: mean { $0.meanError.value ?? .nan }), medianError: mean(\.medianError),
            powerLawMeanError: mean(\.powerLawMeanError), powerLawMedianError: mean(\.powerLawMedianError),
            topRungMeanError: mean(\.topRungMeanError), rankedScore: mean(\.rankedScore),
            coverage50: mean(\.coverage50),
            coverage80: mean(\.coverage80), coverage90: mean(\.coverage90), width90: mean(\.width90))
    }
}
