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

/// The posterior of the gap, or of the level, under one floor.
struct FloorPosterior: Sendable {
    /// The floor, in units of the smallest loss.
    let floor: Double
    /// The logarithm of the weight when the model makes it; the normalised weight inside a posterior.
    var weight: Double
    let fits: [WeightedFit]

    /// The same floors with normalised weights; floors without weight are left out.
    static func normalised(_ floors: [FloorPosterior]) -> [FloorPosterior] {
        let total = logSumExp(floors.map(\.weight))
        return floors.compactMap { floor in
            let weight = exp(floor.weight - total)
            return weight > 1e-6 ? FloorPosterior(floor: floor.floor, weight: weight, fits: floor.fits) : nil
        }
    }
}

/// The posterior of one pair.
public struct GapPosterior: Sendable {
    let ladder: GapLadder
    let growth: Double
    let gaps: [FloorPosterior]
    let levels: [FloorPosterior]
    /// What the target's own runs say about the gap's growth up to it; nil while it has none.
    private var seenGrowth: (x: Double, explained: Double)?

    init(ladder: GapLadder, growth: Double, gaps: [FloorPosterior], levels: [FloorPosterior]) {
        self.ladder = ladder
        self.growth = growth
        self.gaps = FloorPosterior.normalised(gaps)
        self.levels = FloorPosterior.normalised(levels)
        seenGrowth = growthAtTarget()
    }

    /// The position of an observed target, and the share of the growth's variance there that it explains.
    ///
    /// The fit credits the measurement (noise σ²) to the trend alone, whose variance v falls to v′ = vσ²/(v + σ²). With
    /// the growth's variance g² beside v, both would keep (v + g²)σ²/(v + g² + σ²); the difference is the growth's.
    private func growthAtTarget() -> (x: Double, explained: Double)? {
        guard let index = ladder.rungs.lastIndex(where: \.isTarget) else { return nil }
        let place = ladder.positions[index]
        var noise = 0.0, left = 0.0, square = 0.0
        for gap in gaps {
            noise += gap.weight * ladder.gapNoise(gap.floor)[index]
            for fit in gap.fits {
                let trend = fit.fit.predict(place, misfit: true)
                left += gap.weight * fit.weight * trend.variance
                square += gap.weight * fit.weight * trend.mean * trend.mean
            }
        }
        guard noise > 0 else { return (place.x, 1) }
        let k = min(max(1 - left / noise, 0), 1)
        return (place.x, 1 - k * k / (1 + k * growth * growth * place.x * square / noise))
    }

    /// Weighted mean of a probability over the gap's fits and their floors.
    func mix(_ probability: (TrendFit, Double) -> Double) -> Double {
        var sum = 0.0
        for gap in gaps {
            for fit in gap.fits { sum += gap.weight * fit.weight * probability(fit.fit, gap.floor) }
        }
        return min(max(sum, 0), 1)
    }

    /// Standard deviation of ln |d| at a place beyond what the trend explains. It is 0 inside the ladder and that of a
    /// Brownian motion outside, of which an observed target is a point with noise.
    func growthDeviation(_ place: TrendPosition) -> Double {
        let outside = max(place.x, (ladder.positions.first?.x ?? 0) - place.x, 0)
        guard !TrendFit.same(outside, 0) else { return 0 }
        var variance = outside
        if let seen = seenGrowth, place.x > 0, seen.x > 0 {
            let shared = min(place.x, seen.x)
            variance -= seen.explained * shared * shared / seen.x
        }
        return growth * max(variance, 0).squareRoot()
    }

    /// P(N(mean, variance) > 0); one half for an exact zero, so that equal candidates stay equal.
    static func probabilityPositive(_ mean: Double, _ variance: Double) -> Double {
        if mean == 0 { return 0.5 }
        return variance > 0 ? NormalDistribution.cumulative(mean / variance.squareRoot()) : (mean > 0 ? 1 : 0)
    }
}
