// The gap at the top rung, from which the walk to the target starts.

extension GapPosterior {
    /// The gap at the top rung, and how far it decides the gap at `place`.
    func start(of place: TrendPosition) -> GapDistribution.Start {
        let top = ladder.top
        var mean = 0.0, square = 0.0, kept = 0.0
        for walk in gaps {
            let fit = walk.value.fit, here = fit.predict(top), d = walk.value.variable.gap(here.mean)
            mean += walk.weight * d
            square += walk.weight * (d * d + walk.value.variable.seedVariance(near: here.mean, variance: here.variance))
            // In z, what is expected at the place moves by this much per unit at the top rung.
            kept += walk.weight * (here.variance > 0 ? fit.covariance(top, place) / here.variance : 1)
        }
        let variance = max(square - mean * mean, 0)
        return GapDistribution.Start(
            mean: mean, variance: variance, varianceOfA: variance * shareOfA(top),
            carried: finite(min(max(kept, 0), 1) * centre(place) * ladder.unit))
    }

    /// A's share of the seed noise at a rung; one half where the noise is not known.
    private func shareOfA(_ place: TrendPosition) -> Double {
        guard let rung = ladder.positions.firstIndex(where: { $0.isSame(as: place) }) else { return 0.5 }
        let a = ladder.varianceA[rung] / ladder.meanA[rung] / ladder.meanA[rung]
        let b = ladder.varianceB[rung] / ladder.meanB[rung] / ladder.meanB[rung]
        return a + b > 0 ? a / (a + b) : 0.5
    }
}
