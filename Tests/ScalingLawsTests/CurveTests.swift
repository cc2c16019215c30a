// Forecasts of a run's end: NumPy's and SciPy's values, collapsing curves, bad input.

import Foundation
import ScalingLaws
import Testing

@Suite struct CurveTests {
    @Test func theTemplateIsThatOfNumPy() throws {
        let golden = try Golden.curves()
        let rungs = try golden.rungs.map { CurveRung(scale: try #require($0.scale), curve: try $0.curve()) }
        let forecast = try #require(
            try CurveTemplate(rungs.reversed()).forecast(
                try golden.start.curve(), end: golden.end, scale: golden.scale))
        for (probability, reference) in zip([0.05, 0.5, 0.95], golden.template.quantiles) {
            #expect(abs(forecast.logLoss.quantile(probability) - reference) < 1e-5)
        }
        let residual = try #require(forecast.collapseResidual)
        #expect(abs(residual - golden.template.collapseResidual) < 1e-9)
    }

    @Test func theFormsOfOneCurveAreThoseOfSciPy() throws {
        let golden = try Golden.curves()
        let fit = try #require(CurveExtrapolation(try golden.single.curve()))
        #expect(abs(fit.logLoss(at: golden.alone.place) - golden.alone.logLoss) < 2e-4)
    }

    /// Curves that collapse exactly: they have equal shapes and different levels.
    private func curve(level: Double, end: Double, count: Int = 50) throws -> TrainingCurve {
        let progress = (1...count).map { end * Double($0) / Double(count) }
        return try TrainingCurve(progress: progress, losses: progress.map { level * pow($0 / end, -0.2) })
    }

    @Test func collapsingCurvesAreForecastExactly() throws {
        let template = CurveTemplate([
            CurveRung(scale: 1e6, curve: try curve(level: 4, end: 1000)),
            CurveRung(scale: 1e7, curve: try curve(level: 3.3, end: 3000)),
        ])
        let run = try curve(level: 2.9, end: 8000)
        let start = try #require(run.upTo(0.3 * 8000))
        let forecast = try #require(try template.forecast(start, end: 8000, scale: 1e8))
        #expect(abs(forecast.finalLoss.point - 2.9) < 0.002)
        #expect(forecast.finalLoss.interval90.contains(2.9))
        #expect(abs(forecast.fraction - 0.3) < 1e-12)
        #expect(try #require(forecast.collapseResidual) < 1e-9)
        // Nearer to the end the forecast is narrower.
        let most = try #require(run.upTo(0.9 * 8000))
        let later = try #require(try template.forecast(most, end: 8000, scale: 1e8))
        let early = forecast.finalLoss.interval90, late = later.finalLoss.interval90
        #expect(late.upper - late.lower < 0.5 * (early.upper - early.lower))
    }

    @Test func aRunThatLeavesTheTemplateShowsIt() throws {
        let template = CurveTemplate([
            CurveRung(scale: 1e6, curve: try curve(level: 4, end: 1000)),
            CurveRung(scale: 1e7, curve: try curve(level: 3.3, end: 3000)),
        ])
        let progress = (1...15).map { Double($0) * 160 }
        let strange = try TrainingCurve(progress: progress, losses: progress.map { 3 * pow($0 / 8000, -0.02) })
        let forecast = try #require(try template.forecast(strange, end: 8000, scale: 1e8))
        #expect(try #require(forecast.collapseResidual) > 0.02)
    }

    @Test func theDecayOfTheLearningRateLowersTheForecast() throws {
        let run = try curve(level: 3, end: 1000)
        let start = try #require(run.upTo(400))
        let places = run.progress
        let constant = try #require(AnnealingSchedule(progress: places, rates: places.map { _ in 1 }))
        let decaying = try #require(
            AnnealingSchedule(progress: places, rates: places.map { $0 < 700 ? 1 : (1000 - $0) / 300 }))
        let flat = try #require(CurveExtrapolation(start, schedule: constant))
        let annealed = try #require(CurveExtrapolation(start, schedule: decaying))
        // The rates from 700 on sum to 160 steps at the full rate, and 15 drops of a fifteenth anneal 4 % in all.
        let gone = (1...15).reduce(0.0) { $0 + (1 - exp(-(300 - 20 * Double($1)) / 50)) / 15 }
        #expect(abs(annealed.logLoss(at: 1000) - (flat.logLoss(at: 840) - 0.04 * gone)) < 1e-6)
        // What the decay will bring is known less well than the rest.
        let sure = flat.forecast(end: 1000).finalLoss.interval90,
            unsure = annealed.forecast(end: 1000).finalLoss.interval90
        #expect(unsure.upper / unsure.lower > sure.upper / sure.lower)
        #expect(AnnealingSchedule(progress: [2, 1], rates: [1, 1]) == nil)
        #expect(AnnealingSchedule(progress: [1, 2], rates: [0, 0]) == nil)
    }

    @Test func impossibleCurvesAreRefused() throws {
        #expect(throws: TrainingCurveError.empty) { try TrainingCurve(progress: [], losses: []) }
        #expect(throws: TrainingCurveError.self) { try TrainingCurve(progress: [1, 1], losses: [3, 2]) }
        #expect(throws: TrainingCurveError.self) { try TrainingCurve(progress: [1, 2], losses: [3, .nan]) }
        let run = try curve(level: 3, end: 1000)
        #expect(throws: TrainingCurveError.beyondItsEnd(progress: 1000, end: 900)) {
            try CurveTemplate([CurveRung(scale: 1, curve: run)]).forecast(run, end: 900, scale: 10)
        }
        #expect(try CurveTemplate([]).forecast(run, end: 2000, scale: 10) == nil)
        #expect(CurveExtrapolation(try TrainingCurve(progress: [1, 2], losses: [3, 2])) == nil)
    }

    @Test func mixturesInvertTheirDistribution() throws {
        let golden = try Golden.curves()
        let fit = try #require(CurveExtrapolation(try golden.single.curve()))
        let mixture = fit.forecast(end: 30_000).logLoss
        for p in [0.01, 0.3, 0.5, 0.99] { #expect(abs(mixture.cumulative(mixture.quantile(p)) - p) < 1e-3) }
    }
}
