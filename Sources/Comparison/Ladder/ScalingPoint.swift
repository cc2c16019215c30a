// One finished run as the statistics see it.

package import ScalebenchCore
import ScalingLaws

/// One finished run.
public struct ScalingPoint: Sendable, Equatable {
    public var seed: String
    /// Final loss; nil when the run diverged.
    public var loss: Double?
    /// Loss of each validation sequence, where the trainer kept them: candidates are compared on equal sequences.
    package var sequenceLosses: [Double]?
    /// Where the run came from; two candidates that resolve to one spec share it.
    package var runID: RunID?
    /// How it came there, where that is known.
    package var curve: RunCurve?

    /// - Parameter loss: nil for a run that diverged.
    public init(seed: String, loss: Double?) { self.init(seed: seed, loss: loss, sequenceLosses: nil, runID: nil) }

    package init(
        seed: String, loss: Double?, sequenceLosses: [Double]? = nil, runID: RunID? = nil, curve: RunCurve? = nil
    ) {
        self.seed = seed
        self.loss = loss
        self.sequenceLosses = sequenceLosses
        self.runID = runID
        self.curve = curve
    }

    package var diverged: Bool { loss == nil }
}

extension [ScalingPoint] {
    /// Over the runs that have a loss; nil when none has.
    package var meanLoss: Double? {
        let losses = compactMap(\.loss)
        return losses.isEmpty ? nil : losses.mean
    }

    /// Whether these runs and `others` are the same ones: the same run under two names, or runs whose numbers agree to
    /// the last bit because the option in which they differ never acted. One bare number each is no evidence.
    func areIdentical(to others: [ScalingPoint]) -> Bool {
        guard !isEmpty, count == others.count else { return false }
        if allSatisfy({ $0.runID != nil }), map(\.runID) == others.map(\.runID) { return true }
        let agree = zip(self, others).allSatisfy {
            $0.seed == $1.seed && $0.loss != nil && $0.loss == $1.loss && $0.sequenceLosses == $1.sequenceLosses
        }
        return agree && (count > 1 || self[0].sequenceLosses != nil)
    }
}
