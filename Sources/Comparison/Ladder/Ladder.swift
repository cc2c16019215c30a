// Finished runs as the statistics see them: a ladder of scales, at each of them the final losses of every candidate.

public import ScalebenchCore
import ScalingLaws

/// Everything a verdict is made from.
public struct Ladder: Sendable {
    /// What the scales count.
    public var axis: ScaleAxis
    /// The candidates' names; the first is the reference A.
    public var candidates: [String]
    /// The rungs below the target, smallest first.
    public var rungs: [LadderRung]
    /// The target; its points are empty until it has been trained.
    public var target: LadderRung
    /// Labels of rungs at or above the target's scale that are not used.
    package var rungsAbove: [String]
    /// The curve of each candidate's run at the target, finished or not; nil before its first evaluation.
    package var begun: [RunCurve?]
    /// The fractions of its schedule up to which a run at the target may be trained.
    package var targetFractions = [1.0]
    /// The families of candidates that differ in numbers.
    package var families: [LadderFamily] = []
    /// The index of each candidate's family; nil for one that belongs to none.
    package var familyOf: [Int?]
    /// The number of candidates that are judged, the first ones. The others only show what settings do.
    package var judged: Int
    /// A rung that could be added between the top rung and the target; nil where none fits.
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
        familyOf = candidates.map { _ in nil }
        judged = candidates.count
        newRung = rungHalfway
    }

    /// The ladder of the candidates that are judged.
    package var ofJudged: Ladder {
        judged < candidates.count ? reordered(Array(0..<judged)) : self
    }

    /// The ladder of these candidates, in this order.
    package func reordered(_ order: [Int]) -> Ladder {
        var ladder = self
        ladder.candidates = order.map { candidates[$0] }
        ladder.familyOf = order.map { familyOf[$0] }
        ladder.begun = order.map { begun[$0] }
        ladder.target = target.reordered(order)
        ladder.rungs = rungs.map { $0.reordered(order) }
        ladder.newRung = newRung?.reordered(order)
        return ladder
    }

    /// The ladder as it was before anything was trained at the target.
    package var withoutTarget: Ladder {
        var ladder = withoutTargetResults
        ladder.begun = candidates.map { _ in nil }
        return ladder
    }

    /// The ladder without the results at the target, but with the curves of its unfinished runs.
    package var withoutTargetResults: Ladder {
        var ladder = self
        ladder.target.points = candidates.map { _ in [] }
        ladder.begun = begun.map { $0?.finalLoss == nil ? $0 : nil }
        return ladder
    }
}

/// Candidates that differ in numbers; what these are at a rung is in `LadderRung.settings`.
package struct LadderFamily: Sendable, Equatable {
    /// nil for the candidates of a table.
    package var name: String?
    package var settings: [LadderSetting]
    /// What its runs below the target cost; nil for the candidates of a table.
    package var cost: FamilyResult.Cost?

    package init(name: String?, settings: [LadderSetting], cost: FamilyResult.Cost? = nil) {
        self.name = name
        self.settings = settings
        self.cost = cost
    }
}

/// A number in which candidates differ.
package struct LadderSetting: Sendable, Equatable {
    package var name: String
    /// Whether values are compared by their differences instead of their ratios.
    package var isLinear: Bool

    package init(name: String, isLinear: Bool) {
        self.name = name
        self.isLinear = isLinear
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
                label: Quantity.scale(scale, axis), scale: scale, flops: axis == .flops ? scale : nil,
                points: losses.map { [ScalingPoint(seed: "0", loss: $0.value[index])] })
        }
        self.init(
            axis: axis, candidates: losses.map(\.key), rungs: rungs,
            target: LadderRung(label: Quantity.scale(target, axis), scale: target, points: losses.map { _ in [] }))
    }
}

extension Ladder {
    /// A rung half-way, in log scale, between the top rung and the target, trained for about as long as the target.
    private var rungHalfway: LadderRung? {
        guard let top = rungs.last else { return nil }
        let scale = (top.scale * target.scale).squareRoot()
        var tokens: Double?
        if let line = TokenLine(rungs), line.isBent {
            tokens = line.tokens(at: scale) * (target.tokens.map { $0 / line.tokens(at: target.scale) } ?? 1)
        }
        let label = Quantity.scale(scale, axis) + (tokens.map { ", \(Quantity.short($0)) tokens" } ?? "")
        return LadderRung(
            label: label, scale: scale, flops: axis == .flops ? scale : nil, tokens: tokens,
            points: candidates.map { _ in [] })
    }
}
