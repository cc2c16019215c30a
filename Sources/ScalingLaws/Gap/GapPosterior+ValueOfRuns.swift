// What more runs would be worth: the expected probability of a right decision after them, before they are made.
// Each fit of the mixture predicts what the runs could show; each outcome reweights the fits and moves their forecasts.
// A decision is right when the chosen candidate's run is the lower one of one run of each: the quantity of a forecast's
// `probabilityABetter`. So seed noise at the target bounds what any runs can bring.
// Not a plan: which runs are affordable, and what they cost, is Comparison's business.
// Source: Raiffa & Schlaifer, Applied Statistical Decision Theory (1961), preposterior analysis.

import Foundation

/// Runs that could be made next: so many of each candidate at one scale.
package struct PossibleRuns: Sendable, Codable, Equatable {
    package var scale: Double
    /// Training tokens of one run; nil: on the path that the posterior is asked about.
    package var tokens: Double?
    package var runsA: Int
    package var runsB: Int
    /// Standard deviation over seeds of one run there, in the losses' units; nil when unknown.
    package var sigmaA: Double?
    package var sigmaB: Double?
    /// Correlation of the losses of equal seeds there, which both candidates' runs are made on; 0 when unknown.
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

    /// Correlation of the two means: as many runs as both have are on equal seeds.
    fileprivate var correlationOfMeans: Double {
        guard runsA > 0, runsB > 0 else { return 0 }
        return seedCorrelation * (Double(min(runsA, runsB)) / Double(max(runsA, runsB))).squareRoot()
    }
}

/// What runs are expected to bring.
package struct ValueOfRuns: Sendable, Equatable {
    /// Expected P(the likelier winner is the lower one of one run of each); never less than without the runs.
    package var probabilityRight: Double
    /// That a winner then has the probability that decides. Often the larger part of the worth: runs that confirm what
    /// is likely already move no expected probability, since what is expected of it is what it is.
    package var probabilityDecided: Double
}

extension GapPosterior {
    /// P(the likelier winner is the lower one of one run of each at `scale`): what the ladder is worth as it stands.
    /// - Parameter sigmaA: as in `forecast`, whose `probabilityABetter` this is, or one minus it; `sigmaB` likewise.
    package func probabilityOfRightDecision(at scale: Double, sigmaA: Double?, sigmaB: Double?) -> Double {
        let noise = noiseInUnits(sigmaA, sigmaB)
        let p = probabilityABetter(ladder.position(of: scale), noise.a, noise.b)
        return max(p, 1 - p)
    }

    /// What `runs` are expected to bring at `scale`.
    ///
    /// Runs of one candidate alone move the gap as far as the other's noise at that rung allows; at a rung that
    /// only one candidate has, they tell nothing.
    /// - Parameters:
    ///   - sigmaA: as in `forecast`, once the runs have been made; `sigmaB` likewise.
    ///   - decisive: the probability of a winner that decides.
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

        // 1. Possible outcomes: equally likely draws, the fit by its weight and the place by a second coordinate.
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
        /// Of one run of each: the expected gap's and the seeds'.
        var targetVariance: Double
        /// Covariance of the new observation and the target over the deviation of the former.
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
            // The same gap is a larger d above a higher floor: this brings all floors to the d of floor zero.
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
