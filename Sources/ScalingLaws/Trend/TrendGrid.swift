// A trend process with its scales integrated out: one fit per grid point, weighted by prior and evidence.
// Notation and source as in TrendProcess.swift.

import Foundation

/// One trend fit with its share of the posterior.
struct WeightedFit: Sendable {
    let fit: TrendFit
    var weight: Double
}

/// The grid of scales of one trend, with prior weights.
struct TrendGrid: Sendable {
    let scales: [TrendScales]
    let logWeights: [Double]

    init(_ priors: TrendPriors) {
        scales = priors.scales
        logWeights = priors.logWeights
    }

    /// Posterior over the grid; points with less than a millionth of the best one's weight are dropped.
    ///
    /// - Parameter factor: multiplies every scale, to convert the priors' units to those of the observations.
    func posterior(
        _ observations: [Double], _ positions: [TrendPosition], noise: [Double], factor: Double = 1
    ) -> (logEvidence: Double, fits: [WeightedFit]) {
        let fits = scales.map {
            TrendFit($0.times(factor), positions: positions, observations: observations, noise: noise)
        }
        let weights = zip(logWeights, fits).map { $0 + $1.logEvidence }
        let total = logSumExp(weights)
        let best = weights.max() ?? 0
        var kept: [WeightedFit] = []
        for (fit, weight) in zip(fits, weights) where weight > best - 13.8 {
            kept.append(WeightedFit(fit: fit, weight: exp(weight - total)))
        }
        let sum = kept.reduce(0) { $0 + $1.weight }
        for i in kept.indices { kept[i].weight /= sum }
        return (total, kept)
    }
}
