// Runs as jobs of a scheduler. The jobs do not depend on this process: where it is stopped or killed they go on, and the
// next launch of the same runs follows them (`RunSubmission`). What a run did is read from its own files; the scheduler
// is only asked which jobs are still there.

import Foundation
package import ScalebenchCore

package struct SchedulerLauncher: Launcher {
    private let scheduler: any Scheduler
    private let options: SchedulerOptions
    private let resources: @Sendable (RunFolder) -> JobResources
    private let mostJobs: Int?
    private let launch: Launch

    /// How often a request to stop is looked for.
    private static let stopInterval = Duration.milliseconds(50)

    /// - Parameters:
    ///   - mostJobs: the number of jobs at once; nil where the scheduler keeps to a limit itself.
    ///   - resources: what the job of a run asks for.
    package init(
        _ scheduler: any Scheduler, _ launch: Launch, options: SchedulerOptions, mostJobs: Int? = nil,
        resources: @escaping @Sendable (RunFolder) -> JobResources
    ) {
        self.scheduler = scheduler
        self.options = options
        self.mostJobs = mostJobs
        self.resources = resources
        self.launch = launch
    }

    package func launch(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], stop: StopRequest,
        isWanted: @escaping @Sendable (RunFolder) -> Bool, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        var runs = FollowedRuns(
            folders, after: predecessors, scheduler: scheduler, launch: launch, settleSeconds: options.settleSeconds,
            resources: resources, onEvent: onEvent)
        var isSilent = false
        while !stop.isRequested {
            do {
                try await runs.follow(isWanted)
                isSilent = false
            } catch let error as SchedulerSilence {
                // Whatever the scheduler would say, the jobs go on. It is asked again, and a person is told once.
                if !isSilent { onEvent(.note("\(error.cause); asking again every \(options.pollSeconds) s")) }
                isSilent = true
            }
            if !isSilent { try await runs.submit(isWanted, mostJobs: mostJobs) }
            if runs.areOver || options.isDetached { break }
            await pause(stop)
        }
        return runs.results
    }

    private func pause(_ stop: StopRequest) async {
        let end = ContinuousClock.now + .seconds(options.pollSeconds)
        while !stop.isRequested, ContinuousClock.now < end { try? await Task.sleep(for: Self.stopInterval) }
    }
}

/// The scheduler gave no answer, from which nothing follows for its jobs.
struct SchedulerSilence: Error {
    var cause: any Error
}
