// What the ladder says between and beyond its rungs: the curves of a picture.

import Foundation
import ScalingLaws

/// The smooth trend along the axis, from below the smallest rung to beyond the target: seeds, and single rungs' own
/// deviations, averaged out. All arrays have one element per scale.
package struct TrendCurves: Codable, Sendable {
    /// Ascending, evenly spaced in log scale but for the target, which is one of them.
    package var scales: [Double]
    package var probabilityABetter: [Double]
    package var lossA: Band
    package var lossB: Band
    /// Loss of B − loss of A.
    package var gap: Band

    /// Medians with central intervals.
    package struct Band: Codable, Sendable {
        package var median: [Double]
        package var lower50: [Double]
        package var upper50: [Double]
        package var lower90: [Double]
        package var upper90: [Double]

        init(_ estimates: [Estimate]) {
            median = estimates.map(\.point)
            lower50 = estimates.map(\.interval50.lower)
            upper50 = estimates.map(\.interval50.upper)
            lower90 = estimates.map(\.interval90.lower)
            upper90 = estimates.map(\.interval90.upper)
        }
    }

    private static let steps = 40
    /// The axis reaches this factor below the smallest rung and above the target.
    private static let margin = 1.6

    init(_ posterior: GapPosterior, _ pair: PairLadder) {
        let smallest = pair.rungs.first?.rung.scale ?? pair.targetScale
        let low = log(smallest / Self.margin), high = log(pair.targetScale * Self.margin)
        var scales = (0...Self.steps).map { exp(low + (high - low) * Double($0) / Double(Self.steps)) }
        let nearest = scales.indices.min {
            abs(log(scales[$0] / pair.targetScale)) < abs(log(scales[$1] / pair.targetScale))
        }
        scales[nearest!] = pair.targetScale
        let trend = scales.map { posterior.trend(at: $0) }
        self.scales = scales
        probabilityABetter = trend.map(\.probabilityABetter)
        lossA = Band(trend.map(\.lossA))
        lossB = Band(trend.map(\.lossB))
        gap = Band(trend.map(\.gap))
    }
}
