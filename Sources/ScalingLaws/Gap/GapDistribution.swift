// The distribution of a candidate's gap to a reference, in the form that the comparison of many candidates takes.

import Foundation

/// The predictive distribution of loss of B − loss of A, in the losses' units. A is the reference.
package struct GapDistribution: Sendable, Equatable {
    /// Equally likely draws, for one run of each.
    package var draws: [Double]
    /// P(gap > 0) for one run of each, which is known more exactly than the draws show it.
    package var probabilityPositive: Double
    /// Equally likely draws of the difference between the means over seeds; at least one.
    package var expected: [Double]
    /// The gap where the ladder ends; nil where the other candidates say nothing about it.
    package var start: Start?

    /// The gap at the top rung below the target, from everything that is known of the pair. It is d = ln(L_B / L_A).
    package struct Start: Sendable, Equatable {
        package var mean: Double
        package var variance: Double
        /// The part of `variance` that A's own seeds cause.
        package var varianceOfA: Double
        /// How much the gap that is asked about moves per unit of d at the top rung, in the losses' units. It is about
        /// the loss itself before the target is trained, and less after that.
        package var carried: Double

        package init(mean: Double, variance: Double, varianceOfA: Double, carried: Double) {
            self.mean = mean
            self.variance = variance
            self.varianceOfA = varianceOfA
            self.carried = carried
        }
    }

    package init(draws: [Double], probabilityPositive: Double, expected: [Double]? = nil, start: Start? = nil) {
        self.draws = draws
        self.probabilityPositive = probabilityPositive
        self.expected = expected ?? draws
        self.start = start
    }

    /// The gap of two names for the same runs.
    package static let zero = GapDistribution(draws: [0], probabilityPositive: 0.5)

    /// Half the width of the central 68 %: a normal gap's standard deviation, which a heavy tail does not change.
    static func spread(_ draws: [Double]) -> Double {
        let sorted = draws.sorted()
        return (sorted[sorted.count * 84 / 100] - sorted[sorted.count * 16 / 100]) / 2
    }

    /// The distribution with another mean and variance of d at the top rung. Draws move with the mean, and their
    /// distances from the median shrink or grow as the variance does.
    func restarted(mean: Double, variance: Double) -> GapDistribution {
        guard let start else { return self }
        let shift = start.carried * (mean - start.mean)
        let change = start.carried * start.carried * (variance - start.variance)
        guard shift.isFinite, change.isFinite else { return self }
        var result = self
        result.draws = Self.moved(draws, by: shift, varianceChange: change)
        result.expected = Self.moved(expected, by: shift, varianceChange: change)
        result.start = nil
        // The draws show the change of P(gap > 0); its exact value before the change corrects what they show.
        let before = Self.sharePositive(draws), after = Self.sharePositive(result.draws)
        result.probabilityPositive =
            after > before
            ? 1 - (1 - probabilityPositive) * (1 - after) / max(1 - before, 1e-12)
            : probabilityPositive * after / max(before, 1e-12)
        return result
    }

    private static func moved(_ draws: [Double], by shift: Double, varianceChange: Double) -> [Double] {
        let spread = spread(draws), centre = draws.sorted()[draws.count / 2]
        // No less than a tenth of the spread is left: the change is that of a normal distribution, these are none.
        let factor = spread > 0 ? max(1 + varianceChange / spread / spread, 0.01).squareRoot() : 1
        return draws.map { centre + factor * ($0 - centre) + shift }
    }

    private static func sharePositive(_ draws: [Double]) -> Double {
        draws.reduce(0) { $0 + ($1 > 0 ? 1 : $1 < 0 ? 0 : 0.5) } / Double(draws.count)
    }
}
