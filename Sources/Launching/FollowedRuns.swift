// The runs of one launch, the job of each, and what follows from what is known of the job.

import Foundation
import ScalebenchCore

struct FollowedRuns {
    private struct Run {
        let folder: RunFolder
        let predecessor: RunFolder?
        var result: LaunchResult.Status?
        /// The job that is followed; nil while there is none.
        var submission: RunSubmission?
        /// The number of the newest job that is known to be over.
        var newestOver = 0
        /// The job was there since this launch began, so that its end is a result of this launch.
        var isOfThisLaunch = false
        var isQueued = false
        var isReported = false
        /// When the job was last known to be there, in seconds since 1970.
        var lastSeen = 0.0
    }

    private var runs: [Run]
    private let scheduler: any Scheduler
    private let launch: Launch
    private let settleSeconds: Double
    private let resources: (RunFolder) -> JobResources
    private let onEvent: (LaunchEvent) -> Void

    /// After so many jobs in a row that began and made no new checkpoint, a run has failed. A scheduler may lose a few more
    /// before they begin.
    private static let mostIdleJobs = 3, mostLostJobs = 10

    init(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], scheduler: any Scheduler, launch: Launch,
        settleSeconds: Double, resources: @escaping (RunFolder) -> JobResources,
        onEvent: @escaping (LaunchEvent) -> Void
    ) {
        let present = Set(folders)
        runs = folders.map { folder in
            Run(folder: folder, predecessor: predecessors[folder].flatMap { present.contains($0) ? $0 : nil })
        }
        self.scheduler = scheduler
        self.launch = launch
        self.settleSeconds = settleSeconds
        self.resources = resources
        self.onEvent = onEvent
    }

    var areOver: Bool { runs.allSatisfy { $0.result != nil } }

    /// What became of every run; one whose job is still there goes on without this process.
    var results: [LaunchResult] {
        runs.map { run in
            LaunchResult(folder: run.folder, status: run.result ?? (run.submission == nil ? .notStarted : .submitted))
        }
    }

    // MARK: - Following

    /// Finds the jobs of other launches, asks the scheduler, and draws conclusions.
    /// - Throws: `SchedulerSilence`.
    mutating func follow(_ isWanted: (RunFolder) -> Bool) async throws {
        do {
            for index in runs.indices where runs[index].result == nil { try await adopt(&runs[index]) }
            let jobs = runs.compactMap { $0.result == nil ? $0.submission?.job : nil }
            let states = jobs.isEmpty ? [:] : try await scheduler.states(of: jobs)
            for index in runs.indices where runs[index].result == nil {
                judge(&runs[index], states)
            }
            try await cancelUnwanted(isWanted)
        } catch {
            throw SchedulerSilence(cause: error)
        }
    }

    /// Takes over the newest job of a run that this launch has submitted none for.
    private func adopt(_ run: inout Run) async throws {
        let number = RunSubmission.newestNumber(in: run.folder)
        // A submitter takes its claim back where the scheduler does not accept the job. A claim that was read before its job
        // had a name is out of date once there is a newer one: the job was named, and has ended, between two looks.
        if let submission = run.submission,
            number < submission.number || (number > submission.number && submission.job == nil)
        {
            run.submission = nil
        }
        if run.submission == nil, number > run.newestOver {
            guard let newest = RunSubmission.newest(in: run.folder) else { return run.newestOver = number }
            run.submission = newest
            run.isOfThisLaunch = false
            run.lastSeen = newest.time
        }
        // The submitter may have been killed before it could say what the scheduler calls the job.
        guard var submission = run.submission, submission.job == nil else { return }
        if let written = RunSubmission.newest(in: run.folder), written.number == submission.number, written.job != nil {
            run.submission = written
        } else if !submission.isBeingSubmitted,
            let job = try await scheduler.find(job(run, submission))
        {
            submission.job = job
            try submission.save(in: run.folder)
            run.submission = submission
        }
    }

    private func job(_ run: Run, _ submission: RunSubmission) -> SchedulerJob {
        SchedulerJob(folder: run.folder.absolute, submission: submission, resources: resources(run.folder))
    }

    private func judge(_ run: inout Run, _ states: [String: JobState]) {
        guard let submission = run.submission else { return }
        let now = Date.now.timeIntervalSince1970
        report(&run, submission)
        switch submission.job.flatMap({ states[$0] }) {
        case .queued, .running:
            run.lastSeen = now
            run.isOfThisLaunch = true
            if case .queued = states[submission.job ?? ""] { run.isQueued = true } else { run.isQueued = false }
            // A job that has come to its end may still be listed for a while.
            if let end = submission.end(in: run.folder), end.exitStatus != StopRequest.exitStatus, !run.isQueued {
                conclude(&run, after: end)
            }
        case .ended(let reason, let isCancelled):
            over(&run, reason: reason, isCancelled: isCancelled)
        case nil:
            if submission.job == nil, submission.isBeingSubmitted {
                run.lastSeen = now
                run.isOfThisLaunch = true
            } else if now - run.lastSeen >= settleSeconds || submission.end(in: run.folder) != nil {
                over(&run, reason: nil, isCancelled: false)
            }
        }
    }

    private func report(_ run: inout Run, _ submission: RunSubmission) {
        guard !run.isReported, submission.hasStarted(in: run.folder), run.isOfThisLaunch else { return }
        run.isReported = true
        onEvent(.started(run.folder))
    }

    /// The job is no longer there.
    private func over(_ run: inout Run, reason: String?, isCancelled: Bool) {
        guard let submission = run.submission else { return }
        let record = try? RunRecord(events: InputFile.read(run.folder.events), file: run.folder.events)
        if let end = submission.end(in: run.folder), end.exitStatus != StopRequest.exitStatus {
            // The end of an older job only matters where it is a failure that nobody was told of.
            let isNews = end.exitStatus != 0 && !submission.isTold(in: run.folder)
            if run.isOfThisLaunch || isNews { return conclude(&run, after: end) }
        }
        if record?.isFinished == true { return conclude(&run, .finished) }
        defer {
            run.newestOver = submission.number
            run.submission = nil
        }
        if run.isOfThisLaunch, isCancelled || submission.isStopped(in: run.folder) {
            return conclude(&run, .interrupted)
        }
        let idle = RunSubmission.idleJobs(in: run.folder, at: record?.checkpointStep)
        if idle.started >= Self.mostIdleJobs || idle.all >= Self.mostLostJobs {
            conclude(&run, .failed(explanation: idleness(idle.all, of: run, reason)))
        }
    }

    private func idleness(_ jobs: Int, of run: Run, _ reason: String?) -> String {
        let how = reason.map { ", the last one as \($0)" } ?? ""
        let log = (try? String(contentsOfFile: run.folder.jobLog, encoding: .utf8)) ?? ""
        return
            (["\(jobs) jobs in a row ended without a new checkpoint\(how)"]
            + log.split(separator: "\n").suffix(10).map(String.init)).joined(separator: "\n")
    }

    private func conclude(_ run: inout Run, after end: RunSubmission.End) {
        let failure = end.reason ?? "exit status \(end.exitStatus)"
        conclude(&run, end.exitStatus == 0 ? .finished : .failed(explanation: failure))
    }

    private func conclude(_ run: inout Run, _ status: LaunchResult.Status) {
        run.result = status
        if status != .finished { run.submission?.noteTold(in: run.folder) }
        onEvent(.finished(LaunchResult(folder: run.folder, status: status)))
    }

    /// Cancels jobs that wait although nobody wants their runs any more. Jobs of other launches are left to these.
    private mutating func cancelUnwanted(_ isWanted: (RunFolder) -> Bool) async throws {
        let unwanted = runs.indices.filter { index in
            runs[index].result == nil && runs[index].isQueued && runs[index].submission?.launch == launch.name
                && !isWanted(runs[index].folder)
        }
        guard !unwanted.isEmpty else { return }
        try await scheduler.cancel(unwanted.compactMap { runs[$0].submission?.job })
        for index in unwanted { runs[index].result = .notStarted }
    }

    // MARK: - Submitting

    /// Submits a job for every run that has none and may begin.
    mutating func submit(_ isWanted: (RunFolder) -> Bool, mostJobs: Int?) async throws {
        let ended = Set(runs.filter { $0.result != nil }.map(\.folder))
        let present = runs.count { $0.result == nil && $0.submission != nil }
        var places: [Int] = []
        for index in runs.indices where runs[index].result == nil && runs[index].submission == nil {
            guard runs[index].predecessor.map(ended.contains) ?? true else { continue }
            guard isWanted(runs[index].folder) else {
                runs[index].result = .notStarted
                continue
            }
            guard present + places.count < mostJobs ?? .max else { break }
            if try claim(&runs[index]) { places.append(index) }
        }
        guard !places.isEmpty else { return }
        do {
            try launch.write()
            let names = try await scheduler.submit(
                places.map { job(runs[$0], runs[$0].submission!) }, launch: launch.name)
            // All are named before any is saved: no claim on a job that is there is taken back.
            for (index, name) in zip(places, names) { runs[index].submission!.job = name }
            for index in places { try runs[index].submission!.save(in: runs[index].folder) }
        } catch {
            for index in places where runs[index].submission?.job == nil {
                runs[index].submission?.withdraw(in: runs[index].folder)
                runs[index].submission = nil
            }
            throw error
        }
        onEvent(.note("submitted \(Quantity.count(places.count, "job")) to \(scheduler.name)"))
    }

    /// - Returns: whether the next job of the run is this launch's to submit.
    private func claim(_ run: inout Run) throws -> Bool {
        let record = try? RunRecord(events: InputFile.read(run.folder.events), file: run.folder.events)
        run.submission = try RunSubmission.claim(
            run.folder, after: run.newestOver, launch: launch.name, checkpointStep: record?.checkpointStep)
        guard run.submission != nil else { return false }
        run.isOfThisLaunch = true
        run.lastSeen = Date.now.timeIntervalSince1970
        return true
    }
}
