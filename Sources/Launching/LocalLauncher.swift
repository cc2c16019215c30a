// Runs as child processes of this one, a fixed number at a time.
//
// Children do not outlive their parent: each holds the reading end of a pipe as standard input whose writing end only
// the parent has, so that the death of the parent, of whatever kind, closes it (`ParentWatch`). Linux's parent-death
// signal would not do: it fires when the *thread* that started the child ends, and pool threads come and go.

import Foundation
package import ScalebenchCore
import Subprocess
import Synchronization
import SystemPackage

/// Runs `<executable> <arguments> <folder>` for every folder, at most `slots` at once, with one BLAS thread each.
package struct LocalLauncher: Launcher {
    private let executable: String
    private let arguments: [String]
    private let slots: Int

    /// How often a request to stop is looked for.
    private static let pollInterval = Duration.milliseconds(50)
    /// Bytes kept of a child's error output.
    private static let keptErrorBytes = 4096

    /// - Parameters:
    ///   - arguments: what stands between the executable and the folder.
    ///   - slots: processes at once; one per core.
    package init(executable: String, arguments: [String] = ["run"], slots: Int) {
        self.executable = executable
        self.arguments = arguments
        self.slots = max(1, slots)
    }

    package func launch(
        _ folders: [RunFolder], stop: StopRequest, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        guard access(executable, X_OK) == 0 else {
            throw ScalebenchError(
                .notFound, "the program that carries out runs cannot be executed", at: executable,
                cause: String(cString: strerror(errno)))
        }
        let report = SerialReport(onEvent)
        var results = folders.map { LaunchResult(folder: $0, status: .notStarted) }
        await withTaskGroup(of: (Int, LaunchResult).self) { group in
            var next = 0
            var running = 0
            while true {
                while running < slots, next < folders.count, !stop.isRequested {
                    let index = next
                    group.addTask { (index, await run(folders[index], stop: stop, report: report)) }
                    next += 1
                    running += 1
                }
                guard let (index, result) = await group.next() else { break }
                results[index] = result
                running -= 1
            }
        }
        return results
    }

    private func run(_ folder: RunFolder, stop: StopRequest, report: SerialReport) async -> LaunchResult {
        report(.started(folder))
        let result = LaunchResult(folder: folder, status: await status(ofRunning: folder, stop: stop))
        report(.finished(result))
        return result
    }

    private func status(ofRunning folder: RunFolder, stop: StopRequest) async -> LaunchResult.Status {
        do {
            let result = try await Subprocess.run(
                .path(FilePath(executable)), arguments: Arguments(arguments + [folder.path]),
                environment: .inherit.updating([
                    "OPENBLAS_NUM_THREADS": "1", .init(stringLiteral: ParentWatch.variable): "1",
                ]),
                input: .inputWriter, output: .discarded, error: .sequence
            ) { execution in
                try await withThrowingTaskGroup(of: [UInt8].self) { group in
                    group.addTask {
                        var tail: [UInt8] = []
                        for try await buffer in execution.standardError {
                            buffer.withUnsafeBytes { tail.append(contentsOf: $0) }
                            if tail.count > Self.keptErrorBytes { tail.removeFirst(tail.count - Self.keptErrorBytes) }
                        }
                        return tail
                    }
                    group.addTask {
                        await pass(on: stop) { try? execution.send(signal: $0) }
                        return []
                    }
                    // The error output ends with the child; then there is nobody left to send signals to.
                    var tail: [UInt8] = []
                    for try await part in group {
                        tail += part
                        group.cancelAll()
                    }
                    return tail
                }
            }
            return status(result.terminationStatus, errorOutput: result.closureResult)
        } catch {
            return .failed(explanation: "the process could not be started: \(error)")
        }
    }

    /// Turns requests into signals until the task is cancelled.
    private func pass(on stop: StopRequest, send: (Signal) -> Void) async {
        var passedOn = 0
        while !Task.isCancelled {
            let requests = min(stop.count, 2)
            if requests > passedOn {
                send(requests == 1 ? .terminate : .kill)
                passedOn = requests
            }
            try? await Task.sleep(for: Self.pollInterval)
        }
    }

    private func status(_ termination: TerminationStatus, errorOutput: [UInt8]) -> LaunchResult.Status {
        let how: String
        switch termination {
        case .exited(0): return .finished
        case .exited(StopRequest.exitStatus): return .interrupted
        case .exited(let code): how = "exit status \(code)"
        case .signaled(let number): how = "killed by signal \(number)"
        }
        let lines = String(decoding: errorOutput, as: UTF8.self).split(separator: "\n").suffix(10)
        return .failed(explanation: ([how] + lines.map(String.init)).joined(separator: "\n"))
    }
}

/// Calls back from several tasks, one call at a time.
private final class SerialReport: Sendable {
    private let onEvent: @Sendable (LaunchEvent) -> Void
    private let lock = Mutex(())

    init(_ onEvent: @escaping @Sendable (LaunchEvent) -> Void) {
        self.onEvent = onEvent
    }

    func callAsFunction(_ event: LaunchEvent) {
        lock.withLock { _ in onEvent(event) }
    }
}
