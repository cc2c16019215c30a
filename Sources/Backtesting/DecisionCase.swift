// One decision of the backtest: a pair's visible rungs, and the result at a hidden scale. Of several seeds the mean
// loss counts. Where a visible rung has several, the seed noise is estimated from the visible rungs, as for a verdict.

import Foundation
package import ScalingLaws

/// A pair, its visible rungs, and its hidden target.
package struct DecisionCase: Sendable {
    package var source: String
    package var ladder: String
    package var a: String
    package var b: String
    /// The factor by which the target's scale exceeds that of the top visible rung, at least.
    package var lever: Double
    /// The visible rungs, smallest first.
    package var visible: [GapRung]
    /// The hidden rung. Its σ is estimated from the visible rungs; nil where the seed noise is not known.
    package var target: GapRung
    /// The entropy of the data in nats per token; nil where it is not known.
    package var knownFloor: Double?

    /// Mean loss of B − mean loss of A at the target.
    package var observedGap: Double { target.lossesB.mean - target.lossesA.mean }
    /// Whether A has the smaller mean loss at the target.
    package var aIsBetter: Bool { target.lossesA.mean < target.lossesB.mean }
    /// Whether A has the smaller loss at the top visible rung.
    package var aIsAhead: Bool { visible[visible.count - 1].lossesA.mean < visible[visible.count - 1].lossesB.mean }
    /// Whether the pair crosses over: the order at the top visible rung is not that at the target.
    package var isCrossover: Bool { aIsAhead != aIsBetter }
}

extension DecisionCase {
    /// A decision with the seed noise of the visible rungs, which is unknown where no candidate has two seeds at one of
    /// them.
    init(
        source: String, ladder: String, a: String, b: String, lever: Double, seen: [GapRung], target: GapRung
    ) {
        let noise = SeedNoise(
            groups: seen.flatMap { rung in
                [rung.lossesA, rung.lossesB].enumerated().map {
                    SeedGroup(candidate: $0, scale: rung.scale, losses: $1)
                }
            })
        let knowing = { (rung: GapRung) in
            guard noise.replicatedGroups > 0 else { return rung }
            var rung = rung
            rung.sigmaA = noise.sigma(at: rung.scale, candidate: 0)
            rung.sigmaB = noise.sigma(at: rung.scale, candidate: 1)
            return rung
        }
        self.init(
            source: source, ladder: ladder, a: a, b: b, lever: lever, visible: seen.map(knowing),
            target: knowing(target))
    }
}
