// Scores the forecasts of a run's end from its start: everything after 10, 20, 30 and 50 % of the run is hidden.
//
// - With a ladder, the template of the smaller rungs is compared with the last value, a power law, and the next smaller
//   rung alone.
// - For pairs, the ratio of the losses is forecast from the ratio at the smaller rungs (CurvePairs).
// - Without a ladder, the weighted forms of the run's own curve are scored.
//
// What can be tuned is fitted on the other sources.

import Foundation
import ScalebenchCore
import ScalingLaws

/// The curve backtest on the curves of a table, or of a store.
package struct CurveBacktest: Sendable {
    /// The most curves per source that are forecast alone, evenly spread. Thousands of one source only take more time.
    private static let mostAlone = 120

    /// One run with its end hidden.
    private struct Case: Sendable {
        var end: HiddenEnd
        var run: StartedCurve
        var schedule: AnnealingSchedule?
        var scale = 0.0
        var smaller: [CurveRung] = []
    }

    private let whole: [RecordedCurve]
    private let ladders: [CurveLadder]
    private let tasks: [(fit: RecordedCurve, hidden: RecordedCurve)]
    private let ladderCases: [Case]
    private let aloneCases: [Case]
    private let pairs: CurvePairs

    package init(_ table: CurveTable) { self.init(whole: table.whole, ladders: table.ladders, tasks: table.tasks) }

    /// The backtest on a store's own finished runs.
    package init(_ own: OwnLadders) {
        let runs = own.curves.flatMap { $0.rungs.flatMap(\.runs) }
        self.init(
            whole: runs.filter { $0.curve.count >= CurveTable.fewestPoints },
            ladders: own.curves.filter { $0.rungs.count >= 3 }, tasks: [])
    }

    private init(
        whole: [RecordedCurve], ladders: [CurveLadder], tasks: [(fit: RecordedCurve, hidden: RecordedCurve)]
    ) {
        self.whole = whole
        self.ladders = ladders
        self.tasks = tasks
        pairs = CurvePairs(ladders)
        ladderCases = ladders.flatMap { ladder in
            ladder.rungs.indices.dropFirst(2).flatMap { index in
                let rung = ladder.rungs[index]
                return Self.cases(rung.runs[0], family: ladder.config).map { one in
                    var one = one
                    one.scale = rung.scale
                    one.smaller = ladder.rungs[..<index].map(\.curves)
                    return one
                }
            }
        }
        let bySource = Dictionary(grouping: whole, by: \.source)
        aloneCases = bySource.keys.sorted().flatMap { source in
            (bySource[source] ?? []).evenlySpread(Self.mostAlone).flatMap { Self.cases($0, family: $0.config) }
        }
    }

    /// Whether there is anything to score.
    package var isEmpty: Bool { ladderCases.isEmpty && aloneCases.isEmpty && tasks.isEmpty }

    private static func cases(_ run: RecordedCurve, family: String) -> [Case] {
        let schedule = run.rates.flatMap { AnnealingSchedule(progress: run.curve.progress, rates: $0) }
        return CurveScore.fractions.compactMap { fraction in
            guard let start = run.curve.upTo(fraction * run.curve.end), start.count >= 2 else { return nil }
            return Case(
                end: HiddenEnd(source: run.source, family: family, fraction: fraction, truth: run.truth),
                run: StartedCurve(start: start, end: run.curve.end), schedule: schedule)
        }
    }

    /// The whole report.
    /// - Parameter usesShipped: forecasts with the shipped priors instead of priors fitted without each source.
    package func report(usesShipped: Bool = false) -> CurveReport {
        let isFitted = !usesShipped && Set(whole.map(\.source)).count > 1
        let ladder = withLadder(usesShipped), alone = alone(usesShipped), paired = pairs.score(usesShipped: usesShipped)
        return CurveReport(
            curves: whole.count, ladders: ladders.count, pairs: pairs.count,
            priors: isFitted ? "leaveOneSourceOut" : "shipped", withLadder: ladder.methods, paired: paired.methods,
            alone: alone.methods, heldOut: heldOut(),
            fitted: CurveReport.Fitted(
                template: .init(ladder.priors), paired: .init(paired.priors), extrapolation: alone.error))
    }

    // MARK: - With a ladder

    private func withLadder(_ usesShipped: Bool) -> (methods: [CurveReport.Method], priors: TrendPriors) {
        let cases = ladderCases, ends = cases.map(\.end)
        guard !cases.isEmpty else { return ([], .curveShapes) }
        @Sendable func forecast(_ one: Case, _ priors: TrendPriors) -> CurveForecast? {
            let template = CurveTemplate(one.smaller, priors: priors)
            return (try? template.forecast(one.run.start, end: one.run.end, scale: one.scale)) ?? nil
        }
        let priors = TunedChoice(
            ends,
            among: TrendPriors.curveShapes.variants(
                misfits: [0.0015, 0.003, 0.006, 0.012, 0.024], slopes: [0.1, 0.2, 0.4, 0.8]),
            shipped: .curveShapes, usesShipped: usesShipped
        ) { forecast(cases[$0], $1)?.logLoss.logDensity(log(ends[$0].truth)) }
        let templates = inParallel(cases.count) { forecast(cases[$0], priors.without(ends[$0].source)) }
        // Every method is scored on the same cases: those for which the template has an answer.
        let scored = cases.indices.filter { templates[$0] != nil }
        let methods = [
            CurveScore.method("template", of: ends, scored: scored) { templates[$0].map { EndForecast($0.finalLoss) } },
            CurveScore.method("nextRung", of: ends, scored: scored) { Self.nextRung(cases[$0]) },
            CurveScore.method("powerLaw", of: ends, scored: scored) { Self.powerLaw(cases[$0]) },
            CurveScore.method("lastValue", of: ends, scored: scored) { Self.lastValue(cases[$0]) },
        ]
        return (methods, priors.onAll)
    }

    private static func nextRung(_ one: Case) -> EndForecast {
        guard let change = one.smaller.last?.changes(after: one.run.fraction, to: 1).first else {
            return lastValue(one)
        }
        return EndForecast(lastValue(one).point * exp(change))
    }

    private static func lastValue(_ one: Case) -> EndForecast {
        EndForecast(one.run.start.losses[one.run.start.count - 1])
    }

    private static func powerLaw(_ one: Case) -> EndForecast {
        let start = one.run.start
        return PowerLaw.fit(scales: start.progress, losses: start.losses).map {
            EndForecast($0.loss(at: one.run.end))
        } ?? lastValue(one)
    }

    // MARK: - Alone

    private func alone(_ usesShipped: Bool) -> (methods: [CurveReport.Method], error: ExtrapolationError) {
        let cases = aloneCases, ends = cases.map(\.end)
        guard !cases.isEmpty else { return ([], .shipped) }
        let fits = inParallel(cases.count) { CurveExtrapolation(cases[$0].run.start, schedule: cases[$0].schedule) }
        let scored = cases.indices.filter { fits[$0] != nil }
        let errors = TunedChoice(
            ends, among: Self.extrapolationErrors, shipped: .shipped, usesShipped: usesShipped
        ) { index, error in
            fits[index]?.forecast(end: cases[index].run.end, error: error).logLoss.logDensity(
                log(ends[index].truth))
        }
        let methods = [
            CurveScore.method("forms", of: ends, scored: scored) { index in
                let error = errors.without(ends[index].source)
                return fits[index].map { EndForecast($0.forecast(end: cases[index].run.end, error: error).finalLoss) }
            },
            CurveScore.method("powerLaw", of: ends, scored: scored) { Self.powerLaw(cases[$0]) },
            CurveScore.method("lastValue", of: ends, scored: scored) { Self.lastValue(cases[$0]) },
        ]
        return (methods, errors.onAll)
    }

    private static var extrapolationErrors: [ExtrapolationError] {
        [0.07, 0.1, 0.14, 0.2, 0.28, 0.4].flatMap { decline in
            [0.5, 1, 2].map { ExtrapolationError(perDecline: decline, perDisagreement: $0) }
        }
    }

    // MARK: - Parts that the table hides

    private func heldOut() -> [CurveReport.HeldOut] {
        let tasks = tasks
        let errors = inParallel(tasks.count) { index -> (forms: Double, powerLaw: Double)? in
            let (fit, hidden) = tasks[index]
            guard let forms = CurveExtrapolation(fit.curve),
                let law = PowerLaw.fit(scales: fit.curve.progress, losses: fit.curve.losses)
            else { return nil }
            func error(_ logLoss: (Double) -> Double) -> Double {
                let squares = zip(hidden.curve.progress, hidden.curve.losses).map { pow(logLoss($0) - log($1), 2) }
                return squares.mean.squareRoot()
            }
            return (error { forms.logLoss(at: $0) }, error { log(law.loss(at: $0)) })
        }
        let bySource = Dictionary(grouping: zip(tasks, errors).filter { $0.1 != nil }) { $0.0.fit.source }
        return bySource.keys.sorted().flatMap { source -> [CurveReport.HeldOut] in
            let known = (bySource[source] ?? []).compactMap(\.1)
            return [("forms", known.map(\.forms)), ("powerLaw", known.map(\.powerLaw))].map { name, errors in
                CurveReport.HeldOut(
                    source: source, method: name, tasks: errors.count, meanError: errors.mean,
                    medianError: Estimate(draws: errors).point)
            }
        }
    }
}

extension TrendPriors {
    /// The same with every combination of median misfit and slope.
    func variants(misfits: [Double], slopes: [Double]) -> [TrendPriors] {
        misfits.flatMap { misfit in
            slopes.map { slope in
                var priors = self
                priors.misfit.median = misfit
                priors.slope.median = slope
                return priors
            }
        }
    }
}
