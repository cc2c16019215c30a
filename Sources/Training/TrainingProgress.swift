// What a person watching a run sees. Display only: nothing of this reaches a record.

package import ScalebenchCore

/// Where a run stands.
package struct TrainingProgress: Sendable {
    package var runID: RunID
    package var step: Int
    package var steps: Int
    /// Training loss of the last step, in nats per token.
    package var natsPerToken: Double
    /// Over the time since the last report of progress, evaluations included.
    package var tokensPerSecond: Double
}

/// Decides when progress is worth showing.
struct ProgressMeter {
    private let job: RunJob
    private var lastStep: Int
    private var lastTime = ContinuousClock.now

    private static let interval = Duration.milliseconds(200)

    init(_ job: RunJob, step: Int) {
        self.job = job
        lastStep = step
    }

    /// Progress after the step just taken; nil when the last one was shown a moment ago.
    mutating func progress(after state: LoopState, natsPerToken: Double) -> TrainingProgress? {
        let elapsed = lastTime.duration(to: .now)
        guard elapsed >= Self.interval || state.step == job.spec.steps else { return nil }
        let tokens = (state.step - lastStep) * job.spec.batchSequences * job.spec.model.contextLength
        lastTime = .now
        lastStep = state.step
        return TrainingProgress(
            runID: job.runID, step: state.step, steps: job.spec.steps, natsPerToken: natsPerToken,
            tokensPerSecond: Double(tokens) / max(elapsed.seconds, 1e-9))
    }
}

extension Duration {
    /// As a number of seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
