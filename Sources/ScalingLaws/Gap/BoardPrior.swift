// What several candidates say about each other. The one that looks best of many was probably also lucky, so its lead
// must shrink (the winner's curse). How far depends on how much the candidates differ beyond their noise, which they
// show themselves.
//
// Model (empirical Bayes): at the top rung the true log losses θ_c of all candidates are a sample of Student's t with
// four degrees of freedom around a common centre μ with a scale τ, and the ladder shows y_c = θ_c + an error of variance
// v_c. τ is integrated over a grid by how likely it makes all y_c, with the likeliest μ for each; every θ_c then has its
// posterior under that prior. The heavy tails keep a clear winner, or a clear failure, from deciding how the rest is
// shrunk, and from being shrunk with it.
// Notation: t is a mixture of normals with variances λ τ², where 2 / λ follows a gamma distribution of shape 2.
// Source: B. Efron, Large-Scale Inference (2010), chapter 1; the t prior as a mixture: Andrews & Mallows, JRSS B 36, 1974.

import Foundation

/// The prior that the candidates of a board give each other.
struct BoardPrior {
    /// What a ladder shows of one candidate: its log loss relative to a common one, and the variance of its error.
    struct Observation {
        var value: Double
        var variance: Double
    }

    /// Fewer candidates do not show how much candidates differ.
    static let fewest = 4
    private static let degrees = 4.0
    private static let rounds = 12

    /// λ with the logarithms of its weights.
    private static let mixture: [(factor: Double, logWeight: Double)] = {
        let factors = LogarithmicGrid(0.1, 300, count: 24).values
        // The density of ln λ, up to a constant.
        let logs = factors.map { -degrees / 2 * log($0) - degrees / 2 / $0 }
        let total = logSumExp(logs)
        return zip(factors, logs).map { ($0, $1 - total) }
    }()

    /// Possible values of μ and τ², and how much each counts.
    private let values: [Weighted<(centre: Double, square: Double)>]

    /// The prior of these candidates; nil where they are too few.
    init?(_ observations: [Observation]) {
        guard observations.count >= Self.fewest else { return nil }
        let sorted = observations.map(\.value).sorted()
        let noise = observations.map(\.variance).sorted()[observations.count / 2].squareRoot()
        let range = sorted[sorted.count - 1] - sorted[0]
        let unit = noise > 0 ? noise : range > 0 ? range / 1000 : 1
        // From no difference at all to the range of what is seen.
        let scales = [1e-4 * unit] + LogarithmicGrid(0.1 * unit, max(range, unit), count: 24).values
        values = Weighted.normalised(
            scales.map { scale in
                let fit = Self.fit(observations, square: scale * scale, from: sorted[sorted.count / 2])
                return Weighted((fit.centre, scale * scale), weight: fit.logLikelihood)
            })
    }

    /// The posterior mean and variance of θ.
    func posterior(_ observation: Observation) -> (mean: Double, variance: Double) {
        var mean = 0.0, second = 0.0
        for value in values {
            let (centre, square) = value.value
            let parts = Self.shares(observation, centre, square).shares
            for (part, share) in zip(Self.mixture, parts) {
                let prior = part.factor * square, kept = prior / (prior + Self.error(observation))
                let own = centre + kept * (observation.value - centre)
                mean += value.weight * share * own
                second += value.weight * share * (kept * observation.variance + own * own)
            }
        }
        return (mean, max(second - mean * mean, 0))
    }

    /// The most likely centre for one τ² by expectation maximisation, and the likelihood with the centre's own
    /// uncertainty integrated out.
    private static func fit(
        _ observations: [Observation], square: Double, from start: Double
    ) -> (centre: Double, logLikelihood: Double) {
        var centre = start, logLikelihood = 0.0, total = 0.0
        for _ in 0..<rounds {
            logLikelihood = 0
            total = 0
            var sum = 0.0
            for observation in observations {
                let (shares, evidence) = shares(observation, centre, square)
                logLikelihood += evidence
                for (part, share) in zip(mixture, shares) {
                    let precision = share / (part.factor * square + error(observation))
                    total += precision
                    sum += precision * observation.value
                }
            }
            centre = sum / total
        }
        return (centre, logLikelihood - 0.5 * log(total))
    }

    /// The posterior weight of every part of the mixture for one observation, and the logarithm of its density.
    private static func shares(
        _ observation: Observation, _ centre: Double, _ square: Double
    ) -> (shares: [Double], logDensity: Double) {
        let distance = observation.value - centre
        let logs = mixture.map { part in
            let variance = part.factor * square + error(observation)
            return part.logWeight - 0.5 * (distance * distance / variance + log(variance))
        }
        let total = logSumExp(logs)
        return (logs.map { exp($0 - total) }, total)
    }

    /// The variance of the error; never zero, so that bit-equal losses have a density.
    private static func error(_ observation: Observation) -> Double { max(observation.variance, 1e-24) }
}
