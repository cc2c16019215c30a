// Runs as child processes of this one, a fixed number at a time.
//
// Children do not outlive their parent: each has one end of a connection as standard input whose other end only the
// parent has, so that the death of the parent, of whatever kind, closes it (`LauncherConnection`). Linux's parent-death
// signal would not do: it fires when the *thread* that started the child ends, and pool threads come and go.
// The same connection carries cores, when no run waits any more, and further runs for a child that has completed its own.

import Foundation
package import ScalebenchCore
import Subprocess
import Synchronization
import SystemPackage

/// Runs `<executable> <arguments> <folder>`, at most `slots` at once, with one BLAS thread each. A process that completes its
/// run and says so is given another one. Cores that no run needs any more are given to those that are still running.
package struct LocalLauncher: Launcher {
    private let executable: String
    private let arguments: [String]
    private let slots: Int

    /// How often a request to stop is looked for.
    private static let pollInterval = Duration.milliseconds(50)

    /// - Parameters:
    ///   - arguments: what stands between the executable and the folder.
    ///   - slots: processes at once; one per core.
    package init(executable: String, arguments: [String] = ["run"], slots: Int) {
        self.executable = executable
        self.arguments = arguments
        self.slots = max(1, slots)
    }

    package func launch(
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], stop: StopRequest,
        isWanted: @escaping @Sendable (RunFolder) -> Bool, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        guard access(executable, X_OK) == 0 else {
            throw ScalebenchError(
                .notFound, "the program that carries out runs cannot be executed", at: executable,
                cause: String(cString: strerror(errno)))
        }
        let queue = RunQueue(
            folders, after: predecessors, cores: slots, stop: stop, isWanted: isWanted, onEvent: onEvent)
        await withDiscardingTaskGroup { group in
            for await _ in queue.changes {
                while let first = queue.next() {
                    group.addTask { await carryOut(first, queue, stop: stop) }
                }
                if queue.isIdle { break }
            }
        }
        return queue.results
    }

    /// Carries out a run in a new process, which then takes further runs from the queue as long as it completes them.
    private func carryOut(_ first: RunQueue.Run, _ queue: RunQueue, stop: StopRequest) async {
        let child = Child(first)
        let status = await status(of: child, queue, stop: stop)
        if let run = child.run { queue.end(run, status) }
    }

    /// How the process ended, which is how its last run did.
    private func status(of child: Child, _ queue: RunQueue, stop: StopRequest) async -> LaunchResult.Status {
        do {
            let line = try LifeLine()
            let result = try await Subprocess.run(
                .path(FilePath(executable)), arguments: Arguments(arguments + [child.run!.folder.path]),
                environment: .inherit.updating([
                    "OPENBLAS_NUM_THREADS": "1", .init(stringLiteral: LauncherConnection.variable): "1",
                ]),
                input: .fileDescriptor(line.childsEnd, closeAfterSpawningProcess: true), output: .discarded,
                error: .sequence
            ) { execution in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await _ in line.completions {
                            if let run = child.run { child.begin(queue.complete(run), line) }
                        }
                    }
                    group.addTask {
                        await pass(on: stop) {
                            try? execution.send(signal: $0)
                        } sendCores: {
                            child.send(queue, line)
                        }
                    }
                    for try await buffer in execution.standardError { buffer.withUnsafeBytes(child.addErrors) }
                    // The error output ends with the child; after that there is no process to send signals to.
                    group.cancelAll()
                }
            }
            return status(result.terminationStatus, errors: child.errors, isAsked: stop.isRequested)
        } catch {
            return .failed(explanation: "the process could not be started: \(error)")
        }
    }

    /// Turns requests into signals, and looks for cores to send, until the task is cancelled.
    private func pass(on stop: StopRequest, send: (Signal) -> Void, sendCores: () -> Void) async {
        var passedOn = 0
        while !Task.isCancelled {
            let requests = min(stop.count, 2)
            if requests > passedOn {
                send(requests == 1 ? .terminate : .kill)
                passedOn = requests
            }
            sendCores()
            try? await Task.sleep(for: Self.pollInterval)
        }
    }

    /// - Parameter isAsked: whether a stop was requested. A signal that ended the run then was meant to do so: it may have come
    ///   from here, or with a signal to the whole process group before the run listened.
    private func status(
        _ termination: TerminationStatus, errors: [UInt8], isAsked: Bool
    ) -> LaunchResult.Status {
        let how: String
        switch termination {
        case .exited(0): return .finished
        case .exited(StopRequest.exitStatus): return .interrupted
        case .exited(let code): how = "exit status \(code)"
        case .signaled where isAsked: return .interrupted
        case .signaled(let number): how = "killed by signal \(number)"
        }
        let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n").suffix(10)
        return .failed(explanation: ([how] + lines.map(String.init)).joined(separator: "\n"))
    }
}

/// A process, and the run that it carries out.
private final class Child: Sendable {
    private struct State {
        var run: RunQueue.Run?
        var coresSent = 1
        /// The end of the error output since the run began, and perhaps what the run before wrote at its very end: errors and
        /// completions are two streams.
        var errors: [UInt8] = []
    }

    private let state: Mutex<State>
    /// Bytes kept of the error output.
    private static let keptBytes = 4096

    init(_ first: RunQueue.Run) { state = Mutex(State(run: first)) }

    /// Nil once there is nothing more to do.
    var run: RunQueue.Run? { state.withLock { $0.run } }
    var errors: [UInt8] { state.withLock { $0.errors } }

    /// Sends the child another run, before any core for it; without one it is to end.
    func begin(_ run: RunQueue.Run?, _ line: LifeLine) {
        state.withLock { state in
            state = State(run: run)
            if let run { line.send(run: run.folder.path) } else { line.hangUp() }
        }
    }

    func addErrors(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            state.errors.append(contentsOf: bytes)
            let more = state.errors.count - Self.keptBytes
            if more > 0 { state.errors.removeFirst(more) }
        }
    }

    /// Tells the child of the cores that its run has been given since.
    func send(_ queue: RunQueue, _ line: LifeLine) {
        state.withLock { state in
            guard let run = state.run else { return }
            while state.coresSent < queue.cores(of: run) {
                line.sendCore()
                state.coresSent += 1
            }
        }
    }
}
