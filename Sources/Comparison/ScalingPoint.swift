// Finished runs as the statistics see them: a ladder of scales, at each of them the final losses of every candidate.

package import ScalebenchCore
import ScalingLaws

/// What the horizontal axis counts.
package enum ScaleAxis: String, Codable, Sendable, CaseIterable {
    case parameters, tokens, flops

    /// For sentences: "3.1e15 FLOPs".
    package var unit: String {
        switch self {
        case .parameters: "parameters"
        case .tokens: "tokens"
        case .flops: "FLOPs"
        }
    }
}

/// One finished run.
package struct ScalingPoint: Sendable, Equatable {
    package var seed: String
    /// Final loss; nil when the run diverged.
    package var loss: Double?
    /// Loss of each validation sequence, where the trainer kept them: candidates are compared on equal sequences.
    package var sequenceLosses: [Double]?
    /// Where the run came from; two candidates that resolve to one spec share it.
    package var runID: RunID?
    /// How it came there, where that is known.
    package var curve: RunCurve?

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
    var meanLoss: Double? {
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

/// One scale, with the runs of every candidate at it.
package struct LadderRung: Sendable {
    package var label: String
    /// Position on the ladder's axis; the mean where candidates differ.
    package var scale: Double
    /// Training FLOPs of one run, where known.
    package var flops: Double?
    /// The same by candidate, where they may differ.
    package var flopsByCandidate: [Double]?
    /// Training tokens of one run, on a ladder over FLOPs, where known; the geometric mean where candidates differ.
    package var tokens: Double?
    /// By candidate, in the ladder's order; empty where a candidate has no run here.
    package var points: [[ScalingPoint]]

    package init(
        label: String, scale: Double, flops: Double? = nil, flopsByCandidate: [Double]? = nil, tokens: Double? = nil,
        points: [[ScalingPoint]]
    ) {
        self.label = label
        self.scale = scale
        self.flops = flops
        self.flopsByCandidate = flopsByCandidate
        self.tokens = tokens
        self.points = points
    }
}

extension TokenLine {
    /// Nil where there is no rung, or the tokens of one are not known.
    init?(_ rungs: [LadderRung]) {
        let tokens = rungs.compactMap(\.tokens)
        guard !rungs.isEmpty, tokens.count == rungs.count else { return nil }
        self.init(scales: rungs.map(\.scale), tokens: tokens)
    }
}

/// Everything a verdict is made from.
package struct Ladder: Sendable {
    package var axis: ScaleAxis
    /// Names; the first is the reference.
    package var candidates: [String]
    /// Below the target, smallest first.
    package var rungs: [LadderRung]
    /// The target; its points are empty until it has been trained.
    package var target: LadderRung
    /// Labels of rungs beyond the target, which take no part.
    package var rungsAbove: [String]
    /// By candidate, the run at the target as far as it has come, finished or not; nil before its first evaluation.
    package var begun: [RunCurve?]
    /// The shares of its schedule up to which a run at the target may be trained.
    package var targetShares = [1.0]

    package init(
        axis: ScaleAxis, candidates: [String], rungs: [LadderRung], target: LadderRung, rungsAbove: [String] = [],
        begun: [RunCurve?]? = nil
    ) {
        self.axis = axis
        self.candidates = candidates
        self.rungs = rungs
        self.target = target
        self.rungsAbove = rungsAbove
        self.begun = begun ?? candidates.map { _ in nil }
    }

    /// The ladder as it was before anything was trained at the target.
    package var withoutTarget: Ladder {
        var ladder = withoutTargetResults
        ladder.begun = candidates.map { _ in nil }
        return ladder
    }

    /// Without the results there, but with the curves of the runs that are on their way.
    package var withoutTargetResults: Ladder {
        var ladder = self
        ladder.target.points = candidates.map { _ in [] }
        ladder.begun = begun.map { $0?.finalLoss == nil ? $0 : nil }
        return ladder
    }
}
