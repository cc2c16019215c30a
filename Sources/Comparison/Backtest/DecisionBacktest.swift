// Scores the verdict's model on decisions whose outcome is known, beside five baselines, each source judged with priors
// that never saw it. Pure: cases in, a report out. Reading files and printing belong to the command.

import Foundation
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
        /// From the surest decisions to all of them.
        package var riskCoverage: [RiskPoint]
    }

    package var decisions: Int
    package var crossovers: Int
    /// "leaveOneSourceOut" or, where only one source is present, "shipped".
    package var priors: String
    package var methods: [Method]

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
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func report(priors: GapPriors? = nil) throws -> DecisionReport {
        let scorer = DecisionScorer(cases)
        let isFitted = priors == nil && scorer.sources.count > 1
        let priorsBySource = try isFitted ? leaveOneOut(scorer.sources) : [:]
        let fallback = priors ?? start
        let models = Dictionary(
            uniqueKeysWithValues: scorer.sources.map { ($0, GapModel(priors: priorsBySource[$0] ?? fallback)) })
        let answers = try modelAnswers(models)
        var methods = [method("model", answers, scorer)]
        for baseline in DecisionBaseline.allCases {
            methods.append(method(baseline.rawValue, baselineAnswers(baseline, scorer.sources), scorer))
        }
        return DecisionReport(
            decisions: cases.count, crossovers: cases.filter(\.isCrossover).count,
            priors: isFitted ? "leaveOneSourceOut" : (priors == nil ? "shipped" : "given"), methods: methods)
    }

    private func method(_ name: String, _ answers: [DecisionAnswer], _ scorer: DecisionScorer) -> DecisionReport.Method
    {
        DecisionReport.Method(
            name: name, pooled: scorer.pooled(answers), macro: scorer.macro(answers),
            sources: scorer.bySource(answers), reliability: scorer.reliability(answers),
            riskCoverage: scorer.riskCoverage(answers))
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

    private func modelAnswers(_ models: [String: GapModel]) throws -> [DecisionAnswer] {
        try inParallel(cases.count) { index in
            Result { try answer(cases[index], models) }
        }.map { try $0.get() }
    }

    private func answer(_ decision: DecisionCase, _ models: [String: GapModel]) throws -> DecisionAnswer {
        let model = models[decision.source] ?? GapModel(priors: start)
        let forecast = try model.posterior(decision.visible)
            .forecast(at: decision.target.scale, sigmaA: nil, sigmaB: nil)
        let gap = decision.target.lossesB.mean - decision.target.lossesA.mean
        return DecisionAnswer(
            probabilityABetter: forecast.probabilityABetter,
            covered: [forecast.gap.interval50, forecast.gap.interval80, forecast.gap.interval90].map {
                $0.contains(gap)
            }, fearsCrossover: forecast.probabilitySignDiffersFromTopRung >= 0.2)
    }

    // MARK: - Baselines

    private func baselineAnswers(_ baseline: DecisionBaseline, _ sources: [String]) -> [DecisionAnswer] {
        guard baseline == .calibratedRank else {
            return inParallel(cases.count) { DecisionAnswer(probabilityABetter: baseline.probability(cases[$0])) }
        }
        var answers = cases.map { _ in DecisionAnswer(probabilityABetter: 0.5) }
        for source in sources {
            let others = cases.indices.filter { cases[$0].source != source }
            // A single source calibrates on itself: flattering, and said so by the report's `priors`.
            let training = others.isEmpty ? Array(cases.indices) : others
            let calibrated = CalibratedRank(training.map { cases[$0] }, weights: training.map { sourceWeights[$0] })
            for index in cases.indices where cases[index].source == source {
                answers[index].probabilityABetter = calibrated.probability(cases[index])
            }
        }
        return answers
    }
}
