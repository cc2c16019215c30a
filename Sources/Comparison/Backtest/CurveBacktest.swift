// Scores the forecasts of a run's end from its start: everything after 10, 20, 30 and 50 % of the run is hidden.
// With a ladder: the template of the smaller rungs, beside the last value, a power law, and the next smaller rung alone.
// Without: the weighted forms of the run's own curve. What can be tuned is fitted on the other sources.

import Foundation
import ScalebenchCore
import ScalingLaws

/// The curve backtest on the curves of a table.
package struct CurveBacktest: Sendable {
    private static let fractions = [0.1, 0.2, 0.3, 0.5]
    /// Curves per source that are forecast alone, evenly spread: thousands of one source add nothing but time.
    private static let mostAlone = 120

    /// One run with everything after some fraction hidden.
    private struct Case: Sendable {
        var source: String
        var family: String
        var fraction: Double
        var start: TrainingCurve
        var end: Double
        var truth: Double
        var schedule: AnnealingSchedule?
        var scale = 0.0
        var smaller: [CurveRung] = []
    }

    /// What a method said.
    private struct Answer: Sendable {
        var loss: Double
        var estimate: Estimate?
    }

    private let table: CurveTable
    private let ladderCases: [Case]
    private let aloneCases: [Case]

    package init(_ table: CurveTable) {
        self.table = table
        ladderCases = table.ladders.flatMap { ladder in
            ladder.rungs.indices.dropFirst(2).flatMap { index in
                let rung = ladder.rungs[index]
                return Self.cases(rung.run, family: ladder.config).map { one in
                    var one = one
                    one.scale = rung.scale
                    one.smaller = ladder.rungs[..<index].map { CurveRung(scale: $0.scale, curve: $0.run.curve) }
                    return one
                }
            }
        }
        let bySource = Dictionary(grouping: table.whole, by: \.source)
        aloneCases = bySource.keys.sorted().flatMap { source -> [Case] in
            let all = bySource[source] ?? []
            let step = max(1, Double(all.count) / Double(Self.mostAlone))
            return (0..<min(all.count, Self.mostAlone)).flatMap { index in
                let run = all[Int(Double(index) * step)]
                return Self.cases(run, family: run.config)
            }
        }
    }

    /// Whether there is anything to score.
    package var isEmpty: Bool { ladderCases.isEmpty && aloneCases.isEmpty && table.tasks.isEmpty }

    private static func cases(_ run: RecordedCurve, family: String) -> [Case] {
        let schedule = run.rates.flatMap { AnnealingSchedule(progress: run.curve.progress, rates: $0) }
        return fractions.compactMap { fraction in
            guard let start = run.curve.upTo(fraction * run.curve.end), start.count >= 2 else { return nil }
            return Case(
                source: run.source, family: family, fraction: fraction, start: start, end: run.curve.end,
                truth: run.curve.losses[run.curve.count - 1], schedule: schedule)
        }
    }

    /// The whole report.
    package func report() -> CurveReport {
        let isFitted = Set(aloneCases.map(\.source)).count > 1
        let ladder = withLadder(), alone = alone()
        return CurveReport(
            curves: table.whole.count, ladders: table.ladders.count,
            priors: isFitted ? "leaveOneSourceOut" : "shipped", withLadder: ladder.methods, alone: alone.methods,
            heldOut: heldOut(),
            fitted: CurveReport.Fitted(
                templateMisfit: ladder.priors.misfit.median, templateSlope: ladder.priors.kinds[0].slope.median,
                extrapolation: alone.error))
    }

    // MARK: - With a ladder

    private func withLadder() -> (methods: [CurveReport.Method], priors: TrendPriors) {
        let cases = ladderCases
        guard !cases.isEmpty else { return ([], .curveShapes) }
        let (templates, priors) = templateAnswers()
        // Every method is scored where all of them have an answer.
        let scored = cases.indices.filter { templates[$0] != nil }
        let methods = [
            method("template", cases, scored) { templates[$0] },
            method("nextRung", cases, scored) { Self.nextRung(cases[$0]) },
            method("powerLaw", cases, scored) { Self.powerLaw(cases[$0]) },
            method("lastValue", cases, scored) { Self.lastValue(cases[$0]) },
        ]
        return (methods, priors)
    }

    private func templateAnswers() -> ([Answer?], TrendPriors) {
        let cases = ladderCases
        @Sendable func forecast(_ one: Case, _ priors: TrendPriors) -> CurveForecast? {
            (try? CurveTemplate(one.smaller, priors: priors).forecast(one.start, end: one.end, scale: one.scale)) ?? nil
        }
        let priors = Self.leaveOneOut(
            cases.map(\.source), among: Self.templatePriors, shipped: .curveShapes
        ) { index, priors in
            forecast(cases[index], priors)?.logLoss.logDensity(log(cases[index].truth))
        }
        let answers = inParallel(cases.count) { index in
            forecast(cases[index], priors.withoutSource[cases[index].source] ?? priors.onAll).map {
                Answer(loss: $0.finalLoss.point, estimate: $0.finalLoss)
            }
        }
        return (answers, priors.onAll)
    }

    /// Median misfits and slopes that the fit chooses from.
    private static var templatePriors: [TrendPriors] {
        [0.0015, 0.003, 0.006, 0.012, 0.024].flatMap { misfit in
            [0.1, 0.2, 0.4, 0.8].map { slope in
                var priors = TrendPriors.curveShapes
                priors.misfit.median = misfit
                priors.kinds[0].slope.median = slope
                return priors
            }
        }
    }

    private static func nextRung(_ one: Case) -> Answer {
        guard let next = one.smaller.last?.curves.first, let early = next.upTo(one.start.end / one.end * next.end)
        else {
            return lastValue(one)
        }
        let still = next.losses[next.count - 1] / early.losses[early.count - 1]
        return Answer(loss: one.start.losses[one.start.count - 1] * still)
    }

    private static func lastValue(_ one: Case) -> Answer { Answer(loss: one.start.losses[one.start.count - 1]) }

    private static func powerLaw(_ one: Case) -> Answer {
        PowerLaw.fit(scales: one.start.progress, losses: one.start.losses).map { Answer(loss: $0.loss(at: one.end)) }
            ?? lastValue(one)
    }

    // MARK: - Alone

    private func alone() -> (methods: [CurveReport.Method], error: ExtrapolationError) {
        let cases = aloneCases
        guard !cases.isEmpty else { return ([], .shipped) }
        let fits = inParallel(cases.count) { CurveExtrapolation(cases[$0].start, schedule: cases[$0].schedule) }
        let scored = cases.indices.filter { fits[$0] != nil }
        let errors = Self.leaveOneOut(
            cases.map(\.source), among: Self.extrapolationErrors, shipped: .shipped
        ) { index, error in
            fits[index]?.forecast(end: cases[index].end, error: error).logLoss.logDensity(log(cases[index].truth))
        }
        let methods = [
            method("forms", cases, scored) { index in
                let error = errors.withoutSource[cases[index].source] ?? errors.onAll
                return fits[index].map { fit in
                    let forecast = fit.forecast(end: cases[index].end, error: error).finalLoss
                    return Answer(loss: forecast.point, estimate: forecast)
                }
            },
            method("powerLaw", cases, scored) { Self.powerLaw(cases[$0]) },
            method("lastValue", cases, scored) { Self.lastValue(cases[$0]) },
        ]
        return (methods, errors.onAll)
    }

    private static var extrapolationErrors: [ExtrapolationError] {
        [0.07, 0.1, 0.14, 0.2, 0.28, 0.4].flatMap { decline in
            [0.5, 1, 2].map { ExtrapolationError(perDecline: decline, perDisagreement: $0) }
        }
    }

    // MARK: - Fitting and scoring

    /// What fits the curves of all other sources best, by the source that is left out, and what fits all.
    private struct Choices<Choice: Sendable> {
        var withoutSource: [String: Choice] = [:]
        var onAll: Choice
    }

    /// The choices with the best log score: mean over the cases of a source, a source of n counting √n.
    /// A single source cannot be left out: then `shipped` stands everywhere.
    private static func leaveOneOut<Choice: Sendable>(
        _ sources: [String], among choices: [Choice], shipped: Choice, _ score: @Sendable (Int, Choice) -> Double?
    ) -> Choices<Choice> {
        let sizes = Dictionary(grouping: sources) { $0 }.mapValues { Double($0.count).squareRoot() }
        guard sizes.count > 1 else { return Choices(onAll: shipped) }
        let totals = inParallel(choices.count) { choice in
            sources.indices.reduce(into: [String: Double]()) { sums, index in
                sums[sources[index], default: 0] += score(index, choices[choice]) ?? 0
            }
        }
        func best(without left: String?) -> Choice {
            let sums = totals.map { own in
                sizes.keys.sorted().reduce(0) { $1 == left ? $0 : $0 + (own[$1] ?? 0) / (sizes[$1] ?? 1) }
            }
            return choices.indices.max { sums[$0] < sums[$1] }.map { choices[$0] } ?? shipped
        }
        let left = sizes.keys.map { ($0, best(without: $0)) }
        return Choices(withoutSource: Dictionary(uniqueKeysWithValues: left), onAll: best(without: nil))
    }

    private func method(
        _ name: String, _ cases: [Case], _ scored: [Int], _ answer: @Sendable (Int) -> Answer?
    ) -> CurveReport.Method {
        let answers = inParallel(scored.count) { answer(scored[$0]) }
        var byPlace: [String: [Double: [(family: String, error: Double, inside: [Bool]?)]]] = [:]
        for (index, answer) in zip(scored, answers) {
            guard let answer else { continue }
            let one = cases[index]
            let inside = answer.estimate.map { estimate in
                [estimate.interval50, estimate.interval80, estimate.interval90].map { $0.contains(one.truth) }
            }
            byPlace[one.source, default: [:]][one.fraction, default: []].append(
                (one.family, abs(answer.loss / one.truth - 1), inside))
        }
        let sources = byPlace.mapValues { places in
            Self.fractions.compactMap { fraction in places[fraction].map { Self.figure(fraction, $0) } }
        }
        return CurveReport.Method(name: name, macro: Self.macro(Array(sources.values)), sources: sources)
    }

    private static func figure(
        _ fraction: Double, _ all: [(family: String, error: Double, inside: [Bool]?)]
    ) -> CurveReport.Figure {
        let errors = all.map(\.error).sorted()
        func covered(_ k: Int) -> Double? {
            let known = all.compactMap { $0.inside?[k] }
            return known.isEmpty ? nil : Double(known.filter { $0 }.count) / Double(known.count)
        }
        return CurveReport.Figure(
            fraction: fraction, forecasts: all.count,
            meanError: ScoredFigure(
                value: errors.mean, interval90: FamilyBootstrap.interval90OfMean(all.map { ($0.family, $0.error) })),
            medianError: Estimate(draws: errors).point, coverage50: covered(0), coverage80: covered(1),
            coverage90: covered(2))
    }

    private static func macro(_ sources: [[CurveReport.Figure]]) -> [CurveReport.Figure] {
        fractions.compactMap { fraction in
            let here = sources.compactMap { $0.first { $0.fraction == fraction } }
            guard !here.isEmpty else { return nil }
            func mean(_ value: (CurveReport.Figure) -> Double?) -> Double? {
                let known = here.compactMap(value)
                return known.isEmpty ? nil : known.mean
            }
            return CurveReport.Figure(
                fraction: fraction, forecasts: here.reduce(0) { $0 + $1.forecasts },
                meanError: ScoredFigure(value: mean { $0.meanError.value }),
                medianError: mean(\.medianError) ?? .nan, coverage50: mean(\.coverage50),
                coverage80: mean(\.coverage80), coverage90: mean(\.coverage90))
        }
    }

    // MARK: - Parts that the table hides

    private func heldOut() -> [CurveReport.HeldOut] {
        let tasks = table.tasks
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
