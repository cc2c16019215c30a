// What a ladder says about a pair: forecasts at any scale, as a mixture over floors and trend scales.
// Probabilities are exact sums over the mixture; everything in nats comes from one fixed set of quasi-random draws.
// Notation as in GapModel.swift. Positive gap: A is better.

import Foundation

/// One trend fit with its share of the posterior.
struct WeightedFit: Sendable {
    let fit: TrendFit
    var weight: Double
}

/// The forecast of a pair at one scale. Losses and gaps are in the losses' own units (nats per token).
package struct GapForecast: Sendable, Codable, Equatable {
    package var scale: Double
    /// Final loss of one run of each.
    package var lossA: Estimate
    package var lossB: Estimate
    /// Loss of B − loss of A, for one run of each.
    package var gap: Estimate
    /// The same over seeds.
    package var expectedGap: Estimate
    /// The factor by which B's scale must grow to reach A's loss here; nil when B's loss is not known to fall.
    package var computeMultiplier: Estimate?
    /// P(one run of A has a smaller loss than one run of B).
    package var probabilityABetter: Double
    /// Expected loss given away by choosing A, or B, for one run of each.
    package var expectedRegretA: Double
    package var expectedRegretB: Double
    /// P(the sign of the gap over seeds here is not its sign at the top rung).
    package var probabilitySignDiffersFromTopRung: Double
}

/// The gap over scale as a picture needs it: P(A better over seeds) and the band of d at each scale.
package struct GapBand: Sendable, Codable, Equatable {
    package var scales: [Double]
    package var probabilityABetter: [Double]
    /// The smooth trend of d = ln of the ratio of reducible losses.
    package var gap: [Estimate]
    /// The same trend in the losses' own units (loss of B − loss of A).
    package var gapInLoss: [Estimate]
}

/// The posterior of one pair.
package struct GapPosterior: Sendable {
    struct Floor: Sendable {
        /// In units of the smallest loss.
        let value: Double
        var weight: Double
        let gap: [WeightedFit]
        let level: [WeightedFit]

        init(value: Double, logWeight: Double, gap: [WeightedFit], level: [WeightedFit]) {
            self.value = value
            weight = logWeight
            self.gap = gap
            self.level = level
        }
    }

    let ladder: Ladder
    let floors: [Floor]

    init(ladder: Ladder, floors: [Floor]) {
        self.ladder = ladder
        let total = logSumExp(floors.map(\.weight))
        var normalised = floors
        for i in normalised.indices { normalised[i].weight = exp(floors[i].weight - total) }
        self.floors = normalised.filter { $0.weight > 1e-6 }
    }

    /// The floors with their posterior weights, in the losses' units: how well the ladder identifies the floor.
    package var floorWeights: [WeightedValue] {
        floors.map { WeightedValue($0.value * ladder.unit, weight: $0.weight) }
    }

    /// P(A better over seeds) along an axis of scales, from the smooth trend alone.
    package func signProbability(at scales: [Double]) -> [Double] {
        scales.map { scale in
            let x = ladder.position(of: scale)
            return mix { _, fit in
                let p = fit.predict(x, misfit: false)
                return Self.probabilityPositive(p.mean, p.variance)
            }
        }
    }

    /// Weighted mean over floors and gap fits.
    func mix(_ value: (Floor, TrendFit) -> Double) -> Double {
        var sum = 0.0
        for floor in floors {
            for gap in floor.gap { sum += floor.weight * gap.weight * value(floor, gap.fit) }
        }
        return sum
    }

    /// P(N(mean, variance) > 0); one half for an exact zero, so that equal arms stay equal.
    static func probabilityPositive(_ mean: Double, _ variance: Double) -> Double {
        if mean == 0 { return 0.5 }
        return variance > 0 ? NormalDistribution.cumulative(mean / variance.squareRoot()) : (mean > 0 ? 1 : 0)
    }
}
