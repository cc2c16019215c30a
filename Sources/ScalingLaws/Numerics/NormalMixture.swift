// A weighted sum of normal distributions, the form of every forecast here before it is summarised.

import Foundation

/// A mixture of normal distributions; weights sum to one.
package struct NormalMixture: Sendable {
    package struct Component: Sendable {
        package var weight: Double
        package var mean: Double
        /// Standard deviation; positive.
        package var deviation: Double
    }

    package private(set) var components: [Component]

    /// Normalises the weights; `components` must not be empty.
    init(_ components: [Component]) {
        let total = components.reduce(0) { $0 + $1.weight }
        self.components = components.map {
            Component(
                weight: $0.weight / total, mean: $0.mean, deviation: max($0.deviation, Double.leastNormalMagnitude))
        }
    }

    /// One normal distribution.
    package init(mean: Double, variance: Double) {
        self.init([Component(weight: 1, mean: mean, deviation: variance.squareRoot())])
    }

    /// P(X ≤ x).
    package func cumulative(_ x: Double) -> Double {
        components.reduce(0) { $0 + $1.weight * NormalDistribution.cumulative((x - $1.mean) / $1.deviation) }
    }

    /// ln of the density at `x`; never below −100, so that one impossible observation does not decide a fit.
    package func logDensity(_ x: Double) -> Double {
        let density = components.reduce(0) { sum, part in
            let z = (x - part.mean) / part.deviation
            return sum + part.weight * exp(-0.5 * z * z) / part.deviation
        }
        return max(log(density) - 0.5 * log(2 * Double.pi), -100)
    }

    /// The x with P(X ≤ x) = `probability`, to a ten-thousandth of the widest component.
    package func quantile(_ probability: Double) -> Double {
        let z = NormalDistribution.quantile(probability)
        let ends = components.map { $0.mean + z * $0.deviation }
        guard var low = ends.min(), var high = ends.max() else { return .nan }
        let width = components.reduce(0) { max($0, $1.deviation) }
        while high - low > 1e-4 * width {
            let middle = low + (high - low) / 2
            if cumulative(middle) < probability { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }

    package var mean: Double { components.reduce(0) { $0 + $1.weight * $1.mean } }

    package var variance: Double {
        let centre = mean
        return components.reduce(0) { sum, part in
            let offset = part.mean - centre
            return sum + part.weight * (part.deviation * part.deviation + offset * offset)
        }
    }

    /// The same mixture, moved by `shift`.
    func moved(by shift: Double) -> NormalMixture {
        NormalMixture(
            components.map { Component(weight: $0.weight, mean: $0.mean + shift, deviation: $0.deviation) })
    }

    /// Median and central intervals of exp X.
    package var exponentialEstimate: Estimate { estimate { exp(min(max($0, -700), 700)) } }

    /// Median and central intervals of `transform` of X, which must rise with X.
    package func estimate(_ transform: (Double) -> Double) -> Estimate {
        func at(_ probability: Double) -> Double { transform(quantile(probability)) }
        return Estimate(
            point: at(0.5), interval50: Interval(at(0.25), at(0.75)), interval80: Interval(at(0.1), at(0.9)),
            interval90: Interval(at(0.05), at(0.95)))
    }
}
