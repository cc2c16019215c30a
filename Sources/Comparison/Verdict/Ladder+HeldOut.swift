// Holds a rung out: what a pair would have known of it before it was trained.

package import ScalingLaws

extension Ladder {
    /// The ladder with its target as the top rung.
    package var withTargetAsRung: Ladder {
        var ladder = withoutTarget
        ladder.rungs.append(target)
        return ladder
    }

    /// The target as it was before it was trained.
    package var targetHeldOut: HeldOutRung {
        var ladder = withoutTarget
        ladder.target = target
        ladder.target.points = candidates.map { _ in [] }
        return HeldOutRung(rung: target, ladder: ladder, pooled: PooledEvidence(ladder))
    }

    /// A family with more losses than this is fitted once: holding every rung out would take minutes.
    private static let mostLossesHeldOut = 500

    /// On a ladder with more rungs than this only so many are held out: the work grows with the square of their number.
    package static let mostRungsHeldOut = 20

    /// Every rung as it was before it was trained, smallest first; on a long ladder `mostRungsHeldOut` of them, evenly spread
    /// and with the largest; none on a ladder with a very large family.
    package var heldOutRungs: [HeldOutRung] {
        guard familyOf.count(where: { $0 != nil }) * rungs.count <= Self.mostLossesHeldOut else { return [] }
        let count = min(rungs.count, Self.mostRungsHeldOut)
        return (1...max(count, 1)).prefix(count).map { number in
            let index = number * rungs.count / count - 1, rung = rungs[index]
            var ladder = withoutTarget
            // Rungs of nearly its own FLOPs, trained on fewer tokens, do not show how well a larger one is forecast.
            ladder.rungs = rungs.prefix(index).filter { RungGrouping.isBelow($0.scale, rung.scale) }
            ladder.target = rung
            ladder.target.points = ladder.candidates.map { _ in [] }
            return HeldOutRung(rung: rung, ladder: ladder, pooled: PooledEvidence(ladder))
        }
    }
}

/// A rung with the ladder below it.
package struct HeldOutRung: Sendable {
    package let rung: LadderRung
    fileprivate let ladder: Ladder
    /// What the ladder below shows, pooled over all candidates.
    fileprivate let pooled: PooledEvidence

    /// The member of the only family with the lowest loss at the rung, as the surface has it; nil without a surface.
    package var bestBySurface: Int? { best(among: ladder.candidates.indices) }

    func best(among candidates: Range<Int>) -> Int? {
        pooled.surfaces[0].flatMap { ladder.bestMember(among: Array(candidates), $0) }
    }

    /// The rung and those below it, with what a pair knew of them before the rung was trained. The rung and those above
    /// are not used, not even in the pooling of noise. The rung's σ is that of one run, estimated from the rungs below.
    /// It is nil where one of the two has no loss at the rung, where their mean losses are equal, and with fewer than
    /// two common rungs below.
    package func pair(a: Int, b: Int) -> (below: [GapRung], rung: GapRung, surface: SurfaceGap?)? {
        let lossesA = rung.points[a].compactMap(\.loss), lossesB = rung.points[b].compactMap(\.loss)
        guard !lossesA.isEmpty, !lossesB.isEmpty, lossesA.mean != lossesB.mean else { return nil }
        let pair = PairLadder(ladder, a: a, b: b, pooled)
        let below = pair.ladderRungs, sigma = pair.sigma(at: rung)
        guard below.count >= 2 else { return nil }
        return (
            below,
            GapRung(
                scale: rung.scale, tokens: rung.tokens, lossesA: lossesA, lossesB: lossesB, sigmaA: sigma.a,
                sigmaB: sigma.b),
            pair.surfaceGap
        )
    }
}
