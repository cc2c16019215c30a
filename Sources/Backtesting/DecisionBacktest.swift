// Scores the verdict's model on decisions whose outcome is known, beside five baselines, each source judged with priors
// that never saw it. Pure: cases in, a report out. Reading files and printing belong to the command.

import Foundation
package import ScalebenchCore
package import ScalingLaws

/// What the backtest found; plain values, ready for JSON.
package struct DecisionReport: Codable, Sendable {
    /// One way of deciding, with its scores.
    package struct Method: Codable, Sendable {
        package var name: String
        package var pooled: DecisionScore
        package var macro: DecisionScore
        package var sources: [String: DecisionScore]
        package var reliability: [ReliabilityBin]
        package var probabilityBins: [ProbabilityBin]
        /// From the surest decisions to all of them.
        package var riskCoverage: [RiskPoint]
    }

    package var decisions: Int
    package var crossovers: Int
    /// "leaveOneSourceOut" or, where only one source is present, "shipped".
    package var priors: String
    package var methods: [Method]
    /// What the model said of every decision, and what came of it; null for public ladders.
    @OrNull package var outcomes: [Outcome]?

    /// One decision as the model saw it.
    package struct Outcome: Codable, Sendable {
        package var source: String
        package var a: String
        package var b: String
        package var targetScale: Double
        package var rungsBelow: Int
        package var probabilityABetter: Double
        /// Loss of B − loss of A, between the means of the runs at the target.
        package var predictedGap: Estimate
        package var observedGap: Double
    }

    /// The method called `name`.
    package func method(_ name: String) -> Method? { methods.first { $0.name == name } }
}

/// The decision backtest on a set of cases.
package struct DecisionBacktest: Sendable {
    package let cases: [DecisionCase]
    private let start: GapPriors
    private let sourceWeights: [Double]

    /// - Parameter start: the structure of the priors, and what fitting starts from.
    package init(_ cases: [DecisionCase], start: GapPriors = .shipped) {
        self.cases = cases
        self.start = start
        let sizes = Dictionary(grouping: cases, by: \.source).mapValues(\.count)
        // A source of n decisions counts √n: they are neither one observation nor n.
        sourceWeights = cases.map { 1 / Double(sizes[$0.source] ?? 1).squareRoot() }
    }

    /// Priors fitted on all cases.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func fitPriors() throws -> GapPriors { try fitter().fit(Array(cases.indices)) }

    /// The whole report. With `priors` given these are used for every case; else each source is left out in turn
    /// (needs at least two sources, the shipped priors stand in otherwise).
    /// - Parameter withOutcomes: whether the report lists every decision.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func report(priors: GapPriors? = nil, withOutcomes: Bool = false) throws -> DecisionReport {
        let scorer = DecisionScorer(cases)
        let isFitted = priors == nil && scorer.sources.count > 1
        let priorsBySource = try isFitted ? leaveOneOut(scorer.sources) : [:]
        let fallback = priors ?? start
        let models = Dictionary(
            uniqueKeysWithValues: scorer.sources.map { ($0, GapModel(priors: priorsBySource[$0] ?? fallback)) })
        let forecasts = try modelForecasts(models)
        let answers = zip(cases, forecasts).map { decision, forecast in
            DecisionAnswer(
                probabilityABetter: forecast.probabilityABetter,
                covered: [forecast.gap.interval50, forecast.gap.interval80, forecast.gap.interval90].map {
                    $0.contains(decision.observedGap)
                }, expectsCrossover: forecast.probabilitySignDiffersFromTopRung >= 0.2)
        }
        var methods = [method("model", answers, scorer)]
        // Rank is calibrated on the other sources; one alone would calibrate itself.
        for baseline in DecisionBaseline.allCases where baseline != .calibratedRank || scorer.sources.count > 1 {
            methods.append(method(baseline.rawValue, baselineAnswers(baseline, scorer.sources), scorer))
        }
        return DecisionReport(
            decisions: cases.count, crossovers: cases.filter(\.isCrossover).count,
            priors: isFitted ? "leaveOneSourceOut" : fallback == .shipped ? "shipped" : "given", methods: methods,
            outcomes: withOutcomes ? zip(cases, forecasts).map(Self.outcome) : nil)
    }

    private static func outcome(_ decision: DecisionCase, _ forecast: GapForecast) -> DecisionReport.Outcome {
        DecisionReport.Outcome(
            source: decision.source, a: decision.a, b: decision.b, targetScale: decision.target.scale,
            rungsBelow: decision.visible.count, probabilityABetter: forecast.probabilityABetter,
            predictedGap: forecast.gap, observedGap: decision.observedGap)
    }

    private func method(_ name: String, _ answers: [DecisionAnswer], _ scorer: DecisionScorer) -> DecisionReport.Method
    {
        DecisionReport.Method(
            name: name, pooled: scorer.pooled(answers), macro: scorer.macro(answers),
            sources: scorer.bySource(answers), reliability: scorer.reliability(answers),
            probabilityBins: scorer.probabilityBins(answers), riskCoverage: scorer.riskCoverage(answers))
    }

    // MARK: - The model

    private func fitter() throws -> PriorFit {
        try PriorFit(
            zip(cases, sourceWeights).map { PriorFitCase(rungs: $0.visible, target: $0.target, weight: $1) },
            start: start)
    }

    /// For every source, priors fitted on all others.
    private func leaveOneOut(_ sources: [String]) throws -> [String: GapPriors] {
        let fitter = try fitter()
        let fitted = inParallel(sources.count) { index in
            fitter.fit(cases.indices.filter { cases[$0].source != sources[index] })
        }
        return Dictionary(uniqueKeysWithValues: zip(sources, fitted))
    }

    private func modelForecasts(_ models: [String: GapModel]) throws -> [GapForecast] {
        try inParallel(cases.count) { index in
            Result { try forecast(cases[index], models[cases[index].source] ?? GapModel(priors: start)) }
        }.map { try $0.get() }
    }

    private func forecast(_ decision: DecisionCase, _ model: GapModel) throws -> GapForecast {
        try model.knowing(floor: decision.knownFloor).posterior(decision.visible).forecastOfMeans(decision.target)
    }

    // MARK: - Baselines

    private func baselineAnswers(_ baseline: DecisionBaseline, _ sources: [String]) -> [DecisionAnswer] {
        guard baseline == .calibratedRank else {
            return inParallel(cases.count) { DecisionAnswer(probabilityABetter: baseline.probability(cases[$0])) }
        }
        var answers = cases.map { _ in DecisionAnswer(probabilityABetter: 0.5) }
        for source in sources {
            let training = cases.indices.filter { cases[$0].source != source }
            let calibrated = CalibratedRank(training.map { cases[$0] }, weights: training.map { sourceWeights[$0] })
            for index in cases.indices where cases[index].source == source {
                answers[index].probabilityABetter = calibrated.probability(cases[index])
            }
        }
        return answers
    }
}
