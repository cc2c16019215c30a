// Scores the forecast of a single loss: of one candidate's ladder the largest rung is hidden, 3 to 30 times beyond the
// others. The priors of the level are not fitted here. With each source left out the fitted ones forecast worse
// (ScalingLaws' LOG.md), so the shipped ones are scored as they are.

import Foundation
package import ScalingLaws

/// One candidate's visible rungs, and its loss at the hidden one.
package struct LevelCase: Sendable {
    package var source: String
    /// The ladder and the candidate, joined by a NUL character.
    package var candidate: String
    /// The scales of the visible rungs, ascending.
    package var scales: [Double]
    /// The mean loss at each visible rung.
    package var losses: [Double]
    /// The scale of the hidden rung.
    package var target: Double
    /// The mean loss at the hidden rung.
    package var truth: Double
}

/// The scores of the level backtest, as JSON writes them. Errors are shares of the true loss.
package struct LevelReport: Codable, Sendable {
    /// Forecasts of one source, or the mean over sources.
    package struct Score: Codable, Sendable {
        /// The number of forecasts.
        package var forecasts: Int
        /// The mean of |forecast/truth − 1| for the model's median.
        package var meanError: ScoredFigure
        /// The median of |forecast/truth − 1| for the model's median.
        package var medianError: Double
        /// The mean error of a power law with a floor.
        package var powerLawMeanError: Double
        /// The median error of a power law with a floor.
        package var powerLawMedianError: Double
        /// The mean error of the loss at the top visible rung, taken as the forecast.
        package var topRungMeanError: Double
        /// Twice the mean pinball loss of the quantiles .05 .1 .25 .5 .75 .9 .95, divided by the truth. It is about the
        /// continuous ranked probability score.
        package var rankedScore: Double
        /// The share of truths inside the 50 % interval.
        package var coverage50: Double
        /// The share of truths inside the 80 % interval.
        package var coverage80: Double
        /// The share of truths inside the 90 % interval.
        package var coverage90: Double
        /// The median width of the 90 % interval, divided by the truth.
        package var width90: Double
    }

    /// The mean over sources.
    package var macro: Score
    /// The scores of each source, by its name.
    package var sources: [String: Score]
}

/// The level backtest.
package enum LevelBacktest {
    private struct Answer: Sendable {
        var forecast: Estimate
        var powerLaw: Double
    }

    /// The whole report; nil where there are no cases.
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

    /// The forecast of one loss. The model takes pairs, so that the candidate is paired with itself.
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
