// The posterior of a pair's gap and of its level, given the ladder, and the types of its forecasts. The forecasts are
// computed in GapPosterior+Forecast, +Crossing and +ValueOfRuns. Notation as in GapModel.swift.

import Foundation

/// The forecast of a pair at one scale. Losses and gaps are in the losses' own units (nats per token).
public struct GapForecast: Sendable, Codable, Equatable {
    public var scale: Double
    /// Final loss of one run of each.
    public var lossA: Estimate
    public var lossB: Estimate
    /// Loss of B − loss of A, for one run of each.
    public var gap: Estimate
    /// The same difference between the means over seeds.
    public var expectedGap: Estimate
    /// The factor by which B's scale must grow to reach A's loss here; nil when B's loss is not known to fall.
    public var computeMultiplier: Estimate?
    /// P(one run of A has a smaller loss than one run of B).
    public var probabilityABetter: Double
    /// Expected loss given away by choosing A, or B, for one run of each.
    public var expectedRegretA: Double
    public var expectedRegretB: Double
    /// P(the sign of the expected gap here is not its sign at the top rung).
    public var probabilitySignDiffersFromTopRung: Double
}

/// The trend of a pair at one scale, with seeds and single rungs averaged out; losses and gap in the losses' units.
package struct GapTrend: Sendable, Equatable {
    package var probabilityABetter: Double
    package var lossA: Estimate
    package var lossB: Estimate
    package var gap: Estimate
}

/// The posterior of one pair.
public struct GapPosterior: Sendable {
    let ladder: GapLadder
    /// The standard deviation of d for one run of each, where the seed noise is not known.
    let unknownNoise: Double
    let gaps: [Weighted<GapWalk>]
    let levels: [Weighted<LevelTrend>]

    /// Weighted mean of a probability over the gap's roughness.
    func mix(_ probability: (GapWalk) -> Double) -> Double {
        min(max(gaps.reduce(0) { $0 + $1.weight * probability($1.value) }, 0), 1)
    }

    /// P(d + noise > `threshold`) at a place, for normal noise of this variance.
    func probability(above threshold: Double, _ place: TrendPosition, noise: Double) -> Double {
        mix { $0.probability(above: threshold, $0.fit.predict(place), noise: noise) }
    }

    /// The central loss M at a place, from its mean level, in units of the smallest loss.
    func centre(_ place: TrendPosition) -> Double {
        levels.reduce(0) { sum, level in
            let m = level.value.fit.predict(place).mean
            return sum + level.weight * (level.value.floor + exp(min(max(m, -230), 230)))
        }
    }

    /// Seed noise of one run of each, in units of the smallest loss. Where neither is known, it is that of the priors.
    func noiseInUnits(_ sigmaA: Double?, _ sigmaB: Double?) -> SeedDeviations {
        guard sigmaA != nil || sigmaB != nil else {
            return SeedDeviations(a: unknownNoise / 2.0.squareRoot(), b: unknownNoise / 2.0.squareRoot())
        }
        return SeedDeviations(
            a: min((sigmaA ?? 0) / ladder.unit, 1e100), b: min((sigmaB ?? 0) / ladder.unit, 1e100))
    }
}

/// Standard deviations of a loss of A and of one of B, in units of the smallest loss.
struct SeedDeviations {
    var a: Double
    var b: Double

    /// The variance that they add to d, where M is known.
    func variance(centre: Double, correlation: Double = 0) -> Double {
        let a = a / max(centre, 1e-100), b = b / max(centre, 1e-100)
        return min(max(a * a + b * b - 2 * correlation * a * b, 0), 1e12)
    }
}
