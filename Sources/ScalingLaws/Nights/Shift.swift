// A shift of the mean in a sequence of nights, where neither the mean nor the noise is known beforehand.
//
// Source: Hawkins, Qiu and Kang, "The changepoint model for statistical process control", Journal of Quality Technology
// 35 (2003). Every night may be the first after the shift. The statistic is the largest two-sample t over all of them.

import Foundation

/// A shift: from one night on, the losses are larger, or smaller.
package struct Shift: Sendable, Equatable {
    /// The index of the first night after the shift, as the nights fit best.
    package var first: Int
    /// The first and the last night that may also have been it (about 95 %).
    package var possible: ClosedRange<Int>
    /// The mean after the shift minus the mean before it, in the unit of the losses.
    package var size: Double
    /// The standard error of `size`, in the same unit.
    package var standardError: Double
    /// The degrees of freedom of the standard error.
    package var degrees: Int
    /// The two-sample t of the nights from `first` on against those before.
    package var statistic: Double { size / standardError }
}

extension Shift {
    /// The fewest runs of a sequence with a shift: two means are estimated, and the noise takes two more.
    static let fewestRuns = 4
    /// Half the rise of the log likelihood over which a night may also be the first (about 95 % for one free place).
    private static let likelihoodFall = 2.0

    /// The most likely downward shift, whose size is negative; nil where there is none.
    package static func mostLikelyFall(_ nights: [[Double]]) -> Shift? {
        var shift = mostLikely(nights.map { $0.map { -$0 } })
        shift?.size.negate()
        return shift
    }

    /// The most likely upward shift; nil where there are too few nights or runs, or the losses do not differ at all.
    /// - Parameter nights: the losses of every night's runs, in the order of time; the runs of a night are repeats.
    package static func mostLikely(_ nights: [[Double]]) -> Shift? {
        let sums = NightSums(nights)
        let splits = sums.splits
        guard let best = splits.max(by: { $0.statistic < $1.statistic }), best.statistic > 0 else { return nil }
        let degrees = Double(sums.runs - 2)
        let logLikelihood = { (statistic: Double) in
            Double(sums.runs) / 2 * log1p(statistic > 0 ? statistic * statistic / degrees : 0)
        }
        let least = logLikelihood(best.statistic) - likelihoodFall
        let possible = splits.filter { logLikelihood($0.statistic) >= least }.map(\.first)
        return Shift(
            first: best.first, possible: possible[0]...possible[possible.count - 1], size: best.size,
            standardError: best.size / best.statistic, degrees: sums.runs - 2)
    }

    /// The relative change of a loss whose logarithms are shifted.
    package var relativeChange: Estimate {
        StudentDistribution(degrees: Double(degrees)).estimate(centre: size, scale: standardError).map(expm1)
    }
}

/// The sums of a sequence of nights from which every split is computed.
struct NightSums {
    private var counts: [Int] = []
    private var means: [Double] = []
    private var within = 0.0
    private(set) var runs = 0

    struct Split {
        var first: Int
        var size: Double
        var statistic: Double
    }

    init() {}

    init(_ nights: [[Double]]) {
        for losses in nights {
            let mean = losses.isEmpty ? 0 : losses.mean
            add(losses.count, mean: mean, squares: losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
        }
    }

    /// Adds a night at the end.
    /// - Parameter squares: the sum of the squared differences of its losses from their mean.
    mutating func add(_ count: Int, mean: Double, squares: Double) {
        counts.append(count)
        means.append(mean)
        within += squares
        runs += count
    }

    /// Calls `body` with the two-sample t of every split into the nights before `first` and those from it on. There is
    /// none where the runs are too few, or all equal.
    @inline(__always) func forEachSplit(_ body: (Split) -> Void) {
        guard runs >= Shift.fewestRuns, counts.count >= 2 else { return }
        var total = 0.0
        for night in counts.indices { total += Double(counts[night]) * means[night] }
        let center = total / Double(runs)
        var squares = within
        for night in counts.indices {
            squares += Double(counts[night]) * (means[night] - center) * (means[night] - center)
        }
        var before = 0, sum = 0.0
        for first in 1..<counts.count {
            before += counts[first - 1]
            sum += Double(counts[first - 1]) * means[first - 1]
            let after = runs - before
            guard before > 0, after > 0, counts[first] > 0 else { continue }
            let size = (total - sum) / Double(after) - sum / Double(before)
            let weight = Double(before) * Double(after) / Double(runs)
            let left = squares - weight * size * size
            guard left > 1e-12 * squares else { continue }
            body(Split(first: first, size: size, statistic: size / (left / Double(runs - 2) / weight).squareRoot()))
        }
    }

    var splits: [Split] {
        var result: [Split] = []
        forEachSplit { result.append($0) }
        return result
    }
}
