// Decides after each stage of a ladder which candidates are trained further.

import ScalebenchCore
import ScalingLaws

extension Judge {
    /// The candidates whose comparison with the first is open, and the first one; empty where all are decided: by a winner
    /// with the probability of the rule, by divergence, or because two are equivalent.
    /// - Parameter probability: what a winner must reach; nil for the rule's.
    package func openCandidates(_ ladder: Ladder, until probability: Double? = nil) -> Set<Int> {
        let noise = LadderNoise(ladder)
        let open = ladder.candidates.indices.dropFirst().filter { index in
            let pair = PairLadder(ladder, a: 0, b: index, noise: noise)
            if pair.candidatesAreIdentical { return false }
            // A pair that cannot be judged yet is open.
            guard let now = try? assess(pair) else { return true }
            guard now.forecast != nil else { return now.verdict == .unresolved }
            return isUndecided(now, until: probability ?? thresholds.decisiveProbability)
        }
        return open.isEmpty ? [] : Set([0] + open)
    }
}
