// The correlation of two candidates' final losses on equal seeds, by rung. A compare has too few pairs to measure it;
// thirty seeds of nine candidates at two rungs gave the prior (Suites/studies/seed-pairing).
// Notation: ρ_j the correlation at rung j, r_j that of its n_j pairs,
//   atanh ρ_j = mean + u + e_j,   u ~ N(0, kindSpread²) of the pair,   e_j ~ N(0, rungSpread²) of the rung.
// The likelihood of ρ given r is exact for normal losses and needs neither mean nor σ:
//   (1 − ρ²)^((n−1)/2) ∫₀^∞ (cosh w − ρ r)^−(n−1) dw.
// Source: H. Hotelling, "New light on the correlation coefficient and its transforms", J. R. Stat. Soc. B 15 (1953),
// p. 193.

import Foundation

/// The prior of the correlation, before a pair of candidates is seen.
package struct SeedPairingPrior: Codable, Sendable, Equatable {
    /// The mean of atanh ρ, and its standard deviations between pairs of candidates and between the rungs of one pair.
    package var mean: Double
    package var kindSpread: Double
    package var rungSpread: Double

    package init(mean: Double, kindSpread: Double, rungSpread: Double) {
        self.mean = mean
        self.kindSpread = kindSpread
        self.rungSpread = rungSpread
    }

    /// The mean is that of all 36 pairs of the study; the spreads are those of the eight that differ in one setting,
    /// which are wider.
    package static let shipped = SeedPairingPrior(mean: 0.47, kindSpread: 0.6, rungSpread: 0.45)
}

/// The correlations of one pair of candidates, given its rungs.
package struct SeedPairing: Sendable {
    /// Losses of equal seeds at one rung.
    package struct EqualSeeds: Sendable {
        let count: Int
        let correlation: Double

        /// It is nil with fewer than two pairs, or where one candidate's losses do not differ.
        package init?(_ pairs: [(a: Double, b: Double)]) {
            guard pairs.count >= 2 else { return nil }
            let n = Double(pairs.count)
            let meanA = pairs.reduce(0) { $0 + $1.a } / n, meanB = pairs.reduce(0) { $0 + $1.b } / n
            var squareA = 0.0, squareB = 0.0, product = 0.0
            for pair in pairs {
                squareA += (pair.a - meanA) * (pair.a - meanA)
                squareB += (pair.b - meanB) * (pair.b - meanB)
                product += (pair.a - meanA) * (pair.b - meanB)
            }
            guard squareA > 0, squareB > 0 else { return nil }
            count = pairs.count
            correlation = min(max(product / (squareA * squareB).squareRoot(), -1), 1)
        }
    }

    /// Posterior mean of ρ at every rung, in the order given; nil for rungs without pairs. A correlation is not carried
    /// to such rungs, since it fell from the smaller to the larger rung of the study.
    package let correlations: [Double?]

    package init(_ rungs: [EqualSeeds?], prior: SeedPairingPrior = .shipped) {
        let kinds = Self.nodes(41), deviations = Self.nodes(33)
        // 1. The likelihood with e integrated out, and the mean of ρ, each per rung and u.
        let tables = rungs.map { rung in
            rung.map { rung in
                kinds.map { kind -> (likelihood: Double, mean: Double) in
                    var sum = 0.0, moment = 0.0
                    for deviation in deviations {
                        let rho = tanh(
                            prior.mean + prior.kindSpread * kind.place + prior.rungSpread * deviation.place)
                        let weight = deviation.weight * Self.likelihood(rho, rung)
                        sum += weight
                        moment += weight * rho
                    }
                    return (sum, moment / sum)
                }
            }
        }
        // 2. All rungs together say what u is.
        let weights = kinds.indices.map { k in
            tables.reduce(kinds[k].weight) { $0 * ($1?[k].likelihood ?? 1) }
        }
        let total = weights.reduce(0, +)
        correlations = tables.map { table in
            table.map { table in kinds.indices.reduce(0) { $0 + weights[$1] / total * table[$1].mean } }
        }
    }

    /// The likelihood of ρ given r and n, up to a factor that does not depend on ρ.
    private static func likelihood(_ rho: Double, _ rung: EqualSeeds) -> Double {
        let power = Double(rung.count - 1), product = rho * rung.correlation
        // The trapezium rule is exact to machine precision for this smooth, even, doubly exponentially falling
        // function.
        let step = 0.1
        var sum = 0.5 * pow((1 - rho * rho).squareRoot() / (1 - product), power)
        var w = step
        while true {
            let term = pow((1 - rho * rho).squareRoot() / (cosh(w) - product), power)
            sum += term
            w += step
            if term < 1e-12 * sum || w > 40 { break }
        }
        return step * sum
    }

    /// Evenly spaced standard normal nodes with their weights.
    private static func nodes(_ count: Int) -> [(place: Double, weight: Double)] {
        let all = (0..<count).map { index -> (place: Double, weight: Double) in
            let place = 8 * (Double(index) / Double(count - 1) - 0.5)
            return (place, exp(-0.5 * place * place))
        }
        let total = all.reduce(0) { $0 + $1.weight }
        return all.map { ($0.place, $0.weight / total) }
    }
}
