// Scores the verdict's model on decisions whose outcome is known, beside six baselines. Each source is judged with
// priors that were fitted without it. It is pure: it makes a report from cases, and neither reads files nor prints.

import Foundation
package import ScalebenchCore
package import ScalingLaws

/// The scores of the decision backtest, as JSON writes them.
package struct DecisionReport: Codable, Sendable {
    /// One way of deciding, with its scores.
    package struct Method: Codable, Sendable {
        /// The method's name.
        package var name: String
        /// The scores over all decisions.
        package var pooled: DecisionScore
        /// The means over sources.
        package var macro: DecisionScore
        /// The scores over the decisions that end at least half a percent apart.
        package var material: DecisionScore
        /// The scores of each source, by its name.
        package var sources: [String: DecisionScore]
        /// How often decisions were right, by stated confidence.
        package var reliability: [ReliabilityBin]
        /// How often A was better, by stated P(A better).
        package var probabilityBins: [ProbabilityBin]
        /// The share of wrong decisions, from the surest ones to all of them.
        package var riskCoverage: [RiskPoint]
    }

    /// The number of decisions.
    package var decisions: Int
    /// The number of decisions whose order changes between the top visible rung and the target.
    package var crossovers: Int
    /// The number of distinct pairs of candidates.
    package var pairs: Int
    /// The number of distinct candidates.
    package var candidates: Int
    /// What intervals resample: "candidates" or "sources".
    package var resampled: String
    /// "leaveOneSourceOut" where the priors were fitted without the source that they are scored on, else "shipped" or
    /// "given".
    package var priors: String
    /// The model first, then the baselines.
    package var methods: [Method]
    /// The model's figures minus those of the baselines that state probabilities or rank.
    package var differences: [ScoreDifference]
    /// What a decision costs if the ladder grows in stages; null for a store's own ladders.
    @OrNull package var stages: StageReport?
    /// The model's forecast and the outcome of every decision; null for public ladders.
    @OrNull package var outcomes: [Outcome]?

    /// One decision as the model saw it.
    package struct Outcome: Codable, Sendable {
        /// The suite.
        package var source: String
        /// The name of A.
        package var a: String
        /// The name of B.
        package var b: String
        /// The scale of the hidden rung, in units of the axis.
        package var targetScale: Double
        /// The number of rungs that the forecast used.
        package var rungsBelow: Int
        /// The predicted probability that the mean of A's runs is smaller than that of B's.
        package var probabilityABetter: Double
        /// The predicted loss of B − loss of A, between the means of the runs at the hidden rung.
        package var predictedGap: Estimate
        /// The observed loss of B − loss of A, between the same means.
        package var observedGap: Double
    }

    /// The method called `name`; nil where there is none.
    package func method(_ name: String) -> Method? { methods.first { $0.name == name } }
}

/// The decision backtest on a set of cases.
package struct DecisionBacktest: Sendable {
    /// The decisions to score.
    package let cases: [DecisionCase]
    private let staged: [StagedPair]
    private let start: GapPriors
    private let sourceWeights: [Double]

    /// A backtest on these cases.
    /// - Parameters:
    ///   - staged: pairs whose ladders can grow in stages.
    ///   - start: the structure of the priors, and the values from which fitting starts.
    package init(_ cases: [DecisionCase], staged: [StagedPair] = [], start: GapPriors = .shipped) {
        self.cases = cases
        self.staged = staged
        self.start = start
        let sizes = Dictionary(grouping: cases, by: \.source).mapValues(\.count)
        // A source of n decisions counts √n, because they are neither one observation nor n independent ones.
        sourceWeights = cases.map { 1 / Double(sizes[$0.source] ?? 1).squareRoot() }
    }

    /// Priors fitted on all cases.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func fitPriors() throws -> GapPriors { try fitter().fit(Array(cases.indices)) }

    /// The whole report.
    /// - Parameters:
    ///   - priors: the priors for every case; the baselines then have their shipped numbers. If they are nil, each
    ///     source is judged with priors and numbers fitted on the others, or with the shipped ones where there is only
    ///     one source.
    ///   - withOutcomes: whether the report lists every decision.
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
        let baselines = DecisionBaseline.allCases.map {
            (name: $0.rawValue, answers: baselineAnswers($0, isFitted ? scorer.sources : []))
        }
        let compared: Set<String> = [DecisionBaseline.rank, .calibratedRank, .closedForm].reduce(into: []) {
            $0.insert($1.rawValue)
        }
        return DecisionReport(
            decisions: cases.count, crossovers: cases.filter(\.isCrossover).count,
            pairs: Set(cases.map { [$0.source, $0.a, $0.b] }).count,
            candidates: Set(cases.flatMap { [[$0.source, $0.a], [$0.source, $0.b]] }).count,
            resampled: scorer.sources.count >= DecisionScorer.manySources ? "sources" : "candidates",
            priors: isFitted ? "leaveOneSourceOut" : fallback == .shipped ? "shipped" : "given",
            methods: [Self.method("model", answers, scorer)]
                + baselines.map { Self.method($0.name, $0.answers, scorer) },
            differences: baselines.filter { compared.contains($0.name) }.map {
                scorer.difference(answers, $0.answers, to: $0.name)
            },
            stages: try stages(models),
            outcomes: withOutcomes ? zip(cases, forecasts).map(Self.outcome) : nil)
    }

    private static func outcome(_ decision: DecisionCase, _ forecast: GapForecast) -> DecisionReport.Outcome {
        DecisionReport.Outcome(
            source: decision.source, a: decision.a, b: decision.b, targetScale: decision.target.scale,
            rungsBelow: decision.visible.count, probabilityABetter: forecast.probabilityABetter,
            predictedGap: forecast.gap, observedGap: decision.observedGap)
    }

    static func method(_ name: String, _ answers: [DecisionAnswer], _ scorer: DecisionScorer) -> DecisionReport.Method {
        DecisionReport.Method(
            name: name, pooled: scorer.pooled(answers), macro: scorer.macro(answers),
            material: scorer.material(answers), sources: scorer.bySource(answers),
            reliability: scorer.reliability(answers),
            probabilityBins: scorer.probabilityBins(answers), riskCoverage: scorer.riskCoverage(answers))
    }

    // MARK: - The model

    private func fitter() throws -> PriorFit {
        try PriorFit(
            zip(cases, sourceWeights).map { PriorFitCase(rungs: $0.visible, target: $0.target, weight: $1) },
            start: start)
    }

    /// The priors for every source, fitted on all others.
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

    private func stages(_ models: [String: GapModel]) throws -> StageReport? {
        let probabilities = try inParallel(staged.count) { index in
            let model = models[staged[index].source] ?? GapModel(priors: start)
            return Result { try staged[index].stages.map { try forecast($0.decision, model).probabilityABetter } }
        }.map { try $0.get() }
        return StageBacktest(pairs: staged, probabilities: probabilities).report
    }

    /// The closed form fitted on all cases.
    package func fitClosedForm() -> ClosedForm { ClosedForm(cases, weights: sourceWeights) }

    // MARK: - Baselines

    /// - Parameter sources: those that are judged with numbers fitted on the others; with none, shipped numbers judge.
    private func baselineAnswers(_ baseline: DecisionBaseline, _ sources: [String]) -> [DecisionAnswer] {
        switch baseline {
        case .calibratedRank where sources.count > 1:
            fittedWithoutSource(sources) { CalibratedRank($0, weights: $1).probability }
        case .closedForm where sources.count > 1:
            fittedWithoutSource(sources) { ClosedForm($0, weights: $1).probability }
        default:
            inParallel(cases.count) { DecisionAnswer(probabilityABetter: baseline.probability(cases[$0])) }
        }
    }

    /// Each source judged with what `fit` makes of all others and their weights.
    private func fittedWithoutSource(
        _ sources: [String], _ fit: @Sendable ([DecisionCase], [Double]) -> (DecisionCase) -> Double
    ) -> [DecisionAnswer] {
        var answers = cases.map { _ in DecisionAnswer(probabilityABetter: 0.5) }
        for source in sources {
            let training = cases.indices.filter { cases[$0].source != source }
            let probability = fit(training.map { cases[$0] }, training.map { sourceWeights[$0] })
            for index in cases.indices where cases[index].source == source {
                answers[index].probabilityABetter = probability(cases[index])
            }
        }
        return answers
    }
}
