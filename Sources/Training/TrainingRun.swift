// Carries a run from its folder to its end event: lock, job, events so far, checkpoint, loop. This is all of
// `scalebench run`.

import Foundation
package import ScalebenchCore

/// What may differ between two sessions of one run without changing its result.
package struct TrainingOptions: Sendable {
    /// Seconds of training between checkpoints.
    package var checkpointSeconds = 30.0
    /// The cores that the run may use; they may grow while it is under way.
    package var cores = CoreAllowance()
    /// The version that the start event records.
    package var scalebenchVersion: String

    package init(scalebenchVersion: String) {
        self.scalebenchVersion = scalebenchVersion
    }
}

/// How a session of training ended.
package enum TrainingOutcome: Sendable, Equatable {
    case completed
    case diverged
    /// Stopped on request; the next session goes on from the checkpoint.
    case interrupted
    /// Stopped because its folder asked for it; a later session goes on from the checkpoint.
    case stoppedEarly
}

/// Carries out the run of a folder, or the rest of it.
package struct TrainingRun {
    private let folder: RunFolder
    private let options: TrainingOptions
    private let makeTrainer: (RunJob) throws -> any Trainer

    package init(
        _ folder: RunFolder, options: TrainingOptions,
        makeTrainer: ((RunJob) throws -> any Trainer)? = nil
    ) {
        self.folder = folder
        self.options = options
        self.makeTrainer = makeTrainer ?? { try Training.makeTrainer(for: $0, cores: options.cores) }
    }

    /// Trains until the run has ended or `stop` is requested. Waits while another process trains this run; returns at
    /// once when the run is already finished.
    /// - Throws: what keeps the run from being carried out; it is also recorded as a `failed` end.
    package func perform(stop: StopRequest) throws -> TrainingOutcome {
        let job = try RunJob.open(folder)
        guard let lock = try RunLock.acquire(folder, stop: stop) else { return .interrupted }
        defer { withExtendedLifetime(lock) {} }
        let log = try EventLog(folder.events)
        let record = try RunRecord(events: try InputFile.read(folder.events), file: folder.events)
        let checkpoints = CheckpointFolder(folder, runID: job.runID)
        if record.isFinished {
            checkpoints.removeAll()
            return record.end?.status == .diverged ? .diverged : .completed
        }
        do {
            if case .command(let trainer) = job.spec.trainer {
                return try command(trainer, job, log: log, stop: stop).perform(after: record)
            }
            return try train(job, after: record, log: log, checkpoints, stop: stop)
        } catch {
            let last = (try? InputFile.read(folder.events))
                .flatMap { try? RunRecord(events: $0, file: folder.events) }?.steps.last
            // Best effort: where the disk is full, this cannot be written either.
            try? log.append(
                .end(
                    .init(
                        status: .failed, step: last?.step ?? 0, tokens: last?.tokens ?? 0, seconds: last?.seconds ?? 0,
                        reason: "\(error)")))
            throw error
        }
    }

    private func command(
        _ trainer: CommandTrainer, _ job: RunJob, log: EventLog, stop: StopRequest
    ) throws -> CommandRun {
        guard let launch = job.launch else {
            throw ScalebenchError(
                .invalidInput, "run \(job.runID) does not say how its trainer is started", at: folder.job,
                hint: "start runs with `scalebench compare`; do not write job files by hand")
        }
        return CommandRun(
            job: job, trainer: trainer, launch: launch, folder: RunFolder(URL(fileURLWithPath: folder.path).path),
            log: log, startEvent: { startEvent(job, resumedFromStep: $0, machine: $1) }, stop: stop)
    }

    private func train(
        _ job: RunJob, after record: RunRecord, log: EventLog, _ checkpoints: CheckpointFolder, stop: StopRequest
    ) throws -> TrainingOutcome {
        let (trainer, state) = try resume(job, after: record, from: checkpoints)
        try log.append(.start(startEvent(job, resumedFromStep: state.step, machine: trainer.machine)))
        let loop = RunLoop(
            job: job, folder: folder, trainer: trainer, log: log, checkpoints: checkpoints, options: options,
            stop: stop)
        let outcome = try loop.run(from: state)
        if outcome == .completed || outcome == .diverged { checkpoints.removeAll() }
        return outcome
    }

    /// The newest checkpoint that can be read and whose events are all there; otherwise a fresh start.
    private func resume(
        _ job: RunJob, after record: RunRecord, from checkpoints: CheckpointFolder
    ) throws -> (any Trainer, LoopState) {
        let schedule = RunSchedule(job.spec)
        for step in checkpoints.steps {
            guard let state = checkpoints.state(at: step),
                record.steps.map(\.step).filter({ $0 <= step }) == schedule.reports.filter({ $0 <= step }),
                record.evaluations.map(\.step).filter({ $0 <= step }) == schedule.evaluations.filter({ $0 <= step })
            else { continue }
            let trainer = try makeTrainer(job)
            do {
                try trainer.restore(from: checkpoints.path(of: step))
                return (trainer, state)
            } catch let error as ScalebenchError where error.code == .damagedData || error.code == .notFound {
                continue
            }
        }
        return (try makeTrainer(job), LoopState(runID: job.runID))
    }

    private func startEvent(_ job: RunJob, resumedFromStep: Int, machine: [String: String]) -> RunEvent.Start {
        var machine = machine.merging(MachineFacts.here) { $1 }
        machine["scalebench"] = options.scalebenchVersion
        return RunEvent.Start(
            runID: job.runID, time: Date.now.formatted(.iso8601), trainerVersion: job.spec.trainerVersion,
            resumedFromStep: resumedFromStep, parametersTotal: job.spec.model.parametersTotal,
            parametersNonEmbedding: job.spec.model.parametersNonEmbedding, flops: job.spec.flops, machine: machine)
    }
}
