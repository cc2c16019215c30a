// Decides when the runs at the target can end early, because their start shows a winner or that the two are equivalent.
// There is an interim analysis after every evaluation. With K analyses, a chance result is likelier than with one. So
// each analysis may err with only 1/K of the risk that the suite's rule allows, and all of them together err with no
// more than that risk (Bonferroni). `SyntheticStoppingTests` check both kinds of error.

package import ScalebenchCore
import ScalingLaws

extension Judge {
    /// The risk on either side of the 90 % interval that makes two candidates equivalent.
    private static let equivalenceRisk = 0.05

    /// The probability of a winner that a single interim analysis must reach.
    /// - Parameter analyses: how often a run is evaluated before its end; at least one.
    package func probabilityPerAnalysis(_ analyses: Int) -> Double {
        1 - (1 - thresholds.decisiveProbability) / Double(max(analyses, 1))
    }

    /// The indices of the candidates whose runs at the target can end, because every pair that they are in is decided.
    /// - Parameter analyses: as in `probabilityPerAnalysis`.
    package func candidatesDecidedEarly(_ ladder: Ladder, analyses: Int) -> Set<Int> {
        let pooled = PooledEvidence(ladder)
        let others = ladder.candidates.indices.dropFirst()
        let decided = others.filter {
            isDecidedEarly(PairLadder(ladder, a: 0, b: $0, pooled), analyses: analyses)
        }
        return Set(decided.count == others.count ? [0] + decided : decided)
    }

    /// Whether the start of the target's runs decides a pair. A pair that was stopped early before stays decided while
    /// its verdict holds.
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

    /// The unfinished runs of `plan` at the target whose candidates are all decided.
    package func runsDecidedEarly(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> [ComparisonPlan.Run] {
        let decided = candidatesDecidedEarly(plan.ladder(records), analyses: plan.suite.evaluation.curvePoints - 1)
        return plan.runs { $0 == .target }.filter { run in
            records[run.id]?.isFinished != true && decided.isSuperset(of: run.candidates)
        }
    }
}
