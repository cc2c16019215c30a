// The tuned frontier of a family: the loss at the bottom of its valley, rung by rung. The best loss of a bracket is too
// low, because luck chose it; the bottom of the surface through all members is not.

import Foundation

/// The loss at a bottom, with its standard deviation.
package struct TunedLoss: Sendable {
    package var loss: Double
    package var deviation: Double
}

extension SettingsSurface {
    /// The loss at the bottom of every scale that has rows near it; nil for the others.
    package func frontier(_ ranges: [ValleyRange]) -> [TunedLoss?] {
        ranges.map { range in
            let own = rows.filter { abs(log($0.scale / range.scale)) < 1e-9 }
            guard !own.isEmpty, let lowest = lowest[own[0].scale] else { return nil }
            let grid = ValleyGrid(range)
            let draws = draws(at: own.map(\.place) + grid.points.map { place($0, at: range.scale) })
            // The place is that of the mean: the lowest place of every draw would be as lucky as the best of a bracket.
            let means = (0..<grid.points.count).map { point in draws.map { $0.heights[own.count + point] }.mean }
            let lowestPlace = own.count + (means.indices.min { means[$0] < means[$1] } ?? 0)
            var generator = SplitMix(seed: 0xF207)
            let bottoms = draws.map { draw -> Double in
                // What the rung's members have in common, from their losses and this draw's heights.
                let weights = own.map { 1 / (draw.misfit * draw.misfit + $0.variance + 1e-12) },
                    total = weights.reduce(0, +)
                let common = own.indices.reduce(0) { $0 + weights[$1] * (own[$1].y - draw.heights[$1]) } / total
                return common + draw.heights[lowestPlace] + generator.normal() / total.squareRoot()
            }
            let mean = bottoms.mean, variance = bottoms.map { ($0 - mean) * ($0 - mean) }.mean
            let loss = lowest * exp(mean)
            return TunedLoss(loss: loss, deviation: loss * variance.squareRoot())
        }
    }

    /// The standard deviation of ln L of single runs around the surface, as the members show it.
    package var misfit: Double { fits.reduce(0) { $0 + $1.weight * $1.value.scales.misfit } }

    /// P(a place is the lowest of those given) at one scale.
    package func probabilitiesLowest(_ settings: [[Double]], at scale: Double) -> [Double] {
        let draws = draws(at: settings.map { place($0, at: scale) })
        var counts = [Double](repeating: 0, count: settings.count)
        for draw in draws {
            if let lowest = draw.heights.indices.min(by: { draw.heights[$0] < draw.heights[$1] }) {
                counts[lowest] += 1
            }
        }
        return counts.map { $0 / Double(max(draws.count, 1)) }
    }
}
