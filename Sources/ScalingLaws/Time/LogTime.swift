// The time of one run, from the seconds between its reports. Single reports are disturbed by whatever else the machine
// does, so that the median counts. Neighbouring reports are disturbed together: the error is that of blocks of them.

import Foundation

/// The logarithm of a time with the variance of its error.
package struct LogTime: Sendable, Equatable {
    package var value: Double
    package var variance: Double

    package init(value: Double, variance: Double) {
        self.value = value
        self.variance = variance
    }

    /// Seconds and tokens between two reports.
    package struct Interval: Sendable, Equatable {
        package var seconds: Double
        package var tokens: Double

        package init(seconds: Double, tokens: Double) {
            self.seconds = seconds
            self.tokens = tokens
        }
    }

    /// Fewer intervals show neither a median nor its error.
    private static let fewestIntervals = 4
    private static let mostBlocks = 8

    /// Seconds per token: the median over intervals in the order of training, each counted by its tokens. It is nil for
    /// fewer than four intervals that took any time.
    package init?(_ intervals: [Interval]) {
        let timed = intervals.filter { $0.seconds > 0 && $0.tokens > 0 }
        guard timed.count >= Self.fewestIntervals else { return nil }
        let blocks = min(Self.mostBlocks, timed.count / 2)
        let medians = (0..<blocks).map { block in
            log(Self.median(timed[block * timed.count / blocks..<(block + 1) * timed.count / blocks]))
        }
        self.init(value: log(Self.median(timed[...])), variance: medians.variance / Double(blocks))
    }

    private static func median(_ intervals: ArraySlice<Interval>) -> Double {
        let sorted = intervals.map { (rate: $0.seconds / $0.tokens, tokens: $0.tokens) }.sorted { $0.rate < $1.rate }
        let half = sorted.reduce(0) { $0 + $1.tokens } / 2
        var below = 0.0
        for (index, interval) in sorted.enumerated() {
            below += interval.tokens
            if below > half { return interval.rate }
            if below == half { return (interval.rate + sorted[min(index + 1, sorted.count - 1)].rate) / 2 }
        }
        return sorted[sorted.count - 1].rate
    }
}
