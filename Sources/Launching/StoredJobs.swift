// The jobs of a store's runs, whichever launch submitted them: what `scalebench runs list --watch` shows and `scalebench runs
// stop` ends.

package import ScalebenchCore

package struct StoredJobs: Sendable {
    private let launches: String
    /// The newest job of each run that has one, as far as the scheduler has named it.
    private let newest: [RunFolder: RunSubmission]

    /// - Parameters:
    ///   - folders: the runs that are asked for.
    ///   - launches: the folder of the store's launches.
    package init(of folders: [RunFolder], launches: String) {
        self.launches = RunFolder(launches).absolute.path
        newest = folders.reduce(into: [:]) { newest, folder in
            guard let submission = RunSubmission.newest(in: folder), submission.job != nil else { return }
            newest[folder] = submission
        }
    }

    /// The states of the jobs that are still there, by run.
    /// - Throws: the error of a scheduler that does not answer.
    package func states() async throws -> [RunFolder: JobState] {
        var result: [RunFolder: JobState] = [:]
        // A job that ended at a checkpoint may wait to begin again.
        let open = newest.filter { folder, submission in
            submission.end(in: folder).map { $0.exitStatus == StopRequest.exitStatus } ?? true
        }
        for (launch, folders) in byLaunch(open) {
            guard let scheduler = try Launch.scheduler(launch, in: launches) else { continue }
            let states = try await scheduler.states(of: folders.compactMap { newest[$0]?.job })
            for folder in folders {
                guard let state = newest[folder]?.job.flatMap({ states[$0] }) else { continue }
                if case .ended = state { continue }
                result[folder] = state
            }
        }
        return result
    }

    /// Cancels all jobs that are still there. Those that run get the time for a checkpoint, and none begins again.
    /// - Returns: the runs whose jobs were cancelled: those that waited and those that ran.
    package func stop() async throws -> (queued: [RunFolder], running: [RunFolder]) {
        let states = try await states()
        for (launch, folders) in byLaunch(newest.filter { states[$0.key] != nil }) {
            for folder in folders { try newest[folder]?.stop(in: folder) }
            try await Launch.scheduler(launch, in: launches)?.cancel(folders.compactMap { newest[$0]?.job })
        }
        return (
            states.keys.filter { if case .queued = states[$0] { true } else { false } },
            states.keys.filter { states[$0] == .running }
        )
    }

    private func byLaunch(_ jobs: [RunFolder: RunSubmission]) -> [(String, [RunFolder])] {
        Dictionary(grouping: jobs.keys) { jobs[$0]!.launch }.sorted { $0.key < $1.key }
    }
}
