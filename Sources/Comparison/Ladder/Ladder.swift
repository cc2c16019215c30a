// Finished runs as the statistics see them: a ladder of scales, at each of them the final losses of every candidate.

package import ScalebenchCore

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
    package var targetFractions = [1.0]

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
