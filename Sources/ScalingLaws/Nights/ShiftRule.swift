// When a shift counts: a sequential rule with a stated rate of false alarms. Thirty looks a month are thirty chances to be
// wrong, so the threshold of every look is the one that sequences without a shift exceed with a fixed small probability,
// given that they exceeded none before. The statistic does not depend on mean and noise, so that the thresholds are those
// of simulated nights with as many runs (Hawkins, Qiu and Kang 2003, section 4).

import Foundation

/// The rule that tells a shift from seed noise.
package struct ShiftRule: Sendable {
    /// The probability that thirty nights without a shift raise any alarm of a rise. It is the same for a fall: the noise
    /// is symmetric, and each side has a rate of its own.
    package let falseAlarmsPerMonth: Double

    /// The number of nights that the rate refers to.
    package static let month = 30
    /// A sequence is looked at as this many last nights; those before count as one long night.
    package static let window = 60
    private static let paths = 40_000, pathsPerPiece = 1_000

    package init(falseAlarmsPerMonth: Double) {
        self.falseAlarmsPerMonth = falseAlarmsPerMonth
    }

    /// The probability of a false alarm in one night.
    private var rate: Double { 1 - pow(1 - falseAlarmsPerMonth, 1 / Double(Self.month)) }

    /// The rise and the fall that the last night confirms; nil where the nights show none.
    /// - Parameter nights: the losses of every night's runs, in the order of time.
    package func alarms(_ nights: [[Double]]) -> (rise: Shift?, fall: Shift?) {
        let (shown, offset) = Self.recent(nights)
        guard let threshold = thresholds(shown.map(\.count)).last else { return (nil, nil) }
        let confirmed = { (shift: Shift?) -> Shift? in
            guard var shift, abs(shift.statistic) > threshold else { return nil }
            shift.first += offset
            shift.possible = shift.possible.lowerBound + offset...shift.possible.upperBound + offset
            return shift
        }
        return (confirmed(Shift.mostLikely(shown)), confirmed(Shift.mostLikelyFall(shown)))
    }

    /// The nights of the window; a first one joins all that came before it.
    private static func recent(_ nights: [[Double]]) -> (nights: [[Double]], offset: Int) {
        guard nights.count > window else { return (nights, 0) }
        let older = nights.count - window
        return ([Array(nights[...older].joined())] + nights[(older + 1)...], older)
    }

    /// The value that the statistic of each night has to exceed; infinite where there are too few runs yet.
    /// - Parameter counts: the number of runs of every night.
    package func thresholds(_ counts: [Int]) -> [Double] {
        let pieces = inParallel(Self.paths / Self.pathsPerPiece) { piece in
            var random = SplitMix(seed: UInt64(piece))
            return (0..<Self.pathsPerPiece).map { _ in Self.path(counts, &random) }
        }
        var paths = Array(pieces.joined()), thresholds: [Double] = []
        for look in counts.indices {
            let sorted = paths.map { $0[look] }.sorted()
            let exceeding = Int((rate * Double(sorted.count)).rounded())
            let threshold =
                sorted.isEmpty || sorted.last == -.infinity ? .infinity : sorted[sorted.count - 1 - exceeding]
            thresholds.append(threshold)
            paths.removeAll { $0[look] > threshold }
        }
        return thresholds
    }

    /// The statistics of all looks at one simulated sequence without a shift; −∞ where there are too few runs.
    private static func path(_ counts: [Int], _ random: inout SplitMix) -> [Double] {
        var sums = NightSums()
        return counts.map { count in
            sums.add(
                count, mean: count == 0 ? 0 : random.normal() / Double(count).squareRoot(),
                squares: random.sumOfSquares(max(0, count - 1)))
            var largest = -Double.infinity
            sums.forEachSplit { largest = max(largest, $0.statistic) }
            return largest
        }
    }
}

extension SplitMix {
    /// The sum of the squares of `count` standard normal numbers. For many of them it is approximated (Wilson and Hilferty
    /// 1931): for 300, all quantiles from .0005 to .9995 are exact to .02 %.
    fileprivate mutating func sumOfSquares(_ count: Int) -> Double {
        guard count >= 300 else {
            return (0..<count).reduce(0) { sum, _ in
                let value = normal()
                return sum + value * value
            }
        }
        let variance = 2 / (9 * Double(count)), cube = 1 - variance + normal() * variance.squareRoot()
        return Double(count) * cube * cube * cube
    }
}
