// The gap of two members of a family, from its surface.

import Foundation

/// The settings of one member over scale, ascending: at the rungs, the target and a place beyond it.
package struct SettingsPath: Sendable {
    package var scales: [Double]
    /// By scale, in the form of `SweptLoss.settings`.
    package var settings: [[Double]]

    package init(scales: [Double], settings: [[Double]]) {
        self.scales = scales
        self.settings = settings
    }
}

extension SettingsSurface {
    /// The number of equally likely parts that stand for a pair's mixture.
    private static let mostParts = 32

    /// The gap d = ln(L_B / L_A) of two members along their paths, which have equal scales. At scales above the surface's
    /// top rung it includes what single runs deviate from the surface.
    package func gap(_ a: SettingsPath, _ b: SettingsPath) -> SurfaceGap {
        let combinations = a.scales.indices.map { node in
            [
                (place: place(b.settings[node], at: b.scales[node]), factor: 1.0),
                (place: place(a.settings[node], at: a.scales[node]), factor: -1.0),
            ]
        }
        let parts = fits.map { fit -> Weighted<SurfaceGap.Part> in
            let (mean, smooth) = fit.value.posterior(combinations)
            var covariance = smooth
            let own = 2 * fit.value.scales.misfit * fit.value.scales.misfit
            for node in mean.indices where combinations[node][0].place.x > 1e-9 {
                for other in mean.indices where combinations[other][0].place.x > 1e-9 {
                    // The same two runs would be made, so that what they deviate by is the same at all these scales.
                    covariance[node * mean.count + other] += own
                }
            }
            return Weighted(SurfaceGap.Part(mean: mean, covariance: covariance), weight: fit.weight)
        }
        return SurfaceGap(scales: a.scales, parts: Self.thinned(parts), share: share)
    }

    /// Parts of equal weight that stand for many: those at equal steps of cumulative weight, in the order of the gap's
    /// size at the last scale.
    private static func thinned(_ parts: [Weighted<SurfaceGap.Part>]) -> [Weighted<SurfaceGap.Part>] {
        guard parts.count > mostParts else { return parts }
        let order = parts.sorted { ($0.value.mean.last ?? 0) < ($1.value.mean.last ?? 0) }
        var chosen: [Weighted<SurfaceGap.Part>] = [], cumulative = 0.0, place = 0
        for part in 0..<mostParts {
            let quantile = (Double(part) + 0.5) / Double(mostParts)
            while place < order.count - 1, cumulative + order[place].weight < quantile {
                cumulative += order[place].weight
                place += 1
            }
            chosen.append(Weighted(order[place].value, weight: 1 / Double(mostParts)))
        }
        return chosen
    }
}
