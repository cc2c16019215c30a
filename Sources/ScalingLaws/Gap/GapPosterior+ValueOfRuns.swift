// The worth of more runs: the expected probability of a right decision after them, computed before they are made.
// Each walk of the mixture predicts what the runs could show; each outcome reweights the walks and moves their forecasts.
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
        let p = probabilityABetter(ladder.position(of: scale), noise)
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
        let target = ladder.position(of: scale), place = ladder.position(of: runs.scale, tokens: runs.tokens)
        let ahead = probabilityABetter(target, noiseInUnits(sigmaA, sigmaB)), now = max(ahead, 1 - ahead)
        let unchanged = ValueOfRuns(probabilityRight: now, probabilityDecided: now >= decisive ? 1 : 0)
        let rung = ladder.positions.firstIndex { $0.isSame(as: place) }
        guard runs.runsA > 0 || runs.runsB > 0, rung != nil || (runs.runsA > 0 && runs.runsB > 0) else {
            return unchanged
        }
        let outcomes = outcomes(
            runs, place: place, rung: rung, target: target, targetNoise: noiseInUnits(sigmaA, sigmaB))
        guard !outcomes.isEmpty else { return unchanged }

        // Outcomes are weighed by an approximation of P(A better); what it misses now, it misses after them.
        let missed =
            ahead - outcomes.reduce(0) { $0 + $1.weight * $1.probabilityABetter($1.targetMean, $1.targetVariance) }
        // 1. Possible outcomes are equally likely draws; the weights choose the walk, a quasi-random number the value.
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
            let outcome = outcomes[owner].variable.gap(outcomes[owner].mean + z * outcomes[owner].deviation)
            // 2. After that outcome the walks have other weights and other means.
            var weight = 0.0, positive = 0.0
            for other in outcomes {
                let tie = other.variable.tie, z = (asinh(outcome / tie) - other.mean) / other.deviation
                guard abs(z) < 8 else { continue }
                let likelihood = other.weight * exp(-0.5 * z * z) / other.deviation / hypot(outcome, tie)
                weight += likelihood
                let mean = other.targetMean + other.gain * z, variance = other.targetVariance - other.gain * other.gain
                positive += likelihood * other.probabilityABetter(mean, max(variance, 0))
            }
            let p = weight > 0 ? min(max(positive / weight + missed, 0), 1) : 0.5
            expected += max(p, 1 - p) / Double(nodes)
            if max(p, 1 - p) >= decisive { decided += 1 }
        }
        return ValueOfRuns(
            probabilityRight: min(max(expected, now), 1), probabilityDecided: Double(decided) / Double(nodes))
    }

    /// One walk's prediction of the new mean gap and of the target, both in z.
    private struct Outcome {
        var variable: GapVariable
        var weight: Double
        var mean: Double
        var deviation: Double
        var targetMean: Double
        var targetVariance: Double
        /// Variance of d from the seeds of one run of each at the target.
        var targetSeeds: Double
        /// Covariance of the new observation and the target, divided by the deviation of the observation.
        var gain: Double

        /// P(one run of A beats one of B) for a z at the target with these moments, to first order in the seed noise; one
        /// half for an exact zero, so that equal candidates stay equal.
        func probabilityABetter(_ mean: Double, _ variance: Double) -> Double {
            if mean == 0 { return 0.5 }
            let all = variance + variable.observationVariance(near: mean, seeds: targetSeeds)
            return all > 0 ? NormalDistribution.cumulative(mean / all.squareRoot()) : (mean > 0 ? 1 : 0)
        }
    }

    private func outcomes(
        _ runs: PossibleRuns, place: TrendPosition, rung: Int?, target: TrendPosition,
        targetNoise: SeedDeviations
    ) -> [Outcome] {
        let observed = rung.map { ladder.rungs[$0] }
        let one = noiseInUnits(runs.sigmaA, runs.sigmaB)
        let means = SeedDeviations(
            a: one.a / runCount(runs.runsA, observed?.lossesA), b: one.b / runCount(runs.runsB, observed?.lossesB))
        let seeds = means.variance(centre: centre(place), correlation: runs.correlationOfMeans)
        let targetSeeds = targetNoise.variance(centre: centre(target))
        // Walks of little weight cost as much as the others and change nothing, so they are left out.
        let kept = gaps.filter { $0.weight > 1e-4 }
        let total = kept.reduce(0) { $0 + $1.weight }
        return kept.map { weighted in
            let walk = weighted.value, p = walk.fit.predict(place), t = walk.fit.predict(target)
            let deviation = (p.variance + walk.variable.observationVariance(near: p.mean, seeds: seeds)).squareRoot()
            return Outcome(
                variable: walk.variable, weight: weighted.weight / total, mean: p.mean, deviation: deviation,
                targetMean: t.mean, targetVariance: t.variance, targetSeeds: targetSeeds,
                gain: walk.fit.covariance(place, target) / deviation)
        }
    }

    /// The root of the number of new runs, or of the `old` ones where there are no new ones.
    private func runCount(_ count: Int, _ old: [Double]?) -> Double {
        Double(count > 0 ? count : (old?.count ?? 1)).squareRoot()
    }
}
