// The ratio of two candidates' times at the target, from its values at rungs. Overheads shrink with size, so that the
// ratio drifts and the drift wears off. The forecast is a line in log scale through the three largest rungs, damped beyond
// the last of them (Gardner and McKenzie 1985, "Forecasting trends in time series"): any part of its drift may go on.

import Foundation

/// The ratio of the times of B and A at one rung.
package struct TimeRatio: Sendable, Equatable {
    /// The rung's scale in units of the axis.
    package var scale: Double
    /// ln(time of B / time of A) and the variance of its error.
    package var log: LogTime

    package init(scale: Double, log: LogTime) {
        self.scale = scale
        self.log = log
    }

    /// Smaller rungs say little about the ratio at the target.
    private static let rungs = 3
    /// The standard deviation of the drift before any rung is seen: 5 % per factor of ten in scale.
    private static let driftPerDecade = 0.05

    /// The ratio at a scale; nil where no rung shows it.
    /// - Parameter degrees: the degrees of freedom with which the errors are known.
    package static func forecast(_ all: [TimeRatio], at target: Double, degrees: Double) -> Estimate? {
        guard let top = all.map(\.scale).max() else { return nil }
        let line = Line(all.sorted { $0.scale < $1.scale }.suffix(rungs), at: top, slopeDeviation: driftPerDecade)
        let decades = max(0, log10(target / top))
        // The share of the drift that goes on is uniform over 0 … 1: its mean is 1/2 and its variance 1/12.
        let goingOn = line.slopeVariance / 3 + line.slope * line.slope / 12
        let variance = line.variance + decades * line.covariance + decades * decades * goingOn
        return StudentDistribution(degrees: degrees).estimate(
            centre: line.value + decades * line.slope / 2, scale: max(0, variance).squareRoot()
        ).map { exp(min(max($0, -230), 230)) }
    }

    /// A weighted line whose slope has a normal prior with mean zero: its value at the largest rung, its slope per decade.
    private struct Line {
        let value: Double
        let slope: Double
        let variance: Double
        let slopeVariance: Double
        let covariance: Double

        init(_ ratios: ArraySlice<TimeRatio>, at top: Double, slopeDeviation: Double) {
            let x = ratios.map { log10($0.scale / top) }, y = ratios.map(\.log.value)
            let weights = ratios.map { 1 / $0.log.variance }
            func sum(_ term: (Int) -> Double) -> Double { x.indices.reduce(0) { $0 + weights[$1] * term($1) } }
            let count = sum { _ in 1 }, first = sum { x[$0] }
            let second = sum { x[$0] * x[$0] } + 1 / (slopeDeviation * slopeDeviation)
            let heights = sum { y[$0] }, products = sum { x[$0] * y[$0] }
            let determinant = count * second - first * first
            let value = (second * heights - first * products) / determinant
            let slope = (count * products - first * heights) / determinant
            let misfit = sum { pow(y[$0] - value - slope * x[$0], 2) }
            // Rungs that lie farther off the line than their errors allow widen the interval.
            let inflation = x.count < 3 ? 1 : max(1, misfit / Double(x.count - 2))
            self.value = value
            self.slope = slope
            variance = second / determinant * inflation
            slopeVariance = count / determinant * inflation
            covariance = -first / determinant * inflation
        }
    }
}
