// When the runs at the target have shown enough. They are looked at after every evaluation, so a winner would sometimes
// be named by chance at one of many looks; the risk that the suite's rule allows is therefore shared out: with K looks,
// each may err with probability (1 − decisive)/K, and all of them together with no more than 1 − decisive (Bonferroni).
// Only a winner stops a run. `PlantedStoppingTests` hold the error rate to that.

package import ScalebenchCore
import ScalingLaws

extension Judge {
    /// The probability that a single look must reach.
    /// - Parameter looks: how often a run is evaluated before its end; at least one.
    package func probabilityPerLook(_ looks: Int) -> Double {
        1 - (1 - thresholds.decisiveProbability) / Double(max(looks, 1))
    }

    /// The candidates whose runs at the target need not go on: those of which every pair has a winner. One that was
    /// stopped before stays so while its winner has the decisive probability of any verdict.
    /// - Parameter looks: as in `probabilityPerLook`.
    package func candidatesDecidedEarly(_ ladder: Ladder, looks: Int) -> Set<Int> {
        let noise = LadderNoise(ladder)
        let others = ladder.candidates.indices.dropFirst()
        let decided = others.filter { index in
            let pair = PairLadder(ladder, a: 0, b: index, noise: noise)
            guard let early = pair.early, let forecast = (try? assess(pair))?.forecast else { return false }
            let needed =
                early.begun.b.wasStoppedEarly ? thresholds.decisiveProbability : probabilityPerLook(looks)
            return max(forecast.probabilityABetter, 1 - forecast.probabilityABetter) >= needed
        }
        return Set(decided.count == others.count ? [0] + decided : decided)
    }

    /// The runs of `plan` at the target that serve nobody who is undecided.
    package func runsDecidedEarly(_ plan: ComparisonPlan, _ records: [RunID: RunRecord]) -> [ComparisonPlan.Run] {
        let decided = candidatesDecidedEarly(plan.ladder(records), looks: plan.suite.evaluation.curvePoints - 1)
        return plan.runs { $0 == .target }.filter { run in
            records[run.id]?.isFinished != true && decided.isSuperset(of: run.candidates)
        }
    }
}
