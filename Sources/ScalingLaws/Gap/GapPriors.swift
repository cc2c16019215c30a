// What is believed about a pair of candidates before its ladder is seen: how rough, how sloped and how bent the gap
// and the level of public ladders are. Not the place where that is fitted: Comparison's backtest does it.
// Units: d = ln(L_B/L_A), and its change per decade of scale where a slope.

import Foundation

/// Everything the gap model believes beforehand.
public struct GapPriors: Codable, Sendable, Equatable {
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
