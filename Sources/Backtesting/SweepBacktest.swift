// Scores what families of candidates say of their members: decisions between two members, and the best setting at the
// target. Nothing is fitted to what is scored.

import Comparison
import Foundation
package import ScalebenchCore
import ScalingLaws

/// The scores of sweeps, as JSON writes them.
package struct SweepReport: Codable, Sendable {
    /// The number of questions: families, ladders and levers.
    package var questions: Int
    package var decisions: Int
    package var crossovers: Int
    /// The pooled model first, then the pair's own model and the baselines.
    package var methods: [DecisionReport.Method]
    /// The pooled model's figures minus those of the others.
    package var differences: [ScoreDifference]
    /// How well the best member at the target is named.
    package var bestSettings: [BestSetting]

    /// One way of naming the best member.
    package struct BestSetting: Codable, Sendable {
        package var name: String
        /// The median of the loss that the named member gives away against the best one, as a share of it.
        package var medianLossGivenAway: Double
        /// Its mean.
        package var meanLossGivenAway: Double
        /// The mean number of members that lie between the named and the best one in the order of their only setting; null
        /// where no question has one setting alone.
        @OrNull package var meanStepsOff: Double?
        /// The share of questions in which this method gives away more than the pooled model.
        package var worseThanPooled: Double
        /// The share in which it gives away less.
        package var betterThanPooled: Double
    }
}

/// The backtest of a set of questions.
package struct SweepBacktest {
    private let questions: [SweepQuestion]

    package init(_ questions: [SweepQuestion]) { self.questions = questions }

    /// The scores; nil where no family shows a surface.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func report() throws -> SweepReport? {
        let asked = inParallel(questions.count) { Asked(questions[$0]) }.compactMap { $0 }
        let cases = asked.flatMap(\.decisions)
        guard !cases.isEmpty else { return nil }
        let decisions = cases.map(\.decision), scorer = DecisionScorer(decisions)
        let model = GapModel()
        let pooled = try answers(cases) { try model.posterior($0.decision.visible, surface: $0.surface) }
        let others: [(String, [DecisionAnswer])] =
            [("pairModel", try answers(cases) { try model.posterior($0.decision.visible) })]
            + [DecisionBaseline.rank, .calibratedRank, .separatePowerLaws, .closedForm].map { baseline in
                (baseline.rawValue, decisions.map { DecisionAnswer(probabilityABetter: baseline.probability($0)) })
            }
        return SweepReport(
            questions: asked.count, decisions: cases.count, crossovers: decisions.count(where: \.isCrossover),
            methods: ([("pooled", pooled)] + others).map { DecisionBacktest.method($0.0, $0.1, scorer) },
            differences: others.map { scorer.difference(pooled, $0.1, to: $0.0) },
            bestSettings: BestSettingScores(asked.map(\.question)).rows)
    }

    private struct Decision: Sendable {
        var decision: DecisionCase
        var surface: SurfaceGap
    }

    /// A question with its decisions; nil where its family shows no surface.
    private struct Asked: Sendable {
        let question: SweepQuestion
        let decisions: [Decision]

        init?(_ question: SweepQuestion) {
            let members = question.family.candidates
            let pairs = members.indices.flatMap { a in members.indices.dropFirst(a + 1).map { (a, $0) } }
            decisions = pairs.compactMap { a, b in
                guard let held = question.held.pair(a: a, b: b), let surface = held.surface else { return nil }
                return Decision(
                    decision: DecisionCase(
                        source: question.source, ladder: question.ladder, a: members[a], b: members[b],
                        lever: question.lever, visible: held.below, target: held.rung), surface: surface)
            }
            guard !decisions.isEmpty else { return nil }
            self.question = question
        }
    }

    private func answers(
        _ cases: [Decision], _ posterior: @Sendable (Decision) throws -> GapPosterior
    ) throws -> [DecisionAnswer] {
        try inParallel(cases.count) { index -> Result<DecisionAnswer, any Error> in
            Result {
                let forecast = try posterior(cases[index]).forecastOfMeans(cases[index].decision.target)
                let gap = cases[index].decision.observedGap
                return DecisionAnswer(
                    probabilityABetter: forecast.probabilityABetter,
                    covered: [forecast.gap.interval50, forecast.gap.interval80, forecast.gap.interval90].map {
                        $0.contains(gap)
                    }, expectsCrossover: forecast.probabilitySignDiffersFromTopRung >= 0.2)
            }
        }.map { try $0.get() }
    }
}
