// How far the times of repeated runs differ beyond what their reports show: by the state of the machine, which is the
// same for all of a run's reports. Few ladders have enough repeats to tell, so that a prior counts as some of them.

import Foundation

/// The variance between repeated runs of the logarithm of their times, pooled.
package struct RepeatedTimes: Sendable, Equatable {
    package let variance: Double
    /// The degrees of freedom with which it is known.
    package let degrees: Double

    /// Repeated tokens per second differ by about 1 %; this counts as much as four differences that were seen.
    private static let priorDeviation = 0.01
    private static let priorDegrees = 4.0

    /// - Parameter groups: the times of repeats of one run each.
    package init(_ groups: [[LogTime]]) {
        var excess = 0.0, seen = 0.0
        for group in groups where group.count > 1 {
            let freedom = Double(group.count - 1)
            excess += freedom * (group.map(\.value).variance - group.map(\.variance).mean)
            seen += freedom
        }
        let prior = Self.priorDegrees * Self.priorDeviation * Self.priorDeviation
        degrees = Self.priorDegrees + seen
        variance = (prior + max(0, excess)) / degrees
    }

    /// The mean of repeats, of which there is one at least.
    package func mean(_ repeats: [LogTime]) -> LogTime {
        let weights = repeats.map { 1 / ($0.variance + variance) }, total = weights.reduce(0, +)
        return LogTime(
            value: zip(repeats, weights).reduce(0) { $0 + $1.0.value * $1.1 } / total, variance: 1 / total)
    }
}
