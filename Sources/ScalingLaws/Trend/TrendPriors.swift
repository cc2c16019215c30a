// The beliefs about a trend before any rung is seen: how far rungs leave it, how steep it is and how it bends. The gap,
// the level and the shapes of curves are trends, each with priors of its own. Units are those of the quantity; slopes
// are its change per decade of scale.

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

/// One kind of trend: how steep and how bent it is, and how often ladders are of this kind.
package struct TrendKind: Codable, Sendable, Equatable {
    package var share: Double
    package var slope: ScalePrior
    /// Standard deviation of the change of slope over one decade, as a multiple of the slope's own scale.
    package var curvature: Double
    /// How fast the slope fades beyond the top rung: by a factor of 10^damping per decade.
    package var damping: Double
    /// How far rungs leave the trend, if this kind has a prior of its own; null means the prior of all kinds.
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
    /// Standard deviation of the slope per decade of tokens, as a multiple of the slope along the ladder.
    package var slope: Double
    /// Standard deviation of the change of that slope over one decade, as a multiple of itself.
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
    /// The change of the trend off the ladder's line; null means that rungs and targets differ only in scale.
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
