// The place of a ladder in the plane of training FLOPs and tokens. Most ladders are a straight line there: constant
// tokens, constant tokens per parameter, or any power between. Rungs off the line are over- or under-trained compared
// with the others, and the gap model lets the gap depend on their distance from it.
// Notation: x log10 FLOPs, t log10 tokens, offset z = t − (t̄ + s (x − x̄)): decades of tokens above the line. At equal
// FLOPs a decade more tokens is a decade fewer parameters and two decades more tokens per parameter.

import Foundation

/// The straight line nearest to a ladder's rungs.
package struct TokenLine: Sendable, Equatable {
    let slope: Double
    private let meanScale: Double
    private let meanTokens: Double
    /// The range of the offsets of the rungs that the line was fitted to, in decades of tokens.
    package private(set) var offsets = 0.0...0.0

    /// Slopes lie between constant tokens and constant parameters.
    private static let slopes = 0.0...1.0
    /// The slope of constant tokens per parameter, and the standard deviation of slopes around it. Where rungs of
    /// nearly equal FLOPs do not tell the slope of their line, it is drawn towards this one.
    private static let usualSlope = 0.5, spread = 0.25

    /// - Parameters:
    ///   - scales: training FLOPs, at least one.
    ///   - tokens: training tokens of one run at each of them.
    package init(scales: [Double], tokens: [Double]) {
        precondition(!scales.isEmpty && scales.count == tokens.count)
        let count = Double(scales.count)
        let x = scales.map { log10($0) }, t = tokens.map { log10($0) }
        let meanX = x.reduce(0, +) / count, meanT = t.reduce(0, +) / count
        var scatter = 0.0, product = 0.0
        for (x, t) in zip(x, t) {
            scatter += (x - meanX) * (x - meanX)
            product += (x - meanX) * (t - meanT)
        }
        // Least squares comes first; its residual is the noise against which the rungs' own slope is weighed. On a
        // straight ladder there is none, and the rungs' own slope stands.
        let own = scatter > 0 ? product / scatter : Self.usualSlope
        let residual = zip(x, t).reduce(0) { sum, here in
            let left = here.1 - meanT - own * (here.0 - meanX)
            return sum + left * left / count
        }
        let prior = residual / (Self.spread * Self.spread)
        let weighed = scatter + prior > 0 ? (product + prior * Self.usualSlope) / (scatter + prior) : Self.usualSlope
        slope = min(max(weighed, Self.slopes.lowerBound), Self.slopes.upperBound)
        meanScale = meanX
        meanTokens = meanT
        let all = zip(scales, tokens).map { offset(scale: $0, tokens: $1) }
        offsets = (all.min() ?? 0)...(all.max() ?? 0)
    }

    /// Whether rungs leave the line by more than a tenth of their tokens.
    package var isBent: Bool { max(offsets.upperBound, -offsets.lowerBound) > log10(1.1) }

    /// Decades of tokens above the line; exactly zero on it.
    package func offset(scale: Double, tokens: Double) -> Double {
        let offset = log10(tokens) - meanTokens - slope * (log10(scale) - meanScale)
        return abs(offset) < 1e-9 ? 0 : offset
    }

    /// The tokens of a run on the line.
    package func tokens(at scale: Double) -> Double { pow(10, meanTokens + slope * (log10(scale) - meanScale)) }
}
