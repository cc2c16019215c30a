// The largest stable value of a setting over scale. At each scale only a bracket is known: the last value of the sweep
// that was stable, and the first one above it that was not. Notation: e(x) is the edge at x = ln(scale), in the units of
// the sweep's steps; s is its scatter from scale to scale:
//   e(x) = a + b·(x − x̄) + s·z,  P(bracket) = Φ((upper − a − b·(x − x̄))/s) − Φ((lower − a − b·(x − x̄))/s).
// The posterior of a, b and s is a sum over a grid with flat priors (interval-censored regression).

import Foundation

/// The posterior of where a setting becomes unstable.
package struct StabilityEdge: Sendable {
    /// What one scale shows.
    package struct Bracket: Sendable {
        /// Parameters, tokens or FLOPs.
        package var scale: Double
        /// The largest stable value that was tried, as a logarithm where the setting is no linear one.
        package var stable: Double
        /// The smallest unstable value above it; nil where all that were tried were stable.
        package var unstable: Double?

        package init(scale: Double, stable: Double, unstable: Double?) {
            self.scale = scale
            self.stable = stable
            self.unstable = unstable
        }
    }

    /// Joint draws of the line and its scatter, in the settings' own units.
    private let draws: [(edge: Double, drift: Double, noise: Double)]
    private let centre: Double

    /// The scatter of the edge in steps of the sweep.
    private static let scatters = [0.25, 0.5, 1.0]
    private static let gridSize = 61, drawCount = 1024

    /// nil where fewer than two scales have an unstable value.
    /// - Parameter step: the distance between two values of the sweep.
    package init?(_ brackets: [Bracket], step: Double) {
        let x = brackets.map { log($0.scale) }, centre = x.mean
        let reach = (x.max() ?? 0) - (x.min() ?? 0)
        guard brackets.count(where: { $0.unstable != nil }) >= 2, step > 0, reach > 0 else { return nil }
        let lower = brackets.map { $0.stable / step }, upper = brackets.map { ($0.unstable ?? .infinity) / step }
        let bottom = (lower.min() ?? 0) - 3, top = (zip(lower, upper).map { $1.isFinite ? $1 : $0 }.max() ?? 0) + 3
        var cells: [(edge: Double, drift: Double, scatter: Double)] = [], weights: [Double] = []
        for scatter in Self.scatters {
            for edge in Self.grid(bottom, top) {
                for drift in Self.grid(-(top - bottom) / reach, (top - bottom) / reach) {
                    let likelihood = brackets.indices.reduce(1.0) { product, index in
                        let middle = edge + drift * (x[index] - centre)
                        return product
                            * (NormalDistribution.cumulative((upper[index] - middle) / scatter)
                                - NormalDistribution.cumulative((lower[index] - middle) / scatter))
                    }
                    cells.append((edge, drift, scatter))
                    weights.append(likelihood)
                }
            }
        }
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        self.centre = centre
        var generator = SplitMix(seed: 0xED6E), cell = 0, passed = weights[0]
        draws = (0..<Self.drawCount).map { index in
            let wanted = (Double(index) + 0.5) / Double(Self.drawCount) * total
            while passed < wanted, cell < cells.count - 1 {
                cell += 1
                passed += weights[cell]
            }
            let drawn = cells[cell]
            return (drawn.edge * step, drawn.drift * step, drawn.scatter * step * generator.normal())
        }
    }

    private static func grid(_ low: Double, _ high: Double) -> [Double] {
        (0..<gridSize).map { low + (high - low) * Double($0) / Double(gridSize - 1) }
    }

    /// The change of the edge per e-fold of scale; the exponent of a power law for a logarithmic setting.
    package var drift: Estimate { Estimate(draws: draws.map(\.drift)) }

    /// The edge at a scale, its scatter included.
    package func edge(at scale: Double) -> Estimate { Estimate(draws: edges(at: scale)) }

    /// How far the edge at a scale lies above another value that is known independently, such as the best one. The
    /// other's 90 % interval stands for a normal distribution.
    package func distance(above other: Estimate, at scale: Double) -> Estimate {
        var generator = SplitMix(seed: 0xD157)
        let deviation = (other.interval90.upper - other.interval90.lower) / (2 * 1.644854)
        return Estimate(draws: edges(at: scale).map { $0 - other.point - deviation * generator.normal() })
    }

    private func edges(at scale: Double) -> [Double] {
        draws.map { $0.edge + $0.drift * (log(scale) - centre) + $0.noise }
    }
}
