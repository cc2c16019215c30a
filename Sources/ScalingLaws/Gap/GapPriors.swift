// The beliefs about a pair of candidates before its ladder is seen: how rough, how steep and how bent the gap and the
// level of public ladders are. PriorFit fits them, on ladders that Backtesting chooses.
// Units: d = ln(L_B/L_A); slopes are its change per decade of scale.

import Foundation

/// The priors of the gap model.
public struct GapPriors: Codable, Sendable, Equatable {
    /// The prior of d at a floor of zero; at other floors the scales grow in proportion to d.
    package var gap: TrendPriors
    /// Floors of the gap as fractions of the smallest loss.
    package var gapFloors: [WeightedValue]
    /// How far gaps grow or fade beyond the ladder without changing sign: the standard deviation of ln |d| over the
    /// root of the decades between the ladder and the place.
    package var growth: Double
    /// The prior of the logarithm of the reducible central loss.
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
