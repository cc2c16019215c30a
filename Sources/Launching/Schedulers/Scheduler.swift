// What a scheduler must be able to do: accept jobs, say which of them are still there, and cancel them.

import Foundation
package import ScalebenchCore

/// One job: one run's next session or sessions.
package struct SchedulerJob: Sendable {
    package var folder: RunFolder
    package var submission: RunSubmission
    package var resources: JobResources

    package init(folder: RunFolder, submission: RunSubmission, resources: JobResources) {
        self.folder = folder
        self.submission = submission
        self.resources = resources
    }

    /// A name that no other job of the store has. A scheduler that finds jobs by name needs no other.
    package var name: String { "scalebench-\(folder.name.prefix(12))-\(submission.number)" }
}

/// Whether a job is still there.
package enum JobState: Sendable, Equatable {
    /// `reason`: why it waits, in the scheduler's words.
    case queued(reason: String? = nil)
    case running
    /// The job has ended. `reason`: the scheduler's word for how.
    case ended(reason: String?, isCancelled: Bool)

    /// Whether it waits or runs.
    var isThere: Bool {
        if case .ended = self { false } else { true }
    }
}

/// A scheduler, through its own commands.
package protocol Scheduler: Sendable {
    /// What a person calls it.
    var name: String { get }
    /// Submits jobs, all or none.
    /// - Parameter launch: the name of the launch, which a job is found by where its submitter was killed.
    /// - Returns: what the scheduler calls each job, in order.
    func submit(_ jobs: [SchedulerJob], launch: String) async throws -> [String]
    /// The states of those jobs that the scheduler still knows.
    /// - Throws: when it does not answer; nothing follows from that for the jobs.
    func states(of jobs: [String]) async throws -> [String: JobState]
    /// What the scheduler calls a job whose submitter was killed before it could write that down; nil where there is
    /// no such job.
    func find(_ job: SchedulerJob) async throws -> String?
    /// Ends jobs. Those that run get the time to write a checkpoint, as far as the scheduler gives it; those that have
    /// ended are left as they are.
    /// - Throws: when jobs are still there that the scheduler refused to cancel.
    func cancel(_ jobs: [String]) async throws
}

extension RunFolder {
    /// The run's name.
    var name: String { String(path.split(separator: "/").last ?? "") }

    /// The same folder by a path that does not depend on the working folder, which is another one in a job.
    package var absolute: RunFolder {
        RunFolder(URL(fileURLWithPath: path).standardizedFileURL.path)
    }
}
