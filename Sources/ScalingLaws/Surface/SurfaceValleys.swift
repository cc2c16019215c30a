// The bottom of a family's valley over scale: the best setting at every scale with its uncertainty, how it drifts, and
// what it costs to miss it. Joint draws of the surface on a grid of settings show all of these at once.

import Foundation

/// The settings among which the best is sought at one scale, in the form of `SweptLoss.settings`.
package struct ValleyRange: Sendable {
    package var scale: Double
    /// By setting: the smallest and largest value that the family tries here, and the typical step between two values.
    package var lower: [Double], upper: [Double], step: [Double]

    package init(scale: Double, lower: [Double], upper: [Double], step: [Double]) {
        self.scale = scale
        self.lower = lower
        self.upper = upper
        self.step = step
    }
}

/// What a surface says of one scale.
package struct ValleyAtScale: Sendable {
    /// The best value of each setting.
    package var best: [Estimate]
    /// By setting: the probability that the best value lies inside the range that was tried.
    package var probabilityInside: [Double]
    /// By setting: the expected rise of ln L from the best place to one step below and above it.
    package var costOfStep: [(below: Double, above: Double)]
    /// The heights of ln L above the lowest median along the only setting; empty where there are several settings.
    package var curve: [(setting: Double, height: Estimate)]
}

/// What a surface says of several scales together.
package struct Valleys: Sendable {
    package var scales: [ValleyAtScale]
    /// By setting: the change of the best value per e-fold of scale. For logarithmic settings this is the exponent of a
    /// power law. It is nil for one scale alone.
    package var drift: [Estimate]?
}

extension SettingsSurface {
    private static let drawCount = 768, mostFits = 48

    /// The bottoms at several scales.
    /// - Parameter drifting: how many of the scales, from the first on, the drift is that of.
    package func valleys(_ ranges: [ValleyRange], drifting: Int) -> Valleys {
        let grids = ranges.map(ValleyGrid.init)
        let places = zip(ranges, grids).flatMap { range, grid in grid.points.map { place($0, at: range.scale) } }
        let draws = draws(at: places).map(\.heights)
        var bottoms: [[[Double]]] = [], result: [ValleyAtScale] = [], first = 0
        for grid in grids {
            let own = draws.map { Array($0[first..<first + grid.points.count]) }
            first += grid.points.count
            bottoms.append(own.map(grid.bottom))
            result.append(grid.summary(own, bottoms[bottoms.count - 1]))
        }
        return Valleys(
            scales: result,
            drift: Self.drift(Array(bottoms.prefix(drifting)), ranges.prefix(drifting).map { log($0.scale) }))
    }

    private static func drift(_ bottoms: [[[Double]]], _ x: [Double]) -> [Estimate]? {
        guard x.count > 1, let settings = bottoms[0].first?.count else { return nil }
        return (0..<settings).map { setting in
            Estimate(
                draws: bottoms[0].indices.map { draw in
                    LeastSquaresLine(x, bottoms.map { $0[draw][setting] }).slope
                })
        }
    }

    /// Joint draws of the surface; the same ones at every call. The likeliest fits share them.
    func draws(at places: [SurfacePlace]) -> [SurfaceDraw] {
        let kept = fits.sorted { $0.weight > $1.weight }.prefix(Self.mostFits)
        let total = kept.reduce(0) { $0 + $1.weight }, combinations = places.map { [(place: $0, factor: 1.0)] }
        var counts: [Int] = [], given = 0.0, made = 0
        for fit in kept {
            given += fit.weight / total * Double(Self.drawCount)
            counts.append(Int(given.rounded()) - made)
            made += counts[counts.count - 1]
        }
        let wanted = counts
        return inParallel(kept.count) { index -> [SurfaceDraw] in
            guard wanted[index] > 0 else { return [] }
            var generator = SplitMix(seed: 0x5EED + UInt64(index))
            let misfit = kept[index].value.scales.misfit
            return kept[index].value.draws(combinations, count: wanted[index], &generator).map {
                SurfaceDraw(heights: $0, misfit: misfit)
            }
        }.flatMap { $0 }
    }
}

/// One draw of a surface at several places.
struct SurfaceDraw: Sendable {
    var heights: [Double]
    /// The standard deviation of single runs around the surface in this draw.
    var misfit: Double
}

/// The grid of settings at one scale; it reaches one step beyond what was tried.
struct ValleyGrid {
    let range: ValleyRange
    let axes: [[Double]]
    let points: [[Double]]
    private let strides: [Int]

    init(_ range: ValleyRange) {
        self.range = range
        let count = [33, 9, 5][min(range.lower.count, 3) - 1]
        let axes = range.lower.indices.map { setting -> [Double] in
            let low = range.lower[setting] - range.step[setting], high = range.upper[setting] + range.step[setting]
            return (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
        }
        self.axes = axes
        points = axes.reduce([[]]) { points, axis in points.flatMap { point in axis.map { point + [$0] } } }
        strides = axes.indices.map { setting in axes[(setting + 1)...].reduce(1) { $0 * $1.count } as Int }
    }

    /// The lowest place of a draw, refined by a parabola along every setting.
    func bottom(_ draw: [Double]) -> [Double] {
        let lowest = draw.indices.min { draw[$0] < draw[$1] } ?? 0
        return axes.indices.map { setting in
            let index = lowest / strides[setting] % axes[setting].count, here = axes[setting][index]
            guard index > 0, index < axes[setting].count - 1 else { return here }
            let below = draw[lowest - strides[setting]], above = draw[lowest + strides[setting]]
            let bend = below - 2 * draw[lowest] + above
            guard bend > 0 else { return here }
            return here + (axes[setting][1] - axes[setting][0]) * min(max((below - above) / (2 * bend), -0.5), 0.5)
        }
    }

    func summary(_ draws: [[Double]], _ bottoms: [[Double]]) -> ValleyAtScale {
        let best = axes.indices.map { setting in Estimate(draws: bottoms.map { $0[setting] }) }
        let inside = axes.indices.map { setting in
            Double(bottoms.count { $0[setting] > range.lower[setting] && $0[setting] < range.upper[setting] })
                / Double(max(bottoms.count, 1))
        }
        let means = points.indices.map { point in draws.map { $0[point] }.mean }
        let nearest = axes.indices.map { setting in nearestIndex(best[setting].point, on: setting) }
        func height(_ setting: Int, _ value: Double) -> Double {
            var place = nearest
            place[setting] = nearestIndex(value, on: setting)
            func mean(at indices: [Int]) -> Double {
                means[zip(indices, strides).reduce(0) { $0 + $1.0 * $1.1 }]
            }
            return mean(at: place) - mean(at: nearest)
        }
        return ValleyAtScale(
            best: best, probabilityInside: inside,
            costOfStep: axes.indices.map { setting in
                let here = best[setting].point, step = range.step[setting]
                return (max(height(setting, here - step), 0), max(height(setting, here + step), 0))
            }, curve: axes.count == 1 ? curve(draws, means) : [])
    }

    private func nearestIndex(_ value: Double, on setting: Int) -> Int {
        let axis = axes[setting]
        return axis.indices.min { abs(axis[$0] - value) < abs(axis[$1] - value) } ?? 0
    }

    /// Heights above the lowest mean. Every draw is moved to the mean of the curve where that is low, because what all
    /// settings have in common is not known.
    private func curve(_ draws: [[Double]], _ mean: [Double]) -> [(setting: Double, height: Estimate)] {
        let lowest = mean.min() ?? 0
        let weights = mean.map { exp(-($0 - lowest) / 0.02) }, total = weights.reduce(0, +)
        let moved = draws.map { draw -> [Double] in
            let shift = zip(draw, mean).map { $0 - $1 }
            let common = zip(weights, shift).reduce(0) { $0 + $1.0 * $1.1 } / total
            return draw.map { $0 - common - lowest }
        }
        return axes[0].indices.map { index in (axes[0][index], Estimate(draws: moved.map { $0[index] })) }
    }
}
