// Scores the forecast of two runs' gap from the start of both: everything after a fraction of either run is hidden, and
// the ratio of the final losses is forecast from the ratio at the smaller rungs. It is compared with three simpler
// forecasts: the present ratio, the present ratio with the change that the next smaller rung still showed, and the
// ratio of two forecasts of single runs.

import Comparison
import Foundation
import ScalingLaws

/// Every pair of recipes of one source that have at least three sizes in common.
struct CurvePairs: Sendable {
    /// The most pairs per source, evenly spread. Hundreds of pairs that share their runs add little and take time.
    private static let mostPairs = 120

    /// One pair with its end hidden; the truth is L_B/L_A.
    private struct Case: Sendable {
        var end: HiddenEnd
        var a: StartedCurve
        var b: StartedCurve
        var scale: Double
        var smaller: [PairedCurves]
    }

    private let cases: [Case]
    /// The number of pairs that are scored.
    let count: Int

    init(_ ladders: [CurveLadder]) {
        let groups = Dictionary(grouping: ladders) { [$0.source, $0.metric] }
        let pairs = groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
            let group = groups[key] ?? []
            return group.indices.flatMap { first in
                group[(first + 1)...].compactMap { second in
                    let rungs = Self.common(group[first], second)
                    return rungs.count >= 3 ? (group[first], rungs) : nil
                }
            }
        }
        let bySource = Dictionary(grouping: pairs.flatMap { $0 }) { $0.0.source }
        let chosen = bySource.keys.sorted().flatMap { (bySource[$0] ?? []).evenlySpread(Self.mostPairs) }
        count = chosen.count
        cases = chosen.flatMap { ladder, rungs in
            rungs.indices.dropFirst(2).flatMap { Self.cases(ladder, rungs, hidden: $0) }
        }
    }

    private typealias CommonRung = (a: CurveLadder.Rung, b: CurveLadder.Rung)

    private static func common(_ first: CurveLadder, _ second: CurveLadder) -> [CommonRung] {
        first.rungs.compactMap { rung in
            second.rungs.first { RungGrouping.isSameScale($0.scale, rung.scale) }.map { (rung, $0) }
        }
    }

    private static func cases(_ ladder: CurveLadder, _ rungs: [CommonRung], hidden: Int) -> [Case] {
        let a = rungs[hidden].a.runs[0], b = rungs[hidden].b.runs[0]
        let smaller = rungs[..<hidden].map { PairedCurves(scale: $0.a.scale, a: $0.a.curves, b: $0.b.curves) }
        return CurveScore.fractions.compactMap { fraction in
            guard let startA = a.curve.upTo(fraction * a.curve.end), let startB = b.curve.upTo(fraction * b.curve.end),
                startA.count >= 2, startB.count >= 2
            else { return nil }
            return Case(
                end: HiddenEnd(
                    source: ladder.source, family: ladder.config, fraction: fraction, truth: b.truth / a.truth),
                a: StartedCurve(start: startA, end: a.curve.end), b: StartedCurve(start: startB, end: b.curve.end),
                scale: rungs[hidden].a.scale, smaller: smaller)
        }
    }

    // MARK: - Scoring

    /// The methods, the model first; none without pairs.
    /// - Parameter usesShipped: forecasts with the shipped priors instead of priors fitted without each source.
    func score(usesShipped: Bool) -> (methods: [CurveReport.Method], priors: TrendPriors) {
        let cases = cases, ends = cases.map(\.end)
        guard !cases.isEmpty else { return ([], .pairedShapes) }
        @Sendable func forecast(_ one: Case, _ priors: TrendPriors) -> CurveForecast? {
            let template = PairedTemplate(one.smaller, priors: priors)
            return (try? template.forecast(a: one.a, b: one.b, scale: one.scale)) ?? nil
        }
        let priors = TunedChoice(
            ends,
            among: TrendPriors.pairedShapes.variants(
                misfits: [0.005, 0.01, 0.02, 0.04], slopes: [0.05, 0.1, 0.2, 0.4]),
            shipped: .pairedShapes, usesShipped: usesShipped
        ) { forecast(cases[$0], $1)?.logLoss.logDensity(log(ends[$0].truth)) }
        let paired = inParallel(cases.count) { forecast(cases[$0], priors.without(ends[$0].source)) }
        let scored = cases.indices.filter { paired[$0] != nil }
        let methods = [
            CurveScore.method("paired", of: ends, scored: scored) { paired[$0].map { EndForecast($0.finalLoss) } },
            CurveScore.method("twoTemplates", of: ends, scored: scored) { Self.twoTemplates(cases[$0]) },
            CurveScore.method("nextRung", of: ends, scored: scored) { Self.nextRung(cases[$0]) },
            CurveScore.method("now", of: ends, scored: scored) { Self.now(cases[$0]) },
        ]
        return (methods, priors.onAll)
    }

    private static func now(_ one: Case) -> EndForecast {
        let a = one.a.start, b = one.b.start
        return EndForecast(b.losses[b.count - 1] / a.losses[a.count - 1])
    }

    private static func nextRung(_ one: Case) -> EndForecast {
        guard let next = one.smaller.last, let a = next.a.changes(after: one.a.fraction, to: 1).first,
            let b = next.b.changes(after: one.b.fraction, to: 1).first
        else { return now(one) }
        return EndForecast(now(one).point * exp(b - a))
    }

    /// The ratio of two forecasts, each run's from its own ladder.
    private static func twoTemplates(_ one: Case) -> EndForecast {
        func loss(_ run: StartedCurve, _ rungs: [CurveRung]) -> Double? {
            let forecast = try? CurveTemplate(rungs).forecast(run.start, end: run.end, scale: one.scale)
            return (forecast ?? nil)?.finalLoss.point
        }
        guard let a = loss(one.a, one.smaller.map(\.a)), let b = loss(one.b, one.smaller.map(\.b)) else {
            return now(one)
        }
        return EndForecast(b / a)
    }
}
