// An evaluation as a run records it.

import ScalebenchCore

extension Trainer {
    /// The event of the evaluation that a run of this spec makes after `step`; its loss is nil where it is not finite.
    /// - Parameter result: what the step itself reported.
    func evaluation(after step: Int, _ result: StepResult, of spec: RunSpec) throws -> RunEvent.Evaluation {
        let isFinal = step == spec.steps
        let count = isFinal ? spec.evaluation.sequences : spec.evaluation.curveSequences
        let means = try evaluate(step: step, sequences: count), losses = means.sequences
        let mean = losses.reduce(0, +) / Double(losses.count)
        let isFinite = BelievableLoss.finite(mean) != nil
        var event = RunEvent.Evaluation(
            step: step, tokens: step * spec.tokensPerStep, natsPerToken: isFinite ? mean : nil, standardError: nil,
            sequences: losses.count, updateToWeight: result.updateToWeight)
        if isFinite && losses.count > 1 {
            let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            event.standardError = (squares / Double(losses.count - 1) / Double(losses.count)).squareRoot()
        }
        if isFinal && isFinite {
            let breakdown = spec.evaluation.breakdown
            event.sequenceNatsPerToken = losses.map(rounded)
            if breakdown.contains(.positions) { event.positionNatsPerToken = means.positions?.map(rounded) }
            if breakdown.contains(.domains) { event.domainNatsPerToken = means.domainMeans?.mapValues(rounded) }
        }
        return event
    }
}

/// Six decimals are a hundredth of the smallest gap that matters, and need half the bytes.
private func rounded(_ loss: Double) -> Double { (loss * 1e6).rounded() / 1e6 }
