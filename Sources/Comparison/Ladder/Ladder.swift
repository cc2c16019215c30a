// Finished runs as the statistics see them: a ladder of scales, at each of them the final losses of every candidate.

public import ScalebenchCore
import ScalingLaws

/// Everything a verdict is made from.
public struct Ladder: Sendable {
    public var axis: ScaleAxis
    /// Names; the first is the reference.
    public var candidates: [String]
    /// Below the target, smallest first.
    public var rungs: [LadderRung]
    /// The target; its points are empty until it has been trained.
    public var target: LadderRung
    /// Labels of rungs beyond the target, which take no part.
    package var rungsAbove: [String]
    /// By candidate, the run at the target as far as it has come, finished or not; nil before its first evaluation.
    package var begun: [RunCurve?]
    /// The fractions of its schedule up to which a run at the target may be trained.
    package var targetFractions = [1.0]
    /// A rung that could be added between the top rung and the target; nil where there is no room for one.
    package var newRung: LadderRung?

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
        newRung = rungHalfway
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

extension Ladder {
    /// A ladder of finished runs.
    /// - Parameters:
    ///   - candidates: their names; the first is the reference A.
    ///   - rungs: those below the target, smallest first, each with the runs of every candidate in this order.
    ///   - target: where a winner is wanted; its runs are empty lists while it has not been trained.
    public init(axis: ScaleAxis, candidates: [String], rungs: [LadderRung], target: LadderRung) {
        self.init(axis: axis, candidates: candidates, rungs: rungs, target: target, rungsAbove: [], begun: nil)
    }

    /// A ladder of columns of numbers: one run of each candidate at every scale.
    /// - Parameters:
    ///   - scales: parameters, tokens or FLOPs of the rungs, as the axis says, ascending.
    ///   - losses: by candidate, the final loss at every scale; the first candidate is the reference A.
    ///   - target: the scale where a winner is wanted.
    public init(axis: ScaleAxis, scales: [Double], losses: KeyValuePairs<String, [Double]>, target: Double) {
        precondition(losses.allSatisfy { $0.value.count == scales.count }, "one loss per scale")
        let rungs = scales.enumerated().map { index, scale in
            LadderRung(
                label: Quantity.short(scale), scale: scale, flops: axis == .flops ? scale : nil,
                points: losses.map { [ScalingPoint(seed: "0", loss: $0.value[index])] })
        }
        self.init(
            axis: axis, candidates: losses.map(\.key), rungs: rungs,
            target: LadderRung(label: Quantity.short(target), scale: target, points: losses.map { _ in [] }))
    }
}

extension Ladder {
    /// Half-way, in log scale, between the top rung and the target, trained as the target is.
    private var rungHalfway: LadderRung? {
        guard let top = rungs.last else { return nil }
        let scale = (top.scale * target.scale).squareRoot()
        var tokens: Double?
        if let line = TokenLine(rungs), line.isBent {
            tokens = line.tokens(at: scale) * (target.tokens.map { $0 / line.tokens(at: target.scale) } ?? 1)
        }
        let label = "\(Quantity.short(scale)) \(axis.unit)" + (tokens.map { ", \(Quantity.short($0)) tokens" } ?? "")
        return LadderRung(
            label: label, scale: scale, flops: axis == .flops ? scale : nil, tokens: tokens,
            points: candidates.map { _ in [] })
    }
}
