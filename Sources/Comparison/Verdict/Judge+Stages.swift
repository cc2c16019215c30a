// Decides after each stage of a ladder which candidates are trained further.

import ScalebenchCore
import ScalingLaws

extension Judge {
    /// The candidates that are trained further, the first one with them; empty where all is decided. Open are those whose
    /// comparison with the first has no winner with the probability of the rule, no divergence that decides, and is no
    /// equivalence. Of three or more candidates, those that may be the best, and are not the first one's equals, are open too
    /// until one of them is known to be.
    /// - Parameter probability: what a winner must reach; nil for the rule's.
    package func openCandidates(_ all: Ladder, until probability: Double? = nil) -> Set<Int> {
        let pooled = PooledEvidence(all), ladder = all.ofJudged,
            decisive = probability ?? thresholds.decisiveProbability
        var open: Set<Int> = [], assessments: [Assessment?] = []
        for index in ladder.candidates.indices.dropFirst() {
            let pair = PairLadder(ladder, a: 0, b: index, pooled)
            let now = pair.candidatesAreIdentical ? nil : try? assess(pair)
            assessments.append(now)
            if !pair.candidatesAreIdentical, isOpen(now, until: decisive) { open.insert(index) }
        }
        if let best = best(ladder, pooled, assessments), best.winner == nil {
            let contenders = best.contenders.compactMap(ladder.candidates.firstIndex)
            open.formUnion(
                contenders.filter {
                    $0 > 0 && assessments[$0 - 1]?.verdict != .equivalent && assessments[$0 - 1] != nil
                })
        }
        return open.isEmpty ? [] : open.union([0])
    }

    /// A pair that cannot be judged yet is open.
    private func isOpen(_ assessment: Assessment?, until probability: Double) -> Bool {
        guard let assessment else { return true }
        guard assessment.forecast != nil else { return assessment.verdict == .unresolved }
        return isUndecided(assessment, until: probability)
    }
}
