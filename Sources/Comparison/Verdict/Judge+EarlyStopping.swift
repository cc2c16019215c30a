// When the runs at the target have shown enough: a winner, or that the two are equivalent. They are looked at after every
// evaluation, so that something would sometimes be seen by chance at one of many analyses; the risk that the suite's rule
// allows is therefore shared out: with K analyses, each may err with 1/K of it, and all of them together with no more than
// the whole (Bonferroni). `SyntheticStoppingTests` hold both kinds of error to that.

package import ScalebenchCore
import ScalingLaws

extension Judge {
    /// Of either side of the 90 % interval that makes two candidates equivalent.
    private static let equivalenceRisk = 0.05

    /// The probability of a winner that a single interim analysis must reach.
    /// - Parameter analyses: how often a run is evaluated before its end; at least one.
    package func probabilityPerAnalysis(_ analyses: Int) -> Double {
        1 - (1 - thresholds.decisiveProbability) / Double(max(analyses, 1))
    }

    /// The candidates whose runs at the target need not go on: those of which every pair is decided.
    /// - Parameter analyses: as in `probabilityPerAnalysis`.
    package func candidatesDecidedEarly(_ ladder: Ladder, analyses: Int) -> Set<Int> {
        let noise = LadderNoise(ladder)
        let others = ladder.candidates.indices.dropFirst()
        let decided = others.filter {
            isDecidedEarly(PairLadder(ladder, a: 0, b: $0, noise: noise), analyses: analyses)
        }
        return Set(decided.count == others.count ? [0] + decided : decided)
    }

    /// One that was stopped before stays so while its verdict stands.
    private func isDecidedEarly(_ pair: PairLadder, analyses: Int) -> Bool {
        guard let early = pair.early, let now = try? assess(pair), let forecast = now.forecast,
            let posterior = now.posterior
        else { return false }
        let analyses = early.begun.b.wasStoppedEarly ? 1 : max(analyses, 1)
        switch now.verdict {
        case .aBetter, .bBetter:
            return max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) >= probabilityPerAnalysis(analyses)
        case .equivalent:
            let margin = margin(forecast), scale = pair.targetScale
            let above = posterior.probabilityExpectedGap(above: margin, at: scale)
            let below = 1 - posterior.probabilityExpectedGap(above: -margin, at: scale)
            return max(above, below) <= Self.equivalenceRisk / Double(analyses)
        case .crossoverRisk, .unresolved: return false
        }
    }

    /// The runs of `plan` at the target that serve nobody who is undecided.
    package func runsDecidedEarly(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> [ComparisonPlan.Run] {
        let decided = candidatesDecidedEarly(plan.ladder(records), analyses: plan.suite.evaluation.curvePoints - 1)
        return plan.runs { $0 == .target }.filter { run in
            records[run.id]?.isFinished != true && decided.isSuperset(of: run.candidates)
        }
    }
}
