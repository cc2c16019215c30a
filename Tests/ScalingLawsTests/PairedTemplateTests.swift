// Forecasts of the gap of two runs from their start: they are exact where ratios collapse and wide where they do not.

import Foundation
import ScalingLaws
import Testing

@Suite struct PairedTemplateTests {
    /// level · (1 + rest · (f^−0.3 − 1)) at 20 equal fractions.
    private func curve(level: Double, rest: Double, end: Double = 1, noise: (Int) -> Double = { _ in 0 }) throws
        -> TrainingCurve
    {
        let fractions = (1...20).map { Double($0) / 20 }
        return try TrainingCurve(
            progress: fractions.map { end * $0 },
            losses: fractions.enumerated().map { level * (1 + rest * (pow($1, -0.3) - 1)) * exp(noise($0)) })
    }

    /// Three rungs with falling levels and the final ratio `ratio`; B's `rest` is `restB` of the scale, A's is 0.2.
    private func rungs(ratio: Double, restB: (Double) -> Double) throws -> [PairedCurves] {
        try [1e6, 1e7, 1e8].map { scale in
            let level = 2 + 3 * pow(scale / 1e6, -0.15)
            return PairedCurves(
                scale: scale, a: CurveRung(scale: scale, curve: try curve(level: level, rest: 0.2, end: scale)),
                b: CurveRung(scale: scale, curve: try curve(level: ratio * level, rest: restB(scale), end: scale * 2)))
        }
    }

    private func forecast(_ rungs: [PairedCurves], restB: Double, ratio: Double, seen: Double) throws -> CurveForecast {
        let a = try curve(level: 2.5, rest: 0.2, end: 1e9), b = try curve(level: 2.5 * ratio, rest: restB, end: 2e9)
        let startA = try #require(a.upTo(seen * 1e9)), startB = try #require(b.upTo(seen * 2e9))
        return try #require(
            try PairedTemplate(rungs).forecast(
                a: StartedCurve(start: startA, end: 1e9), b: StartedCurve(start: startB, end: 2e9), scale: 1e9))
    }

    @Test func equalRatiosAreForecastExactly() throws {
        // B starts behind and catches up by the same factor at every scale.
        let forecast = try forecast(
            try rungs(ratio: 1.01) { _ in 0.25 }, restB: 0.25, ratio: 0.97, seen: 0.3)
        #expect(abs(forecast.logLoss.mean - log(0.97)) < 5e-4)
        #expect(abs(forecast.fraction - 0.3) < 1e-9)
        let later = try self.forecast(
            try rungs(ratio: 1.01) { _ in 0.25 }, restB: 0.25, ratio: 0.97, seen: 0.8)
        #expect(later.logLoss.variance < forecast.logLoss.variance / 4)
    }

    @Test func aTrendOverScaleIsFollowed() throws {
        let rest = { (scale: Double) in 0.2 + 0.02 * log10(scale / 1e6) }
        let forecast = try forecast(try rungs(ratio: 1, restB: rest), restB: rest(1e9), ratio: 1, seen: 0.3)
        #expect(abs(forecast.logLoss.mean) < 2e-3)
        let deviation = forecast.logLoss.variance.squareRoot()
        #expect(abs(forecast.logLoss.mean) < 2 * deviation)
        // The forecast is clearly less certain than without a trend.
        let steady = try self.forecast(try rungs(ratio: 1) { _ in 0.2 }, restB: 0.2, ratio: 1, seen: 0.3)
        #expect(deviation > 1.5 * steady.logLoss.variance.squareRoot())
    }

    @Test func whatBothShareCancels() throws {
        // Both curves have the same strange bend. It spoils the forecast of a single run, but not that of the pair.
        let rungs = try rungs(ratio: 1.02) { _ in 0.2 }
        let bend = { (k: Int) in 0.05 * sin(Double(k)) }
        let a = try curve(level: 2.5, rest: 0.2, noise: bend), b = try curve(level: 2.55, rest: 0.2, noise: bend)
        let start = { (run: TrainingCurve) in StartedCurve(start: run.upTo(0.5)!, end: 1) }
        let pair = try #require(try PairedTemplate(rungs).forecast(a: start(a), b: start(b), scale: 1e9))
        #expect(abs(pair.logLoss.mean - log(1.02)) < 1e-3)
        let single = try #require(
            try CurveTemplate(rungs.map(\.a)).forecast(start(a).start, end: 1, scale: 1e9))
        #expect(single.logLoss.variance > 20 * pair.logLoss.variance)
    }

    @Test func seedsWidenTheForecast() throws {
        var generator = SplitMix(seed: 3)
        func noisy(_ deviation: Double) throws -> [PairedCurves] {
            try [1e6, 1e7, 1e8].map { scale in
                // Each run drifts away from its rung's mean by its own amount.
                func runs(_ level: Double) throws -> CurveRung {
                    let curves = try (0..<4).map { _ in
                        let drift = deviation * generator.normal()
                        return try curve(level: level, rest: 0.2) { drift * Double($0) / 20 }
                    }
                    return CurveRung(scale: scale, curves: curves)
                }
                return PairedCurves(scale: scale, a: try runs(3), b: try runs(3.03))
            }
        }
        let quiet = try forecast(try noisy(1e-4), restB: 0.2, ratio: 1.01, seen: 0.5)
        let loud = try forecast(try noisy(0.02), restB: 0.2, ratio: 1.01, seen: 0.5)
        #expect(loud.logLoss.variance.squareRoot() > 0.01)
        #expect(quiet.logLoss.variance.squareRoot() < 0.003)
    }

    @Test func resultsOnOtherDataShiftTheForecast() throws {
        // The curves are on easy sequences; results on all of them are 5 % higher at every rung.
        func rung(_ scale: Double) throws -> CurveRung {
            let whole = try curve(level: 3, rest: 0.2)
            return CurveRung(scale: scale, curves: [whole], finalLosses: [3 * 1.05])
        }
        let run = try curve(level: 2.5, rest: 0.2)
        let template = CurveTemplate([try rung(1e6), try rung(1e7)])
        let start = try #require(run.upTo(0.5))
        let end = try #require(try template.forecast(start, end: 1, scale: 1e8))
        #expect(abs(end.finalLoss.point - 2.5 * 1.05) < 0.005)
        // Before the end the forecast stays on the data of the curve.
        let way = try #require(try template.forecast(start, end: 1, scale: 1e8, at: 0.75))
        #expect(abs(way.finalLoss.point - run.losses[14]) < 0.005)
    }

    @Test func nothingInCommonIsNoForecast() throws {
        let rungs = try rungs(ratio: 1) { _ in 0.2 }
        let early = try TrainingCurve(progress: [0.01], losses: [5])
        let late = try #require(try curve(level: 2.5, rest: 0.2).upTo(0.5))
        let a = StartedCurve(start: early, end: 1), b = StartedCurve(start: late, end: 1)
        #expect(try PairedTemplate(rungs).forecast(a: a, b: b, scale: 1e9) == nil)
        #expect(try PairedTemplate([]).forecast(a: b, b: b, scale: 1e9) == nil)
    }
}
