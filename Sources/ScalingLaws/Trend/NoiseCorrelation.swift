// How far the seed noise of rungs is the same noise. Runs of one size and seed that differ in their tokens alone have
// equal initial weights and see the same data in the same order, and runs of one trunk even share their first steps. So
// their final losses err together, and so do the gaps between them.
// Source: Suites/studies/token-budgets. At widths 8 and 16 with twenty seeds, the gap's noise correlates by .54 between
// budgets that double and by .37 between those of a fourfold budget.

import Foundation

/// The correlations of the noise of a ladder's rungs.
struct NoiseCorrelation: Sendable {
    /// Decades of scale at one size over which the correlation falls by a factor of e.
    private static let reach = 0.55

    private let values: [Double]
    private let factor: [Double]
    private let count: Int

    /// The correlations of the means over runs; nil where no two rungs share a trunk. Those of single runs count by the
    /// share of the runs that have one of equal trunk at the other rung.
    /// - Parameters:
    ///   - trunks: by rung, the names of the trunks of its runs.
    ///   - runs: by rung, the number of its runs.
    init?(trunks: [Set<String>], runs: [Int], _ positions: [TrendPosition]) {
        count = trunks.count
        var matrix = [Double](repeating: 0, count: count * count)
        var isCorrelated = false
        for i in trunks.indices {
            matrix[i * count + i] = 1
            for j in trunks.indices where j != i && !trunks[i].isDisjoint(with: trunks[j]) {
                let common = Double(trunks[i].intersection(trunks[j]).count)
                let distance = abs(positions[i].x - positions[j].x)
                matrix[i * count + j] = exp(-distance / Self.reach) * common / Double(runs[i] * runs[j]).squareRoot()
                isCorrelated = true
            }
        }
        guard isCorrelated else { return nil }
        values = matrix
        Cholesky.factor(&matrix, count)
        factor = matrix
    }

    subscript(_ i: Int, _ j: Int) -> Double { values[i * count + j] }

    /// Standard normal numbers with these correlations, from independent ones.
    func correlated(_ independent: [Double]) -> [Double] {
        (0..<count).map { i in (0...i).reduce(0) { $0 + factor[i * count + $1] * independent[$1] } }
    }
}
