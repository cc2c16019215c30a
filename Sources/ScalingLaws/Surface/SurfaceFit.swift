// The posterior of a surface under one choice of scales, and the search over the grid of scales. Notation as in
// SettingsSurface.swift.

import Foundation

/// One row of a sweep in the surface's own units.
struct SurfaceRow: Sendable {
    var place: SurfacePlace
    var scale: Double
    /// y, and the part of its variance that seeds explain.
    var y: Double
    var variance: Double
}

/// The rows of a sweep with the parts of their covariance that no scale changes. Matrices are stored column by column;
/// only their lower triangle is filled.
struct SurfaceData: Sendable {
    let rows: [SurfaceRow]
    let y: [Double]
    let shape: [Double]

    init(_ rows: [SurfaceRow]) {
        self.rows = rows
        let mean = rows.map(\.y).mean, n = rows.count
        y = rows.map { $0.y - mean }
        var shape = [Double](repeating: 0, count: n * n)
        for j in 0..<n {
            for i in j..<n {
                shape[j * n + i] = SurfaceKernel.shape(rows[i].place.settings, rows[j].place.settings)
            }
        }
        self.shape = shape
    }

    /// The covariance of the surface at the rows, for an amplitude of 1.
    func unit(_ scales: SurfaceScales) -> [Double] {
        let trend = scales.trend, walk = scales.walk
        let n = rows.count, x = rows.map(\.place.x), factor = x.map { exp(scales.growth * $0) }
        var matrix = shape
        for j in 0..<n {
            for i in j..<n {
                matrix[j * n + i] *=
                    factor[i] * factor[j]
                    * (1 + trend * trend * x[i] * x[j] + walk * walk * SurfaceKernel.shared(x[i], x[j]))
            }
        }
        return matrix
    }

    /// cov(y) from a covariance for an amplitude of 1.
    func covariance(_ unit: [Double], amplitude: Double, misfit: Double) -> [Double] {
        let n = rows.count, square = amplitude * amplitude
        var matrix = unit.map { square * $0 }
        for j in 0..<n {
            for i in j..<n where rows[i].scale == rows[j].scale { matrix[j * n + i] += 1 }
            matrix[j * n + j] += misfit * misfit + rows[j].variance + 1e-9
        }
        return matrix
    }
}

/// A surface under one choice of scales.
struct SurfaceFit: Sendable {
    let scales: SurfaceScales
    private let rows: [SurfaceRow]
    private let factor: DenseCholesky
    /// L⁻¹ y.
    private let whitened: [Double]

    /// nil where rounding has made the covariance indefinite.
    private init?(_ data: SurfaceData, _ scales: SurfaceScales, unit: [Double]) {
        let matrix = data.covariance(unit, amplitude: scales.amplitude, misfit: scales.misfit)
        guard let factor = DenseCholesky(matrix, n: data.rows.count) else { return nil }
        self.scales = scales
        self.factor = factor
        rows = data.rows
        whitened = factor.whiten(data.y, columns: 1)
    }

    /// log p(y | scales), up to a constant.
    private var logEvidence: Double {
        -0.5 * whitened.reduce(0) { $0 + $1 * $1 } - factor.halfLogDeterminant
    }

    /// The fits of a grid of scales with their weights: those that matter, and of these the `most` likely ones.
    static func posterior(_ data: SurfaceData, most: Int) -> [Weighted<SurfaceFit>] {
        let grid = SurfacePriors.shipped.grid
        // Scales that share trend, walk and growth share a matrix.
        let groups = Dictionary(grouping: grid.indices) { index in
            [grid[index].scales.trend, grid[index].scales.walk, grid[index].scales.growth]
        }.values.sorted { $0[0] < $1[0] }
        let weighed = inParallel(groups.count) { group -> [Weighted<Int>] in
            let unit = data.unit(grid[groups[group][0]].scales)
            return groups[group].compactMap { index in
                SurfaceFit(data, grid[index].scales, unit: unit).map {
                    Weighted(index, weight: grid[index].logWeight + $0.logEvidence)
                }
            }
        }.flatMap { $0 }
        let kept = Weighted.normalised(weighed).filter { $0.weight > 1e-4 }.sorted {
            ($0.weight, $1.value) > ($1.weight, $0.value)
        }.prefix(most)
        let fits = inParallel(kept.count) { place -> Weighted<SurfaceFit>? in
            let scales = grid[kept[place].value].scales
            return SurfaceFit(data, scales, unit: data.unit(scales)).map {
                Weighted($0, weight: log(kept[place].weight))
            }
        }
        return Weighted.normalised(fits.compactMap { $0 })
    }

    /// Joint draws of linear combinations of the surface.
    func draws(
        _ combinations: [[(place: SurfacePlace, factor: Double)]], count: Int, _ generator: inout SplitMix
    ) -> [[Double]] {
        var (mean, covariance) = posterior(combinations)
        let n = mean.count
        for i in 0..<n { covariance[i * n + i] += 1e-12 + 1e-8 * scales.amplitude * scales.amplitude }
        guard let factor = DenseCholesky(covariance, n: n) else { return (0..<count).map { _ in mean } }
        return (0..<count).map { _ in
            let noise = factor.multiply((0..<n).map { _ in generator.normal() })
            return zip(mean, noise).map { $0 + $1 }
        }
    }

    /// The posterior of linear combinations of the surface: means, and covariances row by row.
    /// - Parameter combinations: each a sum of places with their factors.
    func posterior(_ combinations: [[(place: SurfacePlace, factor: Double)]]) -> (mean: [Double], covariance: [Double])
    {
        let n = rows.count, count = combinations.count
        var cross = [Double](repeating: 0, count: n * count)
        for (column, combination) in combinations.enumerated() {
            for term in combination {
                for row in 0..<n {
                    cross[column * n + row] +=
                        term.factor * SurfaceKernel.covariance(scales, term.place, rows[row].place)
                }
            }
        }
        let solved = factor.whiten(cross, columns: count), known = DenseCholesky.gram(solved, rows: n, columns: count)
        let mean = (0..<count).map { column in
            (0..<n).reduce(0) { $0 + solved[column * n + $1] * whitened[$1] }
        }
        var covariance = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            for j in 0...i {
                var prior = 0.0
                for left in combinations[i] {
                    for right in combinations[j] {
                        prior +=
                            left.factor * right.factor * SurfaceKernel.covariance(scales, left.place, right.place)
                    }
                }
                covariance[i * count + j] = prior - known[j * count + i]
                covariance[j * count + i] = covariance[i * count + j]
            }
        }
        return (mean, covariance)
    }
}
