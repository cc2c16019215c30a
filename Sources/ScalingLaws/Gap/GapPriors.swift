// The beliefs about a pair of candidates before its ladder is seen. Units: d = ln(L_B/L_A).
// `scalebench backtest LADDERS --fit-priors FILE` fitted roughness, growth and unknown noise on 1,529 public decisions of six
// sources; the shipped numbers are rounded. The offsets were chosen on the decisions of .ci/token-decisions, and the
// level's priors on the single losses of the same ladders; the drift is described there too (LOG.md).

import Foundation

/// The priors of the gap model.
public struct GapPriors: Codable, Sendable, Equatable {
    /// The standard deviation over one decade of a gap near zero.
    package var roughness: ScalePrior
    /// The values over which the roughness is integrated.
    package var roughnessGrid: LogarithmicGrid
    /// The standard deviation over one decade of ln |d|, for gaps far from zero.
    package var growth: Double
    /// The standard deviation of the drift's change per decade, as a share of the growth. It applies to ladders of three
    /// scales or more, because two cannot show a drift.
    package var drift: Double
    /// The standard deviation of d at a rung, for one run of each, where the seed noise is not known.
    package var unknownNoise: Double
    /// How much faster the variance of d grows per decade of tokens off the ladder's line than per decade of scale:
    /// equally likely values, between which the ladder's evidence chooses.
    package var offsets: [Double]
    /// The prior of the logarithm of the reducible central loss.
    package var level: TrendPriors
    /// Floors of the level as fractions of the smallest loss, equally likely; ignored where the floor is known.
    package var levelFloors: [Double]

    /// The priors that every verdict uses.
    public static let shipped = GapPriors(
        roughness: ScalePrior(median: 0.0135, spread: 1, upperDegrees: 0.5),
        roughnessGrid: LogarithmicGrid(2e-4, 0.6, count: 25),
        growth: 0.45, drift: 1, unknownNoise: 0.0005, offsets: [0.3, 3, 30],
        level: TrendPriors(
            misfit: ScalePrior(median: 0.003, spread: 1), misfitGrid: LogarithmicGrid(0.003, 0.003, count: 1),
            constant: 2, slope: ScalePrior(median: 0.25, spread: 0.7), slopeGrid: LogarithmicGrid(0.03, 2, count: 6),
            walk: 0.2, offset: 0.4),
        levelFloors: [0.2, 0.4, 0.6, 0.75, 0.87])
}
