// A run's validation losses along its schedule, as the forecasts of its end use them. All evaluations but the last use
// only the first validation sequences. The curve's last point is computed on the same ones, so that the curve has no
// jump there.

package import ScalebenchCore
package import ScalingLaws

/// The curve of one run so far.
package struct RunCurve: Sendable, Equatable {
    /// The losses; progress is the fraction of the schedule, so that a whole curve ends at 1.
    package var curve: TrainingCurve
    /// The final loss on the whole validation set; nil while the run has no result.
    package var finalLoss: Double?
    /// Whether the run was ended because the comparison was decided; it can go on.
    package var wasStoppedEarly: Bool

    package init(curve: TrainingCurve, finalLoss: Double? = nil, wasStoppedEarly: Bool = false) {
        self.curve = curve
        self.finalLoss = finalLoss
        self.wasStoppedEarly = wasStoppedEarly
    }
}

extension RunCurve {
    /// The curve in a run's record. It is nil for a run that diverged or has not been evaluated, and where a loss is
    /// not a positive number.
    /// - Parameter tokens: the training tokens of the whole schedule.
    package init?(_ record: RunRecord, tokens: Int) {
        guard record.end?.status != .diverged else { return nil }
        var losses: [Double] = []
        for (index, evaluation) in record.evaluations.enumerated() {
            guard var loss = evaluation.natsPerToken else { return nil }
            let before = index > 0 ? record.evaluations[index - 1].sequences : evaluation.sequences
            if let all = evaluation.sequenceNatsPerToken, before < all.count { loss = Array(all.prefix(before)).mean }
            losses.append(loss)
        }
        let fractions = record.evaluations.map { Double($0.tokens) / Double(tokens) }
        guard let curve = try? TrainingCurve(progress: fractions, losses: losses), curve.end <= 1 else { return nil }
        self.init(
            curve: curve, finalLoss: record.finalEvaluation?.natsPerToken,
            wasStoppedEarly: record.end?.status == .stoppedEarly)
    }
}

extension ScalingPoint {
    var hasWholeCurve: Bool { curve.map { $0.finalLoss != nil && $0.curve.count > 1 } ?? false }
}

extension [ScalingPoint] {
    /// The whole curves of these runs with their results; nil where no run has one.
    func curveRung(_ scale: Double) -> CurveRung? {
        let whole = filter(\.hasWholeCurve).compactMap(\.curve)
        guard !whole.isEmpty else { return nil }
        return CurveRung(scale: scale, curves: whole.map(\.curve), finalLosses: whole.compactMap(\.finalLoss))
    }
}
