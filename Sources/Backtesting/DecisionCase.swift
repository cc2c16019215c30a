// One decision of the backtest: a pair's visible rungs, and what happened at a scale that was hidden. Losses of several
// seeds count by their mean; where a visible rung has several, the seed noise is known from the visible rungs as it would
// be to a verdict.

import Foundation
package import ScalingLaws

/// A pair, its visible rungs, and the truth.
package struct DecisionCase: Sendable {
    package var source: String
    package var ladder: String
    package var a: String
    package var b: String
    /// How far the target lies beyond the visible rungs, at least.
    package var lever: Double
    package var visible: [GapRung]
    /// Where the seed noise is known, its σ is what the rungs below say of it.
    package var target: GapRung
    /// The data's entropy, where it is known.
    package var knownFloor: Double?

    /// Loss of B − loss of A.
    package var observedGap: Double { target.lossesB.mean - target.lossesA.mean }
    package var aIsBetter: Bool { target.lossesA.mean < target.lossesB.mean }
    /// Whether A has the smaller loss at the top visible rung.
    package var aIsAhead: Bool { visible[visible.count - 1].lossesA.mean < visible[visible.count - 1].lossesB.mean }
    /// A crossover: ranking at the top visible rung is wrong.
    package var isCrossover: Bool { aIsAhead != aIsBetter }
}

extension DecisionCase {
    /// With the seed noise that the visible rungs show; none is known where no candidate has two seeds at one of them.
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
