// The verdict on all candidates of a ladder together. Every candidate is set against one of them, the base: the
// reference, or the next candidate where that lost by divergence.

import ScalebenchCore
import ScalingLaws

/// A candidate as the comparison of all sees it.
enum Entrant {
    /// Its gap to the base.
    case judged(GapDistribution)
    /// It diverged, and the base did not.
    case lost
    /// It has too few rungs in common with the base.
    case notJudged
}

extension Judge {
    /// The best of all candidates; nil for two, and where every candidate diverged.
    /// - Parameter assessments: of every other candidate against the first; nil where the pair could not be judged, and
    ///   for identical candidates.
    func best(_ ladder: Ladder, _ pooled: PooledEvidence, _ assessments: [Assessment?]) -> BestResult? {
        guard ladder.candidates.count > 2 else { return nil }
        let lost = lostByDivergence(ladder, pooled)
        guard let base = ladder.candidates.indices.first(where: { !lost.contains($0) }) else { return nil }
        let entrants = ladder.candidates.indices.filter { $0 != base }.map { index -> (index: Int, Entrant) in
            if lost.contains(index) { return (index, .lost) }
            let pair = PairLadder(ladder, a: base, b: index, pooled)
            return (index, entrant(pair, base == 0 ? assessments[index - 1] : try? assess(pair)))
        }
        let judged = entrants.compactMap { index, entrant in
            if case .judged(let gap) = entrant { (index: index, gap: gap) } else { nil }
        }
        let gaps = BestOf.withoutLuck(judged.map(\.gap)), probabilities = BestOf.probabilities(gaps)
        var standings = [Int: (standing: BestResult.Standing, place: Int?)]()
        standings[base] = (.init(candidate: ladder.candidates[base], probabilityBest: probabilities[0]), 0)
        for (place, one) in judged.enumerated() {
            let standing = BestResult.Standing(
                candidate: ladder.candidates[one.index], probabilityBest: probabilities[place + 1],
                expectedGapToReference: base == 0 ? Estimate(draws: gaps[place].expected) : nil)
            standings[one.index] = (standing, place + 1)
        }
        for (index, entrant) in entrants {
            if case .lost = entrant {
                standings[index] = (.init(candidate: ladder.candidates[index], probabilityBest: 0), nil)
            }
        }
        let names = ladder.candidates.indices
        return BestResult(
            names.compactMap { standings[$0] }, gaps: gaps,
            notJudged: names.filter { standings[$0] == nil }.map { ladder.candidates[$0] },
            decisive: thresholds.decisiveProbability)
    }

    /// The candidate B of a pair, whose A has not lost.
    /// - Parameter assessment: that of the pair; nil where it could not be judged.
    func entrant(_ pair: PairLadder, _ assessment: Assessment?) -> Entrant {
        if pair.candidatesAreIdentical { return .judged(.zero) }
        guard let assessment else { return .notJudged }
        guard let posterior = assessment.posterior else { return .lost }
        let sigma = pair.sigmaAtTarget
        return .judged(posterior.gapDistribution(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b))
    }

    /// The candidates that lost to the first by divergence, and the first where one that has a loss beats it.
    private func lostByDivergence(_ ladder: Ladder, _ pooled: PooledEvidence) -> Set<Int> {
        var lost: Set<Int> = []
        for index in ladder.candidates.indices.dropFirst() {
            switch PairLadder(ladder, a: 0, b: index, pooled).divergenceVerdict {
            case .aBetter: lost.insert(index)
            case .bBetter: lost.insert(0)
            case .unresolved: lost.formUnion([0, index])
            default: break
            }
        }
        return lost
    }
}
