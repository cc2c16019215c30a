// Carries out nothing: the folders of the runs are there, and somebody else starts `scalebench run FOLDER` for each.

package import ScalebenchCore

package struct PrepareLauncher: Launcher {
    package init() {}

    package func launch(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], stop: StopRequest,
        isWanted: @escaping @Sendable (RunFolder) -> Bool, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        folders.map { LaunchResult(folder: $0, status: .submitted) }
    }
}
