// Carries out many runs. The plan decides which runs and in which order; a launcher decides where and how many at once.
// Every launcher calls `scalebench run FOLDER`; what a run did is read from its event file, not from here.

package import ScalebenchCore

/// A way to carry out runs.
package protocol Launcher: Sendable {
    /// Carries out the runs in the given order and returns when the last one has ended. A run that fails does not keep
    /// the others from running.
    /// - Parameters:
    ///   - predecessors: runs that are not started before another one of `folders` has ended, in whatever way. No two
    ///     have the same predecessor.
    ///   - stop: one request asks every run to stop after its step and starts no other; a second one kills them.
    ///   - isWanted: asked before each start, after every event so far; a run that is not wanted is not started, and
    ///     counts as ended for the run that waits for it.
    ///   - onEvent: called as runs start and end, one call at a time.
    /// - Returns: one result per folder, in the given order.
    /// - Throws: only what keeps all runs from being started.
    func launch(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], stop: StopRequest,
        isWanted: @escaping @Sendable (RunFolder) -> Bool, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult]
}

extension Launcher {
    /// Carries out runs of which none waits for another one.
    package func launch(
        _ folders: [RunFolder], stop: StopRequest, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        try await launch(folders, after: [:], stop: stop, onEvent: onEvent)
    }

    /// Carries out runs all of which are wanted, whatever becomes of the others.
    package func launch(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], stop: StopRequest,
        onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        try await launch(folders, after: predecessors, stop: stop, isWanted: { _ in true }, onEvent: onEvent)
    }
}

/// What a launcher reports while it works.
package enum LaunchEvent: Sendable, Equatable {
    case started(RunFolder)
    case finished(LaunchResult)
    /// Something that a person may want to know, in words.
    case note(String)
}

/// How one run's process ended.
package struct LaunchResult: Sendable, Equatable {
    package var folder: RunFolder
    package var status: Status

    package enum Status: Sendable, Equatable {
        /// Exit status 0: the run's event file has its end.
        case finished
        /// Stopped on request after a checkpoint (exit status 75).
        case interrupted
        /// Never started, because a stop was requested before or the run was not wanted any more.
        case notStarted
        /// Handed to somebody else: the run goes on, or will begin, without this process.
        case submitted
        /// `explanation` says how it ended and quotes the last lines of its error output.
        case failed(explanation: String)
    }

    package init(folder: RunFolder, status: Status) {
        self.folder = folder
        self.status = status
    }
}
