// The trend along the axis, drawn from a posterior.

import Foundation
import ScalingLaws

extension TrendCurves {
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
