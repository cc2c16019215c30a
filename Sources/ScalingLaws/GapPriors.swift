// What is believed about a pair of candidates before its ladder is seen: how rough, how sloped and how bent the gap
// and the level of public ladders are. Not the place where that is fitted: Comparison's backtest does it.
// Units: d = ln(L_B/L_A), and its change per decade of scale where a slope.

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

/// One kind of trend: how steep and how bent, and how often ladders are of this kind.
package struct TrendKind: Codable, Sendable, Equatable {
    package var share: Double
    package var slope: ScalePrior
    /// Change of slope over one decade, as a multiple of the slope's own scale.
    package var curvature: Double
    /// How fast the slope fades beyond the top rung: by a factor of 10^damping per decade.
    package var damping: Double
    /// How far rungs leave the trend, where this kind has a prior of its own; null: that of all kinds.
    package var misfit: ScalePrior?

    package init(share: Double, slope: ScalePrior, curvature: Double, damping: Double, misfit: ScalePrior? = nil) {
        self.share = share
        self.slope = slope
        self.curvature = curvature
        self.damping = damping
        self.misfit = misfit
    }
}

/// How far a trend may change off the ladder's line.
package struct OffsetScales: Codable, Sendable, Equatable {
    /// Standard deviation of the slope per decade of tokens, as a multiple of the slope's along the ladder.
    package var slope: Double
    /// Change of that slope over one decade, as a multiple of itself.
    package var curvature: Double

    package init(slope: Double, curvature: Double) {
        self.slope = slope
        self.curvature = curvature
    }
}

/// The priors of one trend process; misfit, slope and kind are integrated over the product of their grids.
package struct TrendPriors: Codable, Sendable, Equatable {
    package var misfit: ScalePrior
    /// Standard deviation of the trend at the top rung.
    package var constant: Double
    package var kinds: [TrendKind]
    package var misfitGrid: LogarithmicGrid
    package var slopeGrid: LogarithmicGrid
    /// For rungs and targets off the ladder's line; null: they differ by nothing but their scale.
    package var offset: OffsetScales?

    package init(
        misfit: ScalePrior, constant: Double, kinds: [TrendKind], misfitGrid: LogarithmicGrid,
        slopeGrid: LogarithmicGrid, offset: OffsetScales? = nil
    ) {
        self.misfit = misfit
        self.constant = constant
        self.kinds = kinds
        self.misfitGrid = misfitGrid
        self.slopeGrid = slopeGrid
        self.offset = offset
    }

    /// Every grid point: kinds outermost, then misfits, then slopes.
    var scales: [TrendScales] {
        kinds.flatMap { kind in
            misfitGrid.values.flatMap { misfit in
                slopeGrid.values.map {
                    TrendScales(
                        misfit: misfit, slope: $0, constant: constant, curvature: kind.curvature,
                        damping: kind.damping, offset: offset ?? OffsetScales(slope: 0, curvature: 0))
                }
            }
        }
    }

    /// Logarithms of the normalised prior weights of `scales`, in the same order.
    var logWeights: [Double] {
        kinds.flatMap { kind in
            let misfits = misfitGrid.values.map { (kind.misfit ?? misfit).logDensity($0) }
            let slopes = slopeGrid.values.map { kind.slope.logDensity($0) }
            let block = misfits.flatMap { misfit in slopes.map { misfit + $0 } }
            let total = logSumExp(block) - log(kind.share)
            return block.map { $0 - total }
        }
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
    /// Of d at a floor of zero; at other floors the scales grow in proportion.
    package var gap: TrendPriors
    /// Floors of the gap as fractions of the smallest loss.
    package var gapFloors: [WeightedValue]
    /// How far gaps beyond the ladder grow or fade without changing sign: standard deviation of ln |d| over the root
    /// of the decades between the ladder and the place.
    package var growth: Double
    /// Of the logarithm of the reducible central loss.
    package var level: TrendPriors
    /// Floors of the level as fractions of the smallest loss; ignored when the floor is known.
    package var levelFloors: [WeightedValue]

    package init(
        gap: TrendPriors, gapFloors: [WeightedValue], growth: Double, level: TrendPriors, levelFloors: [WeightedValue]
    ) {
        self.gap = gap
        self.gapFloors = gapFloors
        self.growth = growth
        self.level = level
        self.levelFloors = levelFloors
    }
}

/// ln Σ exp(values), without overflow; −∞ for an empty list.
func logSumExp(_ values: [Double]) -> Double {
    guard let top = values.max(), top > -.infinity else { return -.infinity }
    return top + log(values.reduce(0) { $0 + exp($1 - top) })
}
