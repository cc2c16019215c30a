// The loss of one run over its training, as the forecasts of its end use it: between two evaluations ln L is linear in
// ln progress. What progress counts (steps, tokens) is the caller's choice; only its ratios matter.

import Foundation

/// Why a curve cannot be used.
package enum TrainingCurveError: Error, Equatable, CustomStringConvertible {
    case empty
    case notPositive(progress: Double)
    case notAscending(progress: Double)
    case beyondItsEnd(progress: Double, end: Double)

    package var description: String {
        switch self {
        case .empty: "the curve has no point"
        case .notPositive(let progress): "progress or loss at \(progress) is not positive and finite"
        case .notAscending(let progress): "the curve does not ascend in progress at \(progress)"
        case .beyondItsEnd(let progress, let end): "the curve goes on to \(progress), beyond its end \(end)"
        }
    }
}

/// Losses of one run at ascending progress.
package struct TrainingCurve: Sendable, Equatable {
    /// Steps or tokens; positive and ascending.
    package let progress: [Double]
    package let losses: [Double]
    let logProgress: [Double]
    let logLosses: [Double]

    /// - Throws: `TrainingCurveError` for no point, or values that are not positive, finite and ascending.
    package init(progress: [Double], losses: [Double]) throws {
        precondition(progress.count == losses.count)
        guard !progress.isEmpty else { throw TrainingCurveError.empty }
        for (index, (place, loss)) in zip(progress, losses).enumerated() {
            guard place > 0, loss > 0, place.isFinite, loss.isFinite else {
                throw TrainingCurveError.notPositive(progress: place)
            }
            guard index == 0 || progress[index - 1] < place else {
                throw TrainingCurveError.notAscending(progress: place)
            }
        }
        self.progress = progress
        self.losses = losses
        logProgress = progress.map { log($0) }
        logLosses = losses.map { log($0) }
    }

    package var end: Double { progress[progress.count - 1] }
    package var count: Int { progress.count }

    /// The part up to `limit`; nil when nothing lies there.
    package func upTo(_ limit: Double) -> TrainingCurve? {
        let count = progress.prefix { $0 <= limit * (1 + 1e-9) }.count
        return count > 0
            ? try? TrainingCurve(
                progress: Array(progress.prefix(count)), losses: Array(losses.prefix(count))) : nil
    }

    /// ln L at `place`, interpolated between its neighbours and constant beyond the ends.
    func logLoss(at place: Double) -> Double {
        let x = log(place)
        guard x > logProgress[0] else { return logLosses[0] }
        guard x < logProgress[count - 1] else { return logLosses[count - 1] }
        var low = 0, high = count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if logProgress[middle] <= x { low = middle } else { high = middle }
        }
        let share = (x - logProgress[low]) / (logProgress[high] - logProgress[low])
        return logLosses[low] + share * (logLosses[high] - logLosses[low])
    }

    /// Variance of one evaluation of ln L around the smooth curve near `place`, from second differences of the nine
    /// nearest points; 0 with fewer than five.
    func roughness(near place: Double) -> Double {
        let after = progress.firstIndex { $0 >= place * (1 - 1e-9) } ?? count
        let first = max(0, min(after - 4, count - 9)), last = min(count, first + 9)
        guard last - first >= 5 else { return 0 }
        var sum = 0.0
        for k in (first + 1)..<(last - 1) {
            let share = (logProgress[k + 1] - logProgress[k]) / (logProgress[k + 1] - logProgress[k - 1])
            let residual = logLosses[k] - share * logLosses[k - 1] - (1 - share) * logLosses[k + 1]
            sum += residual * residual / (1 + share * share + (1 - share) * (1 - share))
        }
        return sum / Double(last - first - 2)
    }
}
