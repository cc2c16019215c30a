// What is believed about a pair of candidates before its ladder is seen: how rough, how sloped and how bent the gap
// and the level of public ladders are. Not the place where that is fitted: Comparison's backtest does it.
// Units: d = ln((L_B − E)/(L_A − E)) at a floor E of half the smallest loss, per decade of scale where a slope.

import Foundation

/// A prior on a positive scale: normal, or Student's t when `degrees` is given, in its logarithm.
package struct ScalePrior: Codable, Sendable, Equatable {
    package var median: Double
    /// Standard deviation (scale, for Student's t) of the natural logarithm.
    package var spread: Double
    /// Degrees of freedom of the heavy tail above the median; null means normal on both sides.
    package var upperDegrees: Double?

    package init(median: Double, spread: Double, upperDegrees: Double? = nil) {
        self.median = median
        self.spread = spread
        self.upperDegrees = upperDegrees
    }

    /// Logarithm of the density of ln `value`, up to a constant.
    package func logDensity(_ value: Double) -> Double {
        let z = (log(value) - log(median)) / spread
        guard let degrees = upperDegrees, z > 0 else { return -0.5 * z * z }
        return -0.5 * (degrees + 1) * log1p(z * z / degrees)
    }
}

/// One value of a quantity that is integrated over a few values, with its prior weight.
package struct WeightedValue: Codable, Sendable, Equatable {
    package var value: Double
    package var weight: Double

    package init(_ value: Double, weight: Double) {
        self.value = value
        self.weight = weight
    }
}

/// The priors of one trend process; its scales are integrated over the product of four grids.
package struct TrendPriors: Codable, Sendable, Equatable {
    package var misfit: ScalePrior
    package var slope: ScalePrior
    package var constants: [WeightedValue]
    package var curvatures: [WeightedValue]
    /// Grids of the misfit and the slope: first, last, count; equally spaced in the logarithm.
    package var misfitGrid: LogarithmicGrid
    package var slopeGrid: LogarithmicGrid

    package init(
        misfit: ScalePrior, slope: ScalePrior, constants: [WeightedValue], curvatures: [WeightedValue],
        misfitGrid: LogarithmicGrid, slopeGrid: LogarithmicGrid
    ) {
        self.misfit = misfit
        self.slope = slope
        self.constants = constants
        self.curvatures = curvatures
        self.misfitGrid = misfitGrid
        self.slopeGrid = slopeGrid
    }

    /// Every grid point with the logarithm of its normalised prior weight.
    func points() -> [(scales: TrendScales, logWeight: Double)] {
        let misfits = misfitGrid.values, slopes = slopeGrid.values
        var result: [(scales: TrendScales, logWeight: Double)] = []
        for misfit in misfits {
            for slope in slopes {
                for constant in constants where constant.weight > 0 {
                    for curvature in curvatures where curvature.weight > 0 {
                        result.append(
                            (
                                TrendScales(
                                    misfit: misfit, slope: slope, constant: constant.value, curvature: curvature.value),
                                self.misfit.logDensity(misfit) + self.slope.logDensity(slope) + log(constant.weight)
                                    + log(curvature.weight)
                            ))
                    }
                }
            }
        }
        let total = logSumExp(result.map(\.logWeight))
        return result.map { ($0.scales, $0.logWeight - total) }
    }
}

/// `count` values from `first` to `last`, equally spaced in the logarithm.
package struct LogarithmicGrid: Codable, Sendable, Equatable {
    package var first: Double
    package var last: Double
    package var count: Int

    package init(_ first: Double, _ last: Double, count: Int) {
        self.first = first
        self.last = last
        self.count = count
    }

    package var values: [Double] {
        guard count > 1 else { return [first] }
        return (0..<count).map { first * pow(last / first, Double($0) / Double(count - 1)) }
    }
}

/// Everything the gap model believes beforehand.
package struct GapPriors: Codable, Sendable, Equatable {
    package var gap: TrendPriors
    package var level: TrendPriors
    /// Floors as fractions of the smallest loss; ignored when the floor is known.
    package var floors: [WeightedValue]

    package init(gap: TrendPriors, level: TrendPriors, floors: [WeightedValue]) {
        self.gap = gap
        self.level = level
        self.floors = floors
    }
}

/// ln Σ exp(values), without overflow; −∞ for an empty list.
func logSumExp(_ values: [Double]) -> Double {
    guard let top = values.max(), top > -.infinity else { return -.infinity }
    return top + log(values.reduce(0) { $0 + exp($1 - top) })
}
