// Whether runs that were trained again agree with those of a baseline.
//
// Equal specs give equal losses on equal machines. Another library adds in another order, and training amplifies the
// difference in the last digits until the two runs are as far apart as two seeds, and no further. A difference d of a
// pair then has the standard deviation √2 · σ of two seeds. Runs agree within noise where the mean of d / (√2 · σ) is
// within three of its standard errors 1/√n of zero, and no single one is further off than four.

import Foundation
package import ScalebenchCore
import ScalingLaws

/// The comparison of runs with the same runs, trained again.
package struct BaselineAgreement: Sendable, Equatable {
    package var outcome: Outcome
    /// The number of runs that were trained again.
    package var runs: Int
    /// The mean of the new losses minus the recorded ones in nats per token; nil where no run has both.
    package var meanDifference: Double?
    /// The largest difference of a loss, without its sign.
    package var largestDifference: Double?
    /// The seed noise of one run, the mean over runs; nil where no run has both losses.
    package var noise: Double?

    package enum Outcome: String, Sendable {
        /// All losses of all evaluations are equal to the last digit.
        case identical
        /// Final losses differ by no more than those of different seeds.
        case withinNoise
        /// Final losses differ by more, or a run diverged on one side alone.
        case different
    }

    /// One run of both sides.
    package struct Pair: Sendable {
        package var recorded: RunRecord
        package var again: RunRecord
        /// The seed noise of its final loss.
        package var noise: Double

        package init(recorded: RunRecord, again: RunRecord, noise: Double) {
            self.recorded = recorded
            self.again = again
            self.noise = noise
        }
    }

    private static let mostStandardErrors = 3.0
    private static let mostDeviations = 4.0

    package init(_ pairs: [Pair]) {
        runs = pairs.count
        let both = pairs.compactMap { pair -> (difference: Double, noise: Double)? in
            guard let old = pair.recorded.finalEvaluation?.natsPerToken,
                let new = pair.again.finalEvaluation?.natsPerToken
            else { return nil }
            return (new - old, pair.noise)
        }
        if !both.isEmpty {
            meanDifference = both.map(\.difference).mean
            largestDifference = both.map { abs($0.difference) }.max()
            noise = both.map(\.noise).mean
        }
        let scaled = both.map { $0.difference / max($0.noise * 2.0.squareRoot(), .leastNormalMagnitude) }
        let endsAgree = pairs.allSatisfy { $0.recorded.end?.status == $0.again.end?.status }
        let isWithin =
            scaled.isEmpty
            || (abs(scaled.mean) * Double(scaled.count).squareRoot() <= Self.mostStandardErrors
                && scaled.allSatisfy { abs($0) <= Self.mostDeviations })
        if pairs.allSatisfy({ $0.recorded.hasSameLosses(as: $0.again) }) {
            outcome = .identical
        } else {
            outcome = endsAgree && isWithin ? .withinNoise : .different
        }
    }
}

extension RunRecord {
    fileprivate func hasSameLosses(as other: RunRecord) -> Bool {
        end?.status == other.end?.status && evaluations.map(\.step) == other.evaluations.map(\.step)
            && evaluations.map(\.natsPerToken) == other.evaluations.map(\.natsPerToken)
    }
}
