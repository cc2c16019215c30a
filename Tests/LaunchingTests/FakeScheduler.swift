import Foundation
import Launching
import ScalebenchCore
import Synchronization

/// A scheduler in memory, whose jobs end when a test says so.
final class FakeScheduler: Scheduler {
    struct Failure: Error {}

    private struct Memory {
        var states: [String: JobState] = [:]
        var folders: [String: RunFolder] = [:]
        var submitted: [RunFolder] = []
        var cancelled: [String] = []
        var isSilent = false
        var accepts = true
        var onAsked: (@Sendable () -> Void)?
    }

    private let memory = Mutex(Memory())
    let name = "the test"

    func submit(_ jobs: [SchedulerJob], launch: String) async throws -> [String] {
        try memory.withLock { memory in
            guard memory.accepts else { throw Failure() }
            return jobs.map { job in
                memory.states[job.name] = .queued()
                memory.folders[job.name] = job.folder
                memory.submitted.append(job.folder)
                return job.name
            }
        }
    }

    func states(of jobs: [String]) async throws -> [String: JobState] {
        let (states, onAsked) = try memory.withLock { memory in
            guard !memory.isSilent else { throw Failure() }
            return (memory.states.filter { jobs.contains($0.key) }, memory.onAsked)
        }
        onAsked?()
        return states
    }

    func find(_ job: SchedulerJob) async throws -> String? {
        memory.withLock { $0.states[job.name] == nil ? nil : job.name }
    }

    func cancel(_ jobs: [String]) async throws {
        memory.withLock { memory in
            memory.cancelled += jobs
            for job in jobs { memory.states[job] = nil }
        }
    }

    // MARK: - For tests

    var submitted: [RunFolder] { memory.withLock { $0.submitted } }
    var cancelled: [String] { memory.withLock { $0.cancelled } }
    var jobs: [String] { memory.withLock { $0.states.keys.sorted() } }

    func set(silent: Bool) { memory.withLock { $0.isSilent = silent } }
    func set(accepts: Bool) { memory.withLock { $0.accepts = accepts } }
    /// What happens each time after the states were read.
    func whenAsked(_ body: @escaping @Sendable () -> Void) { memory.withLock { $0.onAsked = body } }

    func set(_ state: JobState?, of job: String) { memory.withLock { $0.states[job] = state } }

    /// The job begins.
    func start(_ job: String) throws {
        guard let folder = memory.withLock({ $0.folders[job] }) else { return }
        try RunSubmission.noteStart(number(of: job), in: folder)
        set(.running, of: job)
    }

    /// The job ends and leaves the list; `exitStatus` nil: it was killed.
    func end(_ job: String, exitStatus: Int32?, reason: String? = nil) throws {
        guard let folder = memory.withLock({ $0.folders[job] }) else { return }
        if let exitStatus {
            try RunSubmission.note(.init(exitStatus: exitStatus, reason: reason), of: number(of: job), in: folder)
        }
        set(nil, of: job)
    }

    private func number(of job: String) -> Int { Int(job.split(separator: "-").last!)! }
}

extension RunFolder {
    /// Whether the newest job of the run has begun.
    var hasStarted: Bool { RunSubmission.newest(in: self)?.hasStarted(in: self) == true }
}
