// What more runs would be worth: the expected probability of a right decision after them, before they are made.
// Each fit of the mixture predicts what the runs could show; each outcome reweights the fits and moves their forecasts.
// Not a plan: which runs are affordable, and what they cost, is Comparison's business.
// Source: Raiffa & Schlaifer, Applied Statistical Decision Theory (1961), preposterior analysis.

import Foundation

/// Runs that could be made next: so many of each candidate at one scale.
package struct NextRuns: Sendable, Codable, Equatable {
    package var scale: Double
    /// Training tokens of one run; nil: on the path that the posterior is asked about.
    package var tokens: Double?
    package var runsA: Int
    package var runsB: Int
    /// Standard deviation over seeds of one run there, in the losses' units; nil when unknown.
    package var sigmaA: Double?
    package var sigmaB: Double?

    package init(
        scale: Double, tokens: Double? = nil, runsA: Int, runsB: Int, sigmaA: Double? = nil, sigmaB: Double? = nil
    ) {
        self.scale = scale
        self.tokens = tokens
        self.runsA = runsA
        self.runsB = runsB
        self.sigmaA = sigmaA
        self.sigmaB = sigmaB
    }
}

extension GapPosterior {
    /// P(choosing the likelier winner at `scale` is right), over seeds: what the ladder is worth as it stands.
    package func probabilityOfRightDecision(at scale: Double) -> Double {
        let p = probabilityABetter(ladder.position(of: scale), 0, 0)
        return max(p, 1 - p)
    }

    /// The same probability expected after `runs`; never less than without them.
    ///
    /// Runs of one candidate alone move the gap as far as the other's noise at that rung allows; at a rung that
    /// only one candidate has, they tell nothing, and the present probability is returned.
    package func probabilityAfter(adding runs: NextRuns, target scale: Double) -> Double {
        let now = probabilityOfRightDecision(at: scale)
        let target = ladder.position(of: scale), place = ladder.position(of: runs.scale, tokens: runs.tokens)
        let rung = ladder.positions.firstIndex { $0.isSame(as: place) }
        guard runs.runsA > 0 || runs.runsB > 0, rung != nil || (runs.runsA > 0 && runs.runsB > 0) else { return now }
        let outcomes = outcomes(runs, place: place, rung: rung, target: target)
        guard !outcomes.isEmpty else { return now }

        // 1. Possible outcomes: equally likely draws, the fit by its weight and the place by a second coordinate.
        let sequence = QuasiRandomSequence(dimensions: 1)
        let nodes = 128
        var expected = 0.0
        var owner = 0, cumulative = outcomes[0].weight
        for node in 0..<nodes {
            while owner < outcomes.count - 1, cumulative < (Double(node) + 0.5) / Double(nodes) {
                owner += 1
                cumulative += outcomes[owner].weight
            }
            let z = NormalDistribution.approximateQuantile(sequence.value(node, 0))
            let outcome = outcomes[owner].mean + z * outcomes[owner].deviation
            // 2. The forecast after that outcome: fits reweighted, their means moved.
            var weight = 0.0, positive = 0.0
            for fit in outcomes {
                let z = (outcome - fit.mean) / fit.deviation
                guard abs(z) < 8 else { continue }
                let likelihood = fit.weight * exp(-0.5 * z * z) / fit.deviation
                weight += likelihood
                positive +=
                    likelihood
                    * Self.probabilityPositive(fit.targetMean + fit.gain * z, fit.targetVariance - fit.gain * fit.gain)
            }
            let p = weight > 0 ? positive / weight : 0.5
            expected += max(p, 1 - p) / Double(nodes)
        }
        return min(max(expected, now), 1)
    }

    /// One fit's prediction of the new mean gap and of the target.
    private struct Outcome {
        var weight: Double
        var mean: Double
        var deviation: Double
        var targetMean: Double
        var targetVariance: Double
        /// Covariance of the new observation and the target over the deviation of the former.
        var gain: Double
    }

    private func outcomes(_ runs: NextRuns, place: TrendPlace, rung: Int?, target: TrendPlace) -> [Outcome] {
        let centre = centre(place)
        let observed = rung.map { ladder.rungs[$0] }
        let noiseA = noiseOfMean(runs.sigmaA, runs.runsA, observed?.lossesA)
        let noiseB = noiseOfMean(runs.sigmaB, runs.runsB, observed?.lossesB)
        var result: [Outcome] = []
        for gap in gaps {
            let reducible = max(centre - gap.floor, 0.05)
            // The same gap is a larger d above a higher floor: this brings all floors to the d of floor zero.
            let unit = reducible / centre
            for weighted in gap.fits {
                let p = weighted.fit.predict(place, misfit: true), t = weighted.fit.predict(target, misfit: true)
                let noise = Self.seedVariance(reducible: reducible, gap: p.mean, noiseA, noiseB)
                let deviation = (p.variance + noise).squareRoot()
                guard deviation > 0 else { continue }
                let covariance = weighted.fit.covariance(place, misfit: true, target, misfit: true)
                result.append(
                    Outcome(
                        weight: gap.weight * weighted.weight, mean: p.mean * unit, deviation: deviation * unit,
                        targetMean: t.mean, targetVariance: t.variance, gain: covariance / deviation))
            }
        }
        // Fits of little weight cost as much as the others and change nothing.
        result = result.filter { $0.weight > 1e-4 }
        let total = result.reduce(0) { $0 + $1.weight }
        for i in result.indices { result[i].weight /= total }
        return result
    }

    /// Noise of the mean of `count` new runs; with none, that of the `old` ones they are compared with.
    private func noiseOfMean(_ sigma: Double?, _ count: Int, _ old: [Double]?) -> Double {
        let runs = count > 0 ? count : (old?.count ?? 1)
        return min((sigma ?? 0) / ladder.unit, 1e100) / Double(runs).squareRoot()
    }
}
