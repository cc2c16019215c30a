// The probability of each of several candidates to be the best, from the distributions of their gaps to one reference.
//
// Assumption (a Gaussian copula): a normal number lies behind every gap, the candidate's own deviation minus the
// reference's; all deviations are independent. The reference's is common to all gaps; its variance is taken as half of
// the usual gap's. Gaps of exchangeable candidates are therefore correlated by ½; a gap that is far less certain than
// the usual one owes that to its own candidate and is hardly correlated with the others.
// Notation: s_c the spread of c's gap, s their (lower) median, ρ_c = min(s / s_c, 1) / √2, w and w_c standard normal
//   deviations of reference and c; the gap of c is its own quantile at Φ(√(1 − ρ_c²) w_c − ρ_c w).
// Given w the candidates are independent, so the answer is a sum over a grid of w; nothing is drawn at random.

import Foundation

/// Probabilities of being the best of several.
package enum BestOf {
    private static let nodes = 64
    /// The grid of w.
    static let deviations = (0..<nodes).map { NormalDistribution.quantile((Double($0) + 0.5) / Double(nodes)) }
    /// The number of points that stand for one distribution.
    private static let points = 512

    /// P(smallest loss) of the reference, then of every candidate in the order of `gaps`, for one run of each. The sum
    /// is 1. A candidate whose every draw is zero is the reference under another name and shares its probability.
    package static func probabilities(_ gaps: [GapDistribution]) -> [Double] {
        let all = tables(gaps), isTwin = all.map { $0 == nil }
        let others = gaps.indices.filter { !isTwin[$0] }, tables = all.compactMap { $0 }
        let order = sweep(tables)
        var sums = [Double](repeating: 0, count: others.count + 1)
        for w in deviations { addWins(tables.map { $0.masses(w) }, order, to: &sums) }
        let total = sums.reduce(0, +)
        let twins = Double(isTwin.count { $0 } + 1)
        var result = [sums[others.count] / total / twins]
        for index in gaps.indices {
            result.append(isTwin[index] ? result[0] : sums[others.firstIndex(of: index)!] / total)
        }
        return result
    }

    /// The distributions of gaps; nil for the reference under another name.
    static func tables(_ gaps: [GapDistribution]) -> [Table?] {
        let isTwin = gaps.map { gap in gap.draws.allSatisfy { $0 == 0 } }
        let spreads = gaps.map { GapDistribution.spread($0.draws) }
        let known = gaps.indices.filter { !isTwin[$0] }.map { spreads[$0] }.sorted()
        let usual = known.dropFirst((known.count - 1) / 2).first ?? 0
        return gaps.indices.map { index in
            guard !isTwin[index] else { return nil }
            let spread = spreads[index]
            return Table(gaps[index], correlation: spread > 0 ? min(usual / spread, 1) / 2.0.squareRoot() : 0)
        }
    }

    /// All points below zero of all candidates, in ascending order of their gap. No candidate wins with a positive gap,
    /// since the reference is then better.
    private static func sweep(_ tables: [Table]) -> [(candidate: Int, point: Int)] {
        var order: [(gap: Double, candidate: Int, point: Int)] = []
        for (candidate, table) in tables.enumerated() {
            for (point, gap) in table.gaps.enumerated() where gap < 0 { order.append((gap, candidate, point)) }
        }
        return order.sorted { $0.gap < $1.gap }.map { ($0.candidate, $0.point) }
    }

    /// Adds each candidate's probability of being below all others and zero, then the reference's, given the masses.
    private static func addWins(
        _ masses: [[Double]], _ order: [(candidate: Int, point: Int)], to sums: inout [Double]
    ) {
        var survival = [Double](repeating: 1, count: masses.count), product = 1.0
        for (candidate, point) in order {
            let mass = masses[candidate][point], before = survival[candidate], after = max(before - mass, 0)
            survival[candidate] = after
            // The product of the others' survivals by one division, where that is exact enough.
            var others = product / before
            if after < 1e-6 {
                others = 1
                for index in masses.indices where index != candidate { others *= survival[index] }
            }
            product = others * after
            sums[candidate] += mass * others
        }
        sums[masses.count] += product
    }

    /// A distribution as points between probability edges; one edge lies exactly at P(gap < 0).
    struct Table {
        /// The points, ascending.
        let gaps: [Double]
        /// The normal quantile of each edge; there is one edge more than points.
        private let edges: [Double]
        /// The correlation of the gap with the negative of the reference's deviation; below 1.
        private let correlation: Double

        init(_ distribution: GapDistribution, correlation: Double) {
            self.correlation = correlation
            let sorted = distribution.draws.sorted()
            let below = sorted.prefix { $0 < 0 }, above = sorted.dropFirst(below.count)
            let negative = below.isEmpty ? 0 : above.isEmpty ? 1 : 1 - distribution.probabilityPositive
            let low = Self.thin(Array(below)), high = Self.thin(Array(above))
            gaps = low + high
            var shares = (0..<low.count).map { negative * Double($0) / Double(low.count) }
            shares += (0...high.count).map { place in
                high.isEmpty ? 1 : negative + (1 - negative) * Double(place) / Double(high.count)
            }
            edges = shares.map { share in
                share <= 0 ? -.infinity : share >= 1 ? .infinity : NormalDistribution.quantile(share)
            }
        }

        /// At most `points` / 2 of the values, each the middle of an equally large group.
        private static func thin(_ values: [Double]) -> [Double] {
            let count = min(values.count, points / 2)
            return (0..<count).map { values[(2 * $0 + 1) * values.count / (2 * count)] }
        }

        /// The probability of every point when the reference's deviation is `w`.
        func masses(_ w: Double) -> [Double] {
            let own = (1 - correlation * correlation).squareRoot()
            let cumulative = edges.map { NormalDistribution.cumulative(($0 + correlation * w) / own) }
            return zip(cumulative.dropFirst(), cumulative).map { $0 - $1 }
        }
    }
}
