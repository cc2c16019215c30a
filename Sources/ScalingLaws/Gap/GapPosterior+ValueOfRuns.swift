// The worth of more runs: the expected probability of a right decision after them, computed before they are made.
// Each fit of the mixture predicts what the runs could show; each outcome reweights the fits and moves their forecasts.
// A decision is right when the chosen candidate has the lower loss, of one run of each; a forecast's
// `probabilityABetter` is the same probability. Seed noise at the target therefore limits what any runs can bring.
// Comparison decides which runs are affordable, and knows what they cost.
// Source: Raiffa & Schlaifer, Applied Statistical Decision Theory (1961), preposterior analysis.

import Foundation

/// Runs that could be made next, some of each candidate at one scale.
package struct PossibleRuns: Sendable, Codable, Equatable {
    package var scale: Double
    /// Training tokens of one run; nil means those on the path that the posterior is asked about.
    package var tokens: Double?
    package var runsA: Int
    package var runsB: Int
    /// Standard deviation over seeds of one run there, in the losses' units; nil when unknown.
    package var sigmaA: Double?
    package var sigmaB: Double?
    /// Correlation of the two candidates' losses on equal seeds there, which their runs are made on; 0 when unknown.
    package var seedCorrelation: Double

    package init(
        scale: Double, tokens: Double? = nil, runsA: Int, runsB: Int, sigmaA: Double? = nil, sigmaB: Double? = nil,
        seedCorrelation: Double = 0
    ) {
        self.scale = scale
        self.tokens = tokens
        self.runsA = runsA
        self.runsB = runsB
        self.sigmaA = sigmaA
        self.sigmaB = sigmaB
        self.seedCorrelation = seedCorrelation
    }

    /// Correlation of the two means. As many runs are on equal seeds as both candidates have.
    fileprivate var correlationOfMeans: Double {
        guard runsA > 0, runsB > 0 else { return 0 }
        return seedCorrelation * (Double(min(runsA, runsB)) / Double(max(runsA, runsB))).squareRoot()
    }
}

/// The expected worth of runs.
package struct ValueOfRuns: Sendable, Equatable {
    /// Expected P(the likelier winner has the lower loss, of one run of each); never less than without the runs.
    package var probabilityRight: Double
    /// The probability that a winner is then likely enough to decide. Often this is most of the worth: runs that
    /// confirm what is already likely leave `probabilityRight` as it is, because the expectation of a posterior
    /// probability equals the present one.
    package var probabilityDecided: Double
}

extension GapPosterior {
    /// P(the likelier winner has the lower loss, of one run of each at `scale`), from the ladder as it stands. This is
    /// the forecast's `probabilityABetter`, or one minus it.
    /// - Parameter sigmaA: as in `forecast`; `sigmaB` likewise.
    package func probabilityOfRightDecision(at scale: Double, sigmaA: Double?, sigmaB: Double?) -> Double {
        let noise = noiseInUnits(sigmaA, sigmaB)
        let p = probabilityABetter(ladder.position(of: scale), noise.a, noise.b)
        return max(p, 1 - p)
    }

    /// The expected worth of `runs` for the decision at `scale`.
    ///
    /// Runs of one candidate alone inform about the gap only as far as the other's noise at that rung allows; where the
    /// ladder has no rung, they say nothing.
    /// - Parameters:
    ///   - sigmaA: as in `forecast`, once the runs have been made; `sigmaB` likewise.
    ///   - decisive: the probability from which on a winner is decided.
    package func value(
        of runs: PossibleRuns, at scale: Double, sigmaA: Double?, sigmaB: Double?, decisive: Double
    ) -> ValueOfRuns {
        let now = probabilityOfRightDecision(at: scale, sigmaA: sigmaA, sigmaB: sigmaB)
        let unchanged = ValueOfRuns(probabilityRight: now, probabilityDecided: now >= decisive ? 1 : 0)
        let target = ladder.position(of: scale), place = ladder.position(of: runs.scale, tokens: runs.tokens)
        let rung = ladder.positions.firstIndex { $0.isSame(as: place) }
        guard runs.runsA > 0 || runs.runsB > 0, rung != nil || (runs.runsA > 0 && runs.runsB > 0) else {
            return unchanged
        }
        let outcomes = outcomes(
            runs, place: place, rung: rung, target: target, targetNoise: noiseInUnits(sigmaA, sigmaB))
        guard !outcomes.isEmpty else { return unchanged }

        // 1. Possible outcomes are equally likely draws; the weights choose the fit, a quasi-random number the value.
        let sequence = QuasiRandomSequence(dimensions: 1)
        let nodes = 128
        var expected = 0.0, decided = 0
        var owner = 0, cumulative = outcomes[0].weight
        for node in 0..<nodes {
            while owner < outcomes.count - 1, cumulative < (Double(node) + 0.5) / Double(nodes) {
                owner += 1
                cumulative += outcomes[owner].weight
            }
            let z = NormalDistribution.approximateQuantile(sequence.value(node, 0))
            let outcome = outcomes[owner].mean + z * outcomes[owner].deviation
            // 2. After that outcome the fits have other weights and other means.
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
            if max(p, 1 - p) >= decisive { decided += 1 }
        }
        return ValueOfRuns(
            probabilityRight: min(max(expected, now), 1), probabilityDecided: Double(decided) / Double(nodes))
    }

    /// One fit's prediction of the new mean gap and of the target.
    private struct Outcome {
        var weight: Double
        var mean: Double
        var deviation: Double
        var targetMean: Double
        /// Variance of the gap for one run of each: that of the expected gap plus that of the seeds.
        var targetVariance: Double
        /// Covariance of the new observation and the target, divided by the deviation of the observation.
        var gain: Double
    }

    private func outcomes(
        _ runs: PossibleRuns, place: TrendPosition, rung: Int?, target: TrendPosition,
        targetNoise: (a: Double, b: Double)
    ) -> [Outcome] {
        let centre = centre(place), targetCentre = self.centre(target)
        let observed = rung.map { ladder.rungs[$0] }
        let noiseA = noiseOfMean(runs.sigmaA, runs.runsA, observed?.lossesA)
        let noiseB = noiseOfMean(runs.sigmaB, runs.runsB, observed?.lossesB)
        var result: [Outcome] = []
        for gap in gaps {
            let reducible = max(centre - gap.floor, 0.05)
            // The same gap is a larger d above a higher floor; this factor brings all floors to the d of floor zero.
            let unit = reducible / centre
            for weighted in gap.fits {
                let p = weighted.fit.predict(place, misfit: true), t = weighted.fit.predict(target, misfit: true)
                let noise = Self.seedVariance(
                    reducible: reducible, gap: p.mean, noiseA, noiseB, correlation: runs.correlationOfMeans)
                let seeds = Self.seedVariance(
                    reducible: targetCentre - gap.floor, gap: t.mean, targetNoise.a, targetNoise.b)
                let deviation = (p.variance + noise).squareRoot()
                guard deviation > 0 else { continue }
                let covariance = weighted.fit.covariance(place, misfit: true, target, misfit: true)
                result.append(
                    Outcome(
                        weight: gap.weight * weighted.weight, mean: p.mean * unit, deviation: deviation * unit,
                        targetMean: t.mean, targetVariance: t.variance + seeds, gain: covariance / deviation))
            }
        }
        // Fits of little weight cost as much as the others and change nothing, so they are left out.
        result = result.filter { $0.weight > 1e-4 }
        let total = result.reduce(0) { $0 + $1.weight }
        for i in result.indices { result[i].weight /= total }
        return result
    }

    /// Noise of the mean of `count` new runs; without new runs, that of the `old` ones.
    private func noiseOfMean(_ sigma: Double?, _ count: Int, _ old: [Double]?) -> Double {
        let runs = count > 0 ? count : (old?.count ?? 1)
        return min((sigma ?? 0) / ladder.unit, 1e100) / Double(runs).squareRoot()
    }
}
