// The rung that a budget may add: half-way, in log scale, between the top rung and the target. The suite stays as it is.

import Foundation
import ScalebenchCore

extension ComparisonPlan {
    /// A target that is closer to the top rung than this has nothing between.
    private static let smallestRatio = 2.0
    /// The share by which the width may leave the middle in favour of a rounder number.
    private static let slack = 0.1
    /// Widths that are tried; where none of them suits every candidate, there is no rung.
    private static let mostWidths = 1000

    /// With one more rung, without runs; nil where there is no room for it, or no width that suits every candidate.
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

    /// The roundest numbers (by powers of two) near the middle first, which most heads divide; then the nearest.
    private func widths(around middle: Double, from first: Int, to last: Int) -> [Int] {
        let between = first == last ? first..<(first + 1) : (min(first, last) + 1)..<max(first, last)
        let all = between.sorted { abs(Double($0) - middle) < abs(Double($1) - middle) }
        let near = all.filter { abs(Double($0) / middle - 1) <= Self.slack }
        // Sorting is stable: of equally round widths the nearest comes first.
        let round = near.sorted { $0.trailingZeroBitCount > $1.trailingZeroBitCount }
        return Array((round + all.dropFirst(near.count)).prefix(Self.mostWidths))
    }
}
