// The loop of one run: train, report, evaluate, checkpoint, end. Everything that is written into events depends on the
// spec and the step alone (timing fields apart), never on when the run was interrupted.
//
// Divergence. The run ends at once as `diverged` when a training loss, a gradient norm or an evaluation is not finite,
// or when the mean training loss of the last ten steps, none of them among the first ten of the run, exceeds the
// trainer's limit (2 · ln V: twice the loss of a uniform guess). A single spike is recorded, not fatal.

import Foundation
import ScalebenchCore

/// The order of steps, evaluations, checkpoints and events of one session.
struct RunLoop {
    let job: RunJob
    let folder: RunFolder
    let trainer: any Trainer
    let log: EventLog
    let checkpoints: CheckpointFolder
    let options: TrainingOptions
    let stop: StopRequest
    let longer: LongerRuns

    private static let divergenceWindow = 10

    /// Trains from `state` to the end, to divergence, to the next step after a request to stop, or to the next
    /// evaluation that the folder was told to stop early at.
    func run(from start: LoopState) throws -> TrainingOutcome {
        var state = start
        state.longer = longer.records(in: start)
        state.origin = nil
        let schedule = RunSchedule(job.spec)
        let reports = Set(schedule.reports), evaluations = Set(schedule.evaluations)
        var secondsAtCheckpoint = state.seconds
        var coreTime = CoreTime()

        while state.step < job.spec.steps {
            if stop.isRequested {
                if state.step > start.step { try checkpoint(state) }
                return .interrupted
            }
            let step = state.step + 1
            let isEvaluated = evaluations.contains(step)
            let began = ContinuousClock.now
            let result = try trainer.train(
                step: step, measuresUpdate: isEvaluated || longer.evaluate(after: step, in: state))
            let seconds = began.duration(to: .now).seconds
            state.seconds += seconds
            coreTime.add(seconds, cores: trainer.cores)
            guard BelievableLoss.finite(result.natsPerToken) != nil else {
                return try diverged(state, coreTime, at: step, "the training loss of step \(step) is not finite")
            }
            guard result.gradientNorm.isFinite else {
                return try diverged(state, coreTime, at: step, "the gradient of step \(step) is not finite")
            }
            state.note(result, step: step, window: Self.divergenceWindow)
            if let mean = state.windowMean(Self.divergenceWindow), mean > trainer.divergenceLoss {
                return try diverged(
                    state, coreTime, at: step,
                    "the training loss of steps \(step - Self.divergenceWindow + 1) to \(step) is above "
                        + "\(trainer.divergenceLoss) nats per token")
            }
            if reports.contains(step) {
                try report(&state, coreTime)
                coreTime = CoreTime()
            }
            if isEvaluated, try !evaluate(at: step, result) {
                return try diverged(state, coreTime, at: step, "the evaluation after step \(step) is not finite")
            }
            try longer.note(&state, result, of: trainer)
            if isEvaluated, step < job.spec.steps, let from = folder.stopsEarlyFrom, step >= from {
                try checkpoint(state)
                try end(from > 0 ? .paused : .stoppedEarly, state, at: step, reason: nil)
                return .stoppedEarly
            }
            if state.seconds - secondsAtCheckpoint >= options.checkpointSeconds, step < job.spec.steps {
                try checkpoint(state)
                secondsAtCheckpoint = state.seconds
            }
        }
        // The weights are written before the end event, because a finished run is not taken up again.
        try trainer.saveModel(
            to: folder.path, metadata: ["runID": job.runID.rawValue, "step": String(state.step)])
        try end(.completed, state, at: state.step, reason: nil)
        return .completed
    }

    private func tokens(_ step: Int) -> Int {
        step * job.spec.tokensPerStep
    }

    /// Appends the step event of `state` and starts a new mean.
    private func report(_ state: inout LoopState, _ coreTime: CoreTime) throws {
        guard state.lossCount > 0 else { return }
        var event = state.report(state.lossSum, state.lossCount, of: trainer, tokens: tokens(state.step))
        event.devices = coreTime.devices
        try log.append(.step(event))
        state.lossSum = 0
        state.lossCount = 0
    }

    /// Appends an evaluation; returns false when it is not finite.
    private func evaluate(at step: Int, _ result: StepResult) throws -> Bool {
        let event = try trainer.evaluation(after: step, result, of: job.spec)
        try log.append(.evaluation(event))
        return event.natsPerToken != nil
    }

    /// Events come first: a session that finds the checkpoint must find every event up to it.
    private func checkpoint(_ state: LoopState) throws {
        try log.synchronize()
        try checkpoints.save(state, of: trainer)
        try log.append(.checkpoint(.init(step: state.step)))
    }

    private func diverged(
        _ state: LoopState, _ coreTime: CoreTime, at step: Int, _ reason: String
    ) throws -> TrainingOutcome {
        var state = state
        try report(&state, coreTime)
        try end(.diverged, state, at: step, reason: reason)
        return .diverged
    }

    private func end(_ status: RunStatus, _ state: LoopState, at step: Int, reason: String?) throws {
        try log.append(
            .end(
                .init(status: status, step: step, tokens: tokens(step), seconds: state.seconds, reason: reason)))
        try log.synchronize()
    }
}

/// Training time since the last step event, and the cores that it was spent on.
private struct CoreTime {
    private var seconds = 0.0
    private var coreSeconds = 0.0

    mutating func add(_ seconds: Double, cores: Int) {
        self.seconds += seconds
        coreSeconds += seconds * Double(cores)
    }

    /// The mean number of cores, to a thousandth; nil for one core, which is what the start event says.
    var devices: Double? {
        guard coreSeconds > seconds else { return nil }
        return (coreSeconds / seconds * 1000).rounded() / 1000
    }
}

extension LoopState {
    /// The step event for the mean of `count` losses.
    func report(_ sum: Double, _ count: Int, of trainer: any Trainer, tokens: Int) -> RunEvent.Step {
        RunEvent.Step(
            step: step, tokens: tokens, natsPerToken: sum / Double(count), learningRate: trainer.learningRate(at: step),
            gradientNorm: gradientNorm, seconds: seconds)
    }

    /// Takes in the finite numbers of `step`.
    fileprivate mutating func note(_ result: StepResult, step: Int, window: Int) {
        self.step = step
        lossSum += result.natsPerToken
        lossCount += 1
        gradientNorm = result.gradientNorm
        guard step > window else { return }
        recentLosses.append(result.natsPerToken)
        if recentLosses.count > window { recentLosses.removeFirst() }
    }

    /// The mean of the last `window` losses; nil while there are fewer.
    fileprivate func windowMean(_ window: Int) -> Double? {
        recentLosses.count == window ? recentLosses.reduce(0, +) / Double(window) : nil
    }
}
