// The rung that a budget may add: half-way, in log scale, between the top rung and the target. The suite stays as it
// is.

import Foundation
import ScalebenchCore

extension ComparisonPlan {
    /// No rung is added where the target has less than this many times the top rung's FLOPs.
    private static let smallestRatio = 2.0
    /// The share by which the width may differ from the middle to be a rounder number.
    private static let slack = 0.1
    /// The number of widths that are tried. Where none of them suits every candidate, no rung is added.
    private static let mostWidths = 1000

    /// The plan with one more rung, without runs; nil where the target is too near, or no width suits every candidate.
    package var withNewRung: ComparisonPlan? {
        guard let top = rungs.last else { return nil }
        let below = flops(at: .rung(rungs.count - 1)), target = flops(at: .target)
        guard target >= Self.smallestRatio * below else { return nil }
        let middle = { (key: KeyPath<Suite.Rung, Int>) in
            (Double(top[keyPath: key]) * Double(suite.target[keyPath: key])).squareRoot()
        }
        for width in widths(around: middle(\.width), from: top.width, to: suite.target.width) {
            var plan = self
            let rung = Suite.Rung(
                width: width, layers: Int(middle(\.layers).rounded()), tokens: Int(middle(\.tokens).rounded()), seeds: 1
            )
            guard (try? plan.append(rung)) != nil else { continue }
            let flops = plan.flops(at: .rung(rungs.count))
            if flops > below, flops < target { return plan }
        }
        return nil
    }

    /// The widths to try. Near the middle the roundest (by powers of two) come first, because most numbers of heads
    /// divide them; then the nearest of the others.
    private func widths(around middle: Double, from first: Int, to last: Int) -> [Int] {
        let between = first == last ? first..<(first + 1) : (min(first, last) + 1)..<max(first, last)
        let all = between.sorted { abs(Double($0) - middle) < abs(Double($1) - middle) }
        let near = all.filter { abs(Double($0) / middle - 1) <= Self.slack }
        // Sorting is stable, so that of equally round widths the nearest comes first.
        let round = near.sorted { $0.trailingZeroBitCount > $1.trailingZeroBitCount }
        return Array((round + all.dropFirst(near.count)).prefix(Self.mostWidths))
    }
}
