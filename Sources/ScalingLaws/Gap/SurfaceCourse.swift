// The gap of two members of a family over scale: the posterior of the difference of two paths on their surface. It is
// known at nodes (the rungs, the target and a place beyond it) and linear in log scale between them.

import Foundation

/// The gap d of two members under one choice of the surface's scales.
struct SurfaceCourse: Sendable {
    /// log10 scales relative to the pair's top rung, ascending.
    let nodes: [Double]
    private(set) var mean: [Double]
    /// Row by row.
    private(set) var covariance: [Double]

    init(nodes: [Double], mean: [Double], covariance: [Double]) {
        self.nodes = nodes
        self.mean = mean
        self.covariance = covariance
    }

    /// The two nodes around a place with their weights; outside of all nodes the nearest one.
    private func weights(_ x: Double) -> [(node: Int, weight: Double)] {
        guard let above = nodes.firstIndex(where: { $0 >= x - 1e-9 }) else { return [(nodes.count - 1, 1)] }
        guard above > 0, nodes[above] > x + 1e-9 else { return [(above, 1)] }
        let share = (x - nodes[above - 1]) / (nodes[above] - nodes[above - 1])
        return [(above - 1, 1 - share), (above, share)]
    }

    func predict(_ x: Double) -> (mean: Double, variance: Double) {
        (weights(x).reduce(0) { $0 + $1.weight * mean[$1.node] }, max(covariance(x, x), 0))
    }

    func covariance(_ s: Double, _ t: Double) -> Double {
        let left = weights(s), right = weights(t)
        return left.reduce(0) { sum, i in
            right.reduce(sum) { $0 + i.weight * $1.weight * covariance[i.node * nodes.count + $1.node] }
        }
    }

    /// One draw at several places.
    func path(at places: [Double], _ generator: inout some NormalNumbers) -> [Double] {
        let n = nodes.count
        var factor = covariance
        for i in 0..<n { factor[i * n + i] += 1e-12 + 1e-9 * factor[i * n + i] }
        Cholesky.factor(&factor, n)
        let z = (0..<n).map { _ in generator.normal() }
        let drawn = (0..<n).map { i in (0...i).reduce(mean[i]) { $0 + factor[i * n + $1] * z[$1] } }
        return places.map { weights($0).reduce(0) { $0 + $1.weight * drawn[$1.node] } }
    }

    /// Conditions the course on a measurement of d at a place.
    /// - Returns: the log likelihood of the measurement.
    mutating func observe(_ d: Double, at x: Double, noise: Double) -> Double {
        let n = nodes.count, here = weights(x)
        let (expected, variance) = predict(x)
        let total = max(variance + noise, 1e-18)
        let gain = (0..<n).map { i in
            here.reduce(0) { $0 + $1.weight * covariance[i * n + $1.node] } / total
        }
        for i in 0..<n {
            mean[i] += gain[i] * (d - expected)
            for j in 0..<n { covariance[i * n + j] -= gain[i] * gain[j] * total }
        }
        return -0.5 * ((d - expected) * (d - expected) / total + log(total))
    }
}
