// One run by an external trainer (Suites/examples/README.md): start the program, check and copy the events it appends,
// decide how it ended. The program is not trusted: it writes to a file of its own, and only lines that pass
// `TrainerEvents` become part of the run's event file, so the program cannot damage that file.

import Foundation
import ScalebenchCore

/// Runs sessions of an external trainer until the run has ended, has failed, or is to stop.
struct CommandRun {
    let job: RunJob
    let trainer: CommandTrainer
    let launch: TrainerLaunch
    let folder: RunFolder
    let log: EventLog
    /// The start event of a session that goes on from a step, with what the trainer says of its machine.
    let startEvent: (_ resumedFromStep: Int, _ machine: [String: String]) -> RunEvent.Start
    let stop: StopRequest
    /// Hears of every sign of the trainer.
    let watch: @Sendable (TrainerSign) -> Void

    private static let pollInterval: useconds_t = 20_000
    /// A trainer that ends badly after so many sessions in a row without a later checkpoint has failed.
    private static let mostIdleSessions = 2

    /// - Parameter record: the run so far.
    func perform(after record: RunRecord) throws -> TrainingOutcome {
        try launch.verify(trainer)
        try AtomicFile.makeFolder(folder.trainerFolder)
        var events = TrainerEvents(job, record)
        try harvest(&events)
        while true {
            let checkpointBefore = events.record.checkpointStep ?? 0
            if let reason = events.divergence { return try diverged(events, reason) }
            if var outcome = try session(&events) {
                if outcome == .interrupted, isToStopEarly(events), !stop.isRequested {
                    try end(folder.stopsEarlyFrom == 0 ? .stoppedEarly : .paused, events, nil)
                    outcome = .stoppedEarly
                }
                // Everything that the trainer wrote is on record now.
                if outcome != .interrupted {
                    try? FileManager.default.removeItem(atPath: folder.trainerEvents(session: events.record.sessions))
                }
                return outcome
            }
            // The trainer ended with status 75 unasked: it is called again as long as it reaches new checkpoints.
            guard let checkpoint = events.record.checkpointStep, checkpoint > checkpointBefore else {
                throw ScalebenchError(
                    .runFailed, "the trainer asked to be called again (exit status 75) without a new checkpoint event",
                    at: folder.trainerEvents(session: events.record.sessions),
                    hint: #"append {"event":"checkpoint","step":N} once the checkpoint of step N is on disk"#,
                    cause: quotedLog(from: 0))
            }
        }
    }

    /// Copies what the trainer of an earlier session wrote and its killed parent did not copy: the rest of the last
    /// session on record, and all of a session after it, whose start is not on record.
    private func harvest(_ events: inout TrainerEvents) throws {
        let last = events.record.sessions
        if last > 0, events.record.end == nil {
            events.continueSession()
            try harvest(&events, session: last, skipping: events.record.eventsOfSession)
        }
        events.beginSession()
        try harvest(&events, session: last + 1, skipping: 0)
    }

    private func harvest(_ events: inout TrainerEvents, session: Int, skipping: Int) throws {
        var tail = LineTail(folder.trainerEvents(session: session), limit: eventBytes)
        var copied = skipping
        // The session that wrote these lines is over, so reading ends at the first line that is wrong.
        for line in (try? tail.newLines()) ?? [] {
            let place = "\(folder.trainerEvents(session: session)):\(line.number)"
            guard let event = try? events.read(line.text, at: place) else { return }
            if case .start = event, events.hasStarted { continue }
            if copied > 0 {
                copied -= 1
                continue
            }
            guard events.end == nil, (try? events.check(event, at: place)) != nil else { return }
            try take(event, &events)
        }
    }

    // MARK: - One session

    /// Runs one session; returns nil when the trainer wants to be called again.
    private func session(_ events: inout TrainerEvents) throws -> TrainingOutcome? {
        let number = events.record.sessions + 1
        let file = folder.trainerEvents(session: number)
        // Each session has a new file, because a trainer left over from an earlier one would append to the old file.
        Self.removeUnlessFile(file)
        try AtomicFile.write(Data(), to: file)
        for old in [folder.trainerEvents(session: number - 1), folder.trainerError] {
            try? FileManager.default.removeItem(atPath: old)
        }
        var logStart = Self.size(folder.trainerLog)
        events.beginSession()
        let process = try TrainerProcess(
            launch.command(in: folder, session: number), folder: launch.folder, output: folder.trainerLog,
            environment: environment(events: file))
        defer { process.end() }
        var tail = LineTail(file, limit: eventBytes)
        var askedToStop: ContinuousClock.Instant?
        var lastSign = ContinuousClock.now
        var outputSize = logStart

        while true {
            // The status is taken before reading, so that everything written before the exit is read.
            let ended = process.status()
            let lines = try tail.newLines()
            for line in lines where events.divergence == nil {
                let place = "\(file):\(line.number)"
                let event = try events.read(line.text, at: place)
                try events.check(event, at: place)
                try take(event, &events)
                watch(.event(event))
            }
            if let reason = events.divergence {
                process.end()
                return try diverged(events, reason)
            }
            if let ended {
                watch(ended.sign)
                return try outcome(ended, events, tail: tail, logStart: logStart, wasAskedToStop: askedToStop != nil)
            }
            let size = Self.size(folder.trainerLog)
            if TrainerLog(folder.trainerLog).shorten() { logStart = 0 }
            if !lines.isEmpty || size != outputSize {
                lastSign = .now
                outputSize = size
            }
            if askedToStop == nil, stop.isRequested || isToStopEarly(events) {
                process.requestStop()
                askedToStop = .now
            }
            if let askedToStop, askedToStop.duration(to: .now).seconds > launch.stopTimeout { return .interrupted }
            if askedToStop == nil, lastSign.duration(to: .now).seconds > launch.silenceTimeout {
                throw ScalebenchError(
                    .runFailed, "the trainer was silent for \(Quantity.duration(launch.silenceTimeout)) and was killed",
                    at: file,
                    hint: "append step events more often, or raise silenceTimeout in the candidate's trainer",
                    cause: quotedLog(from: logStart))
            }
            usleep(Self.pollInterval)
        }
    }

    private func environment(events: String) -> [String: String] {
        var variables = [
            "SCALEBENCH_RUN_ID": job.runID.rawValue, "SCALEBENCH_SPEC": folder.job, "SCALEBENCH_EVENTS": events,
        ]
        // A path that the user has set is where other tools look for the error.
        if ProcessInfo.processInfo.environment[TrainerErrorFile.variable] == nil {
            variables[TrainerErrorFile.variable] = folder.trainerError
        }
        return variables
    }

    /// Bytes that the events of a session may take: a kilobyte per step, and 32 bytes per sequence in every evaluation.
    private var eventBytes: Int {
        let evaluations = RunSchedule(job.spec).evaluations.count + 1
        return 1 << 20 + job.spec.steps << 10 + evaluations * (64 << 10 + job.spec.evaluation.sequences << 5)
    }

    private func isToStopEarly(_ events: TrainerEvents) -> Bool {
        folder.stopsEarlyFrom.map { $0 <= events.record.evaluations.last?.step ?? 0 } ?? false
    }

    /// Makes an event part of the run's events. Our own start event goes before the first.
    private func take(_ event: RunEvent, _ events: inout TrainerEvents) throws {
        if !events.hasStarted {
            var start = startEvent(0, [:])
            if case .start(let given) = event {
                start = startEvent(given.resumedFromStep, given.machine)
                start.devices = given.devices ?? start.devices
            }
            try log.append(.start(start))
            events.fold(.start(start))
            if case .start = event { return }
        }
        // The end is written when the program itself has ended well.
        if case .end = event {} else { try log.append(event) }
        events.fold(event)
    }

    // MARK: - How it ended

    private func outcome(
        _ ended: TrainerProcess.End, _ events: TrainerEvents, tail: LineTail, logStart: Int, wasAskedToStop: Bool
    ) throws -> TrainingOutcome? {
        // A trainer that was asked to stop may end with any status; what it has not saved is done again.
        if wasAskedToStop, ended != .exited(0) || events.end == nil { return .interrupted }
        guard ended == .exited(0) || ended == .exited(StopRequest.exitStatus) else {
            if wasInterrupted(ended, events, tail) { return .interrupted }
            throw failure(ended, logStart: logStart)
        }
        guard !tail.hasTornLine else {
            throw ScalebenchError(
                .runFailed, "the last line has no newline", at: "\(tail.path):\(tail.nextNumber)",
                hint: "write whole lines, each ended by a newline, and flush them")
        }
        if ended == .exited(StopRequest.exitStatus) {
            guard events.end == nil else {
                throw ScalebenchError(
                    .runFailed, "the trainer wrote an end event and then asked to be called again (exit status 75)",
                    at: tail.path)
            }
            return nil
        }
        let end = try events.finished(at: tail.path, log: quotedLog(from: logStart))
        try log.append(.end(end))
        try log.synchronize()
        return end.status == .diverged ? .diverged : .completed
    }

    /// Whether a trainer that ended badly was interrupted rather than failed. torchrun ends with status 1 whatever its
    /// processes end with, so the checkpoint that a preempted trainer saved last is the only sign of it.
    private func wasInterrupted(_ ended: TrainerProcess.End, _ events: TrainerEvents, _ tail: LineTail) -> Bool {
        guard case .exited = ended, events.hasStarted, events.end == nil, !tail.hasTornLine else { return false }
        return events.record.isAtCheckpoint && events.record.idleSessions < Self.mostIdleSessions
    }

    private func failure(_ ended: TrainerProcess.End, logStart: Int) -> ScalebenchError {
        let said = TrainerErrorFile(folder.trainerError)
        let causes = [said?.details, quotedLog(from: logStart)].compactMap { $0 }
        return ScalebenchError(
            .runFailed, "the trainer \(ended)" + (said.map { ": \($0.message)" } ?? ""), at: folder.trainerLog,
            hint: "status 0 means finished, 75 means checkpointed; run the same command to try again",
            cause: causes.isEmpty ? nil : causes.joined(separator: "\n"))
    }

    private func diverged(_ events: TrainerEvents, _ reason: String) throws -> TrainingOutcome {
        try end(.diverged, events, reason)
        return .diverged
    }

    private func end(_ status: RunStatus, _ events: TrainerEvents, _ reason: String?) throws {
        let step = events.lastStep
        try log.append(
            .end(
                .init(
                    status: status, step: step, tokens: step * job.spec.tokensPerStep, seconds: events.seconds,
                    reason: reason)))
        try log.synchronize()
    }

    private func quotedLog(from start: Int) -> String? { TrainerOutput(path: folder.trainerLog).quoted(from: start) }

    /// Makes place for a file: a trainer may have put a pipe, a link or a folder under its name.
    private static func removeUnlessFile(_ path: String) {
        let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        if let type, type != .typeRegular { try? FileManager.default.removeItem(atPath: path) }
    }

    private static func size(_ path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }
}
