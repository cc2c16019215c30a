// The beliefs about a trend before any rung is seen. Levels and the shapes of curves are trends with a slope that is not
// known; the walk around it is a fixed share of it. Misfit and slope are integrated over grids by their evidence.

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

/// The priors of one trend.
package struct TrendPriors: Codable, Sendable, Equatable {
    package var misfit: ScalePrior
    package var misfitGrid: LogarithmicGrid
    /// Standard deviation of the trend at the top rung.
    package var constant: Double
    /// Change per decade of scale.
    package var slope: ScalePrior
    package var slopeGrid: LogarithmicGrid
    /// Standard deviation of the walk over one decade, as a share of the slope.
    package var walk: Double
    /// Standard deviation over one decade of tokens off the ladder's line, as a share of the slope.
    package var offset: Double

    /// Every grid point with the logarithm of its prior weight.
    var grid: [(scales: TrendScales, logWeight: Double)] {
        misfitGrid.values.flatMap { misfit in
            slopeGrid.values.map { slope in
                let scales = TrendScales(
                    misfit: misfit, constant: constant, slope: slope, walk: walk * slope, offset: offset * slope)
                return (scales, self.misfit.logDensity(misfit) + self.slope.logDensity(slope))
            }
        }
    }

    /// The posterior over the grid. The weights are logarithms and not normalised.
    func posterior(
        _ observations: [Double], _ positions: [TrendPosition], noise: [Double], correlation: NoiseCorrelation? = nil
    ) -> [Weighted<TrendFit>] {
        grid.map { scales, logWeight in
            let fit = TrendFit(
                scales, positions: positions, observations: observations, noise: noise, correlation: correlation)
            return Weighted(fit, weight: logWeight + fit.logEvidence)
        }
    }
}

/// A value with its share of a posterior.
struct Weighted<Value: Sendable>: Sendable {
    let value: Value
    var weight: Double

    init(_ value: Value, weight: Double) {
        self.value = value
        self.weight = weight
    }

    /// Weights that sum to 1 from logarithms of weights. Values with less than a millionth of the best one's weight are
    /// left out.
    static func normalised(_ all: [Weighted]) -> [Weighted] {
        let best = all.map(\.weight).max() ?? 0
        let kept = all.filter { $0.weight > best - 13.8 }
        let total = logSumExp(kept.map(\.weight))
        return kept.map { Weighted($0.value, weight: exp($0.weight - total)) }
    }
}
