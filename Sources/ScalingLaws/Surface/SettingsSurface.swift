// Log losses over settings and scale: candidates that differ in numbers are members of one family, and each shows where
// its neighbours go. What the members of a rung have in common is free, so that only differences count.
// Notation: y = ln(L / smallest loss of the rung) of one member at one rung, k the covariance of the surface
// (SurfaceKernel), S the rungs' common part with a variance of 1 for every pair of places of one rung:
//   y = f(u, x) + common(rung) + misfit + seed noise,  cov(y) = k + S + (misfit² + seed variance)·I.
// Its scales are integrated over a grid (SurfacePriors) by their evidence.
// Source: Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), chapters 2 and 5.

import Foundation

/// The mean loss of one member at one scale.
package struct SweptLoss: Sendable {
    package var member: Int
    /// What the member's settings are at this scale: logarithms, or the numbers themselves where a setting is linear.
    package var settings: [Double]
    /// Parameters, tokens or FLOPs.
    package var scale: Double
    /// The mean loss; positive and finite.
    package var loss: Double
    /// The variance of ln loss that seed noise explains; 0 where it is not known.
    package var variance: Double

    package init(member: Int, settings: [Double], scale: Double, loss: Double, variance: Double = 0) {
        self.member = member
        self.settings = settings
        self.scale = scale
        self.loss = loss
        self.variance = variance
    }
}

/// The posterior of a family's surface.
package struct SettingsSurface: Sendable {
    /// Losses further above a rung's best are left out: far up a wall a valley has another shape, and a member that blows
    /// up there says nothing of its bottom. e^0.3 is a third more loss.
    package static let highestWall = 0.3
    /// More rows cost time and change little; those of the largest scales are kept.
    private static let mostRows = 1500
    /// Bytes of all factors that are kept.
    private static let mostBytes = 64 << 20
    package static let fewestMembers = 5, fewestScales = 2

    /// A sweep's centre and standard deviation, by setting.
    private let centre: [Double], deviation: [Double]
    private let topLogScale: Double
    let fits: [Weighted<SurfaceFit>]
    /// The rows behind the surface, and the smallest loss of every scale, above which their heights are.
    let rows: [SurfaceRow]
    let lowest: [Double: Double]
    /// The weight of the surface in a pair's posterior, beside the walk of the pair; see `share(_:_:)`.
    package var share = 0.5

    /// nil where the losses are too few to show a surface: fewer than five members, or than two scales with two members
    /// each, or a setting that is the same everywhere.
    /// - Parameter losses: at most one per member and scale.
    package init?(_ losses: [SweptLoss]) {
        guard let first = losses.first else { return nil }
        let settings = first.settings.indices.map { index in losses.map { $0.settings[index] } }
        centre = settings.map(\.mean)
        deviation = settings.map { values in
            let mean = values.mean
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        }
        guard deviation.allSatisfy({ $0 > 1e-9 && $0.isFinite }), Set(losses.map(\.member)).count >= Self.fewestMembers
        else { return nil }
        let kept = Self.withinWalls(losses)
        guard Set(kept.map(\.scale)).count >= Self.fewestScales else { return nil }
        let topLogScale = log10(kept.map(\.scale).max() ?? 1)
        self.topLogScale = topLogScale
        let centre = centre, deviation = deviation
        let rows = kept.map { row in
            SurfaceRow(
                place: Self.place(row.settings, row.scale, centre, deviation, topLogScale), scale: row.scale,
                y: row.height, variance: row.variance)
        }
        let fits = SurfaceFit.posterior(
            SurfaceData(rows), most: max(1, Self.mostBytes / DenseCholesky.bytes(rows.count)))
        guard !fits.isEmpty else { return nil }
        self.fits = fits
        self.rows = rows
        lowest = Dictionary(grouping: losses, by: \.scale).mapValues { $0.map(\.loss).min() ?? 1 }
    }

    private struct Kept {
        var settings: [Double], scale: Double, height: Double, variance: Double
    }

    /// The losses near the best of their scale, as heights above it; scales where only one is left say nothing.
    private static func withinWalls(_ losses: [SweptLoss]) -> [Kept] {
        var result: [Kept] = []
        let scales = Dictionary(grouping: losses, by: \.scale).sorted { $0.key > $1.key }
        for (scale, here) in scales {
            let best = here.map(\.loss).min() ?? 1
            let near = here.map { (loss: $0, height: log($0.loss / best)) }.filter { $0.height <= highestWall }
            guard near.count >= 2, result.isEmpty || result.count + near.count <= mostRows else { continue }
            result += near.map {
                Kept(settings: $0.loss.settings, scale: scale, height: $0.height, variance: $0.loss.variance)
            }
        }
        return result
    }

    private static func place(
        _ settings: [Double], _ scale: Double, _ centre: [Double], _ deviation: [Double], _ topLogScale: Double
    ) -> SurfacePlace {
        SurfacePlace(
            settings: settings.indices.map { (settings[$0] - centre[$0]) / deviation[$0] },
            x: log10(scale) - topLogScale)
    }

    /// Expected heights in ln L at a scale above the rungs, relative to each other, as a pair's posterior has them: a mixture
    /// of the surface there and of walks that start where the surface is at the top rung.
    /// - Parameter atTop: the settings at the top rung.
    package func expectedHeights(_ settings: [[Double]], at scale: Double, atTop: [[Double]]) -> [Double] {
        zip(heights(settings, at: scale), heights(atTop, at: pow(10, topLogScale))).map {
            share * $0 + (1 - share) * $1
        }
    }

    /// Expected heights of the surface in ln L at one scale, relative to each other.
    package func heights(_ settings: [[Double]], at scale: Double) -> [Double] {
        let places = settings.map { [(place: place($0, at: scale), factor: 1.0)] }
        var sum = [Double](repeating: 0, count: settings.count)
        for fit in fits {
            for (index, mean) in fit.value.posterior(places).mean.enumerated() { sum[index] += fit.weight * mean }
        }
        return sum
    }

    /// A place in the surface's own units.
    func place(_ settings: [Double], at scale: Double) -> SurfacePlace {
        Self.place(settings, scale, centre, deviation, topLogScale)
    }
}
