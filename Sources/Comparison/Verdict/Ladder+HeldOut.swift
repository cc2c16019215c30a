// Holding rungs out: what a pair would have known of a rung before it was trained.

package import ScalingLaws

extension Ladder {
    /// The target as one more rung.
    package var withTargetAsRung: Ladder {
        var ladder = withoutTarget
        ladder.rungs.append(target)
        return ladder
    }

    /// A rung and what lies below it, as the pair would have seen it: nothing of the rung or of those above takes part,
    /// not even in the pooling of noise. The rung's σ is that of one run, as the rungs below tell it. Nil without a
    /// loss of both at the rung, with equal losses, and with fewer than two rungs of both below.
    package func heldOut(at index: Int, a: Int, b: Int) -> (below: [GapRung], rung: GapRung)? {
        let rung = rungs[index]
        let lossesA = rung.points[a].compactMap(\.loss), lossesB = rung.points[b].compactMap(\.loss)
        guard !lossesA.isEmpty, !lossesB.isEmpty, lossesA.mean != lossesB.mean else { return nil }
        var ladder = withoutTarget
        // Rungs of nearly its own FLOPs, trained on fewer tokens, say nothing of how well a larger one is forecast.
        ladder.rungs = rungs.prefix(index).filter { RungGrouping.isBelow($0.scale, rung.scale) }
        let pair = PairLadder(ladder, a: a, b: b, noise: LadderNoise(ladder))
        let below = pair.ladderRungs, sigma = pair.sigma(at: rung.scale)
        guard below.count >= 2 else { return nil }
        return (
            below,
            GapRung(
                scale: rung.scale, tokens: rung.tokens, lossesA: lossesA, lossesB: lossesB, sigmaA: sigma.a,
                sigmaB: sigma.b)
        )
    }
}
