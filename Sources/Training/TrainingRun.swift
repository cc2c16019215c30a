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
    /// Hears of every sign of an external trainer.
    package var watchTrainer: @Sendable (TrainerSign) -> Void = { _ in }

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
        AtomicFile.removeAbandoned(in: folder.path)
        let log = try EventLog(folder.events)
        let record = try RunRecord(events: try InputFile.read(folder.events), file: folder.events)
        let checkpoints = CheckpointFolder(folder.checkpoints, runID: job.runID)
        if record.isFinished {
            removeCheckpoints(of: job)
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
        let folder = RunFolder(URL(fileURLWithPath: folder.path).path)
        let repository = RepositoryState(folder: launch.folder, store: folder.store).facts
        return CommandRun(
            job: job, trainer: trainer, launch: launch, folder: folder, log: log,
            startEvent: { startEvent(job, resumedFromStep: $0, machine: $1.merging(repository) { $1 }) }, stop: stop,
            watch: options.watchTrainer)
    }

    private func train(
        _ job: RunJob, after record: RunRecord, log: EventLog, _ checkpoints: CheckpointFolder, stop: StopRequest
    ) throws -> TrainingOutcome {
        let (trainer, state) = try resume(job, after: record)
        try begin(job, from: state, machine: trainer.machine, log)
        let loop = RunLoop(
            job: job, folder: folder, trainer: trainer, log: log, checkpoints: checkpoints, options: options,
            stop: stop, longer: LongerRuns(job, folder))
        let outcome = try loop.run(from: state)
        if outcome == .completed || outcome == .diverged { removeCheckpoints(of: job) }
        return outcome
    }

    /// Writes where the session begins. At a branch the events up to it are written as well; until they are all there,
    /// they count as none.
    private func begin(_ job: RunJob, from state: LoopState, machine: [String: String], _ log: EventLog) throws {
        var start = startEvent(job, resumedFromStep: state.origin == nil ? state.step : 0, machine: machine)
        start.branch = state.origin?.branch
        try log.append(.start(start))
        for event in state.origin?.events ?? [] { try log.append(event) }
    }

    /// The furthest checkpoint that can be used, of this run or of a shorter one of its trunk; otherwise a fresh start.
    private func resume(_ job: RunJob, after record: RunRecord) throws -> (any Trainer, LoopState) {
        let own = CheckpointFolder(folder.checkpoints, runID: job.runID)
        let sources = [own] + branches(to: job).map { CheckpointFolder($0, runID: job.runID) }
        // Sorting is stable, so that of equal steps the run's own checkpoint comes first.
        let places = sources.flatMap { source in source.steps.map { (source: source, step: $0) } }
            .sorted { $0.step > $1.step }
        for (source, step) in places {
            guard let state = source.state(at: step), isComplete(state, job.spec, record) else { continue }
            let trainer = try makeTrainer(job)
            do {
                try trainer.restore(from: source.path(of: step))
                return (trainer, state)
            } catch let error as ScalebenchError where error.code == .damagedData || error.code == .notFound {
                continue
            }
        }
        return (try makeTrainer(job), LoopState(runID: job.runID))
    }

    /// Whether every event up to a checkpoint is there: in the record, or in the checkpoint of a shorter run.
    private func isComplete(_ state: LoopState, _ spec: RunSpec, _ record: RunRecord) -> Bool {
        let schedule = RunSchedule(spec), step = state.step
        var known = record
        if let origin = state.origin {
            known = RunRecord()
            for event in origin.events { known.fold(event) }
        }
        return known.steps.map(\.step).filter { $0 <= step } == schedule.reports.filter { $0 <= step }
            && known.evaluations.map(\.step).filter { $0 <= step } == schedule.evaluations.filter { $0 <= step }
    }

    /// The folders in which shorter runs leave checkpoints for this one.
    private func branches(to job: RunJob) -> [String] {
        (job.trunk?.shorter ?? []).map { folder.neighbour($0).branch(to: job.runID) }
    }

    /// Removes the checkpoints of a run that has ended, also those that shorter runs wrote for it.
    private func removeCheckpoints(of job: RunJob) {
        for folder in [folder.checkpoints] + branches(to: job) {
            CheckpointFolder(folder, runID: job.runID).removeAll()
        }
        // A folder of branches that still holds one for another run stays.
        for shorter in job.trunk?.shorter ?? [] { rmdir(folder.neighbour(shorter).branches) }
    }

    private func startEvent(_ job: RunJob, resumedFromStep: Int, machine: [String: String]) -> RunEvent.Start {
        var machine = machine.merging(MachineFacts.here) { $1 }
        machine["scalebench"] = options.scalebenchVersion
        return RunEvent.Start(
            runID: job.runID, time: Date.now.formatted(.iso8601), trainerVersion: job.spec.trainerVersion,
            resumedFromStep: resumedFromStep, parametersTotal: job.spec.model.parametersTotal,
            parametersNonEmbedding: job.spec.model.parametersNonEmbedding, flops: job.spec.flops, machine: machine,
            devices: 1)
    }
}
