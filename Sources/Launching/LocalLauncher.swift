// Runs as child processes of this one, a fixed number at a time.
//
// Children do not outlive their parent: each has one end of a connection as standard input whose other end only the
// parent has, so that the death of the parent, of whatever kind, closes it (`ParentWatch`). Linux's parent-death
// signal would not do: it fires when the *thread* that started the child ends, and pool threads come and go.
// The same connection carries cores: when no run waits any more, each byte allows a child one core more.

import Foundation
package import ScalebenchCore
import Subprocess
import Synchronization
import SystemPackage

/// Runs `<executable> <arguments> <folder>` for every folder, at most `slots` at once, with one BLAS thread each. Cores
/// that no run needs any more are given to those that are still running.
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
        _ folders: [RunFolder], after predecessors: [RunFolder: RunFolder], stop: StopRequest,
        isWanted: @escaping @Sendable (RunFolder) -> Bool, onEvent: @escaping @Sendable (LaunchEvent) -> Void
    ) async throws -> [LaunchResult] {
        guard access(executable, X_OK) == 0 else {
            throw ScalebenchError(
                .notFound, "the program that carries out runs cannot be executed", at: executable,
                cause: String(cString: strerror(errno)))
        }
        let report = SerialReport(onEvent)
        var results = folders.map { LaunchResult(folder: $0, status: .notStarted) }
        let shares = CoreShares(cores: slots)
        await withTaskGroup(of: (Int, LaunchResult).self) { group in
            var waiting = Array(folders.indices)
            var open = Set(folders)
            var running = 0
            /// The first waiting run whose predecessor has ended.
            func next() -> Int? {
                waiting.firstIndex { index in predecessors[folders[index]].map { !open.contains($0) } ?? true }
            }
            while true {
                while running < slots, !stop.isRequested, let place = next() {
                    let index = waiting.remove(at: place)
                    guard isWanted(folders[index]) else {
                        open.remove(folders[index])
                        continue
                    }
                    shares.begin(index)
                    group.addTask {
                        (index, await run(folders[index], stop: stop, report: report) { shares.cores(of: index) })
                    }
                    running += 1
                }
                // A run that waits for another one takes over a core of it.
                if next() == nil { shares.spread() }
                guard let (index, result) = await group.next() else { break }
                results[index] = result
                open.remove(folders[index])
                shares.end(index)
                running -= 1
            }
        }
        return results
    }

    private func run(
        _ folder: RunFolder, stop: StopRequest, report: SerialReport, cores: @escaping @Sendable () -> Int
    ) async -> LaunchResult {
        report(.started(folder))
        let result = LaunchResult(folder: folder, status: await status(ofRunning: folder, stop: stop, cores: cores))
        report(.finished(result))
        return result
    }

    private func status(
        ofRunning folder: RunFolder, stop: StopRequest, cores: @escaping @Sendable () -> Int
    ) async -> LaunchResult.Status {
        do {
            let line = try LifeLine()
            let result = try await Subprocess.run(
                .path(FilePath(executable)), arguments: Arguments(arguments + [folder.path]),
                environment: .inherit.updating([
                    "OPENBLAS_NUM_THREADS": "1", .init(stringLiteral: ParentWatch.variable): "1",
                ]),
                input: .fileDescriptor(line.childsEnd, closeAfterSpawningProcess: true), output: .discarded,
                error: .sequence
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
                        await pass(on: stop, cores: cores) {
                            try? execution.send(signal: $0)
                        } sendCore: {
                            line.sendCore()
                        }
                        return []
                    }
                    // The error output ends with the child; after that there is no process to send signals to.
                    var tail: [UInt8] = []
                    for try await part in group {
                        tail += part
                        group.cancelAll()
                    }
                    return tail
                }
            }
            return status(result.terminationStatus, errorOutput: result.closureResult, isAsked: stop.isRequested)
        } catch {
            return .failed(explanation: "the process could not be started: \(error)")
        }
    }

    /// Turns requests into signals, and a growing number of cores into bytes, until the task is cancelled.
    private func pass(
        on stop: StopRequest, cores: () -> Int, send: (Signal) -> Void, sendCore: () -> Void
    ) async {
        var passedOn = 0, coresSent = 1
        while !Task.isCancelled {
            let requests = min(stop.count, 2)
            if requests > passedOn {
                send(requests == 1 ? .terminate : .kill)
                passedOn = requests
            }
            while coresSent < cores() {
                sendCore()
                coresSent += 1
            }
            try? await Task.sleep(for: Self.pollInterval)
        }
    }

    /// - Parameter isAsked: whether a stop was requested. A signal that ended the run then was meant to do so: it may have come
    ///   from here, or with a signal to the whole process group before the run listened.
    private func status(
        _ termination: TerminationStatus, errorOutput: [UInt8], isAsked: Bool
    ) -> LaunchResult.Status {
        let how: String
        switch termination {
        case .exited(0): return .finished
        case .exited(StopRequest.exitStatus): return .interrupted
        case .exited(let code): how = "exit status \(code)"
        case .signaled where isAsked: return .interrupted
        case .signaled(let number): how = "killed by signal \(number)"
        }
        let lines = String(decoding: errorOutput, as: UTF8.self).split(separator: "\n").suffix(10)
        return .failed(explanation: ([how] + lines.map(String.init)).joined(separator: "\n"))
    }
}

/// The connection whose other end is a child's standard input; closed when the child is no longer waited for.
private final class LifeLine: Sendable {
    let childsEnd: FileDescriptor
    private let end: FileDescriptor

    /// Sockets are used rather than a pipe: no other child inherits them, and writing to a dead child raises no signal.
    init() throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        childsEnd = FileDescriptor(rawValue: ends[0])
        end = FileDescriptor(rawValue: ends[1])
    }

    deinit { try? end.close() }

    func sendCore() {
        var byte = UInt8(ascii: "+")
        _ = send(end.rawValue, &byte, 1, Int32(MSG_NOSIGNAL))
    }
}

/// How many cores each run may use.
private final class CoreShares: Sendable {
    private let cores: Int
    private let running = Mutex<[Int: Int]>([:])

    init(cores: Int) { self.cores = cores }

    /// A run begins with one core.
    func begin(_ run: Int) { running.withLock { $0[run] = 1 } }

    func end(_ run: Int) { running.withLock { $0[run] = nil } }

    func cores(of run: Int) -> Int { running.withLock { $0[run] ?? 0 } }

    /// Gives the free cores to the runs that have the fewest. What a run has, it keeps.
    func spread() {
        running.withLock { running in
            var free = cores - running.values.reduce(0, +)
            while free > 0, let poorest = running.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key {
                running[poorest]! += 1
                free -= 1
            }
        }
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
