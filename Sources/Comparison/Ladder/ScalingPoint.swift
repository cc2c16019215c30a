// One finished run as the statistics see it.

package import ScalebenchCore
import ScalingLaws

/// One finished run.
public struct ScalingPoint: Sendable, Equatable {
    /// The run's seed, as a table or a plan names it.
    public var seed: String
    /// The final loss; nil when the run diverged.
    public var loss: Double?
    /// Loss of each validation sequence, where the trainer kept them: candidates are compared on equal sequences.
    package var sequenceLosses: [Double]?
    /// The run's name in the store; nil for a run from a table. Two candidates that resolve to one spec share it.
    package var runID: RunID?
    /// The run's losses along its schedule, where they are known.
    package var curve: RunCurve?
    /// What the run took, once for every machine and number of devices; empty where it is not known.
    package var times: [RunTime] = []

    /// A run with this final loss.
    /// - Parameter loss: the final loss; nil for a run that diverged.
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

    /// Whether the run diverged.
    package var diverged: Bool { loss == nil }
}

extension [ScalingPoint] {
    /// The mean loss of the runs that have one; nil when none has.
    package var meanLoss: Double? {
        let losses = compactMap(\.loss)
        return losses.isEmpty ? nil : losses.mean
    }

    /// Whether these runs and `others` are the same: the same runs under two names, or runs whose numbers agree to the
    /// last bit because the option in which they differ had no effect. One equal final loss alone does not count.
    func areIdentical(to others: [ScalingPoint]) -> Bool {
        guard !isEmpty, count == others.count else { return false }
        if allSatisfy({ $0.runID != nil }), map(\.runID) == others.map(\.runID) { return true }
        let agree = zip(self, others).allSatisfy {
            $0.seed == $1.seed && $0.loss != nil && $0.loss == $1.loss && $0.sequenceLosses == $1.sequenceLosses
        }
        return agree && (count > 1 || self[0].sequenceLosses != nil)
    }
}
