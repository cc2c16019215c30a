// The child's side of the launcher's connection: children do not outlive their parent, they are told of cores that have
// become free, and one that has completed its run is given another, because starting a process takes as long as a tenth of
// a small run.

import Dispatch
import Foundation
package import ScalebenchCore
import Synchronization

/// The connection of a process that a `LocalLauncher` started. It is the standard input.
package final class LauncherConnection: Sendable {
    /// The variable that is set in the environment of such a process.
    static let variable = "SCALEBENCH_LAUNCHED"
    /// What the launcher sends: one core more; a run, with its folder up to a zero byte.
    static let core = UInt8(ascii: "+"), run = UInt8(ascii: "r")
    /// What the child sends: its run is complete, and it waits for another one.
    static let completed = UInt8(ascii: ".")

    private struct State {
        var cores: CoreAllowance
        var next: RunFolder?
    }

    private let state: Mutex<State>
    private let hasAnswer = DispatchSemaphore(value: 0)

    /// Nil elsewhere: in a process that was started by hand or by a scheduler. A stop is requested as soon as the launcher
    /// has gone.
    /// - Parameters:
    ///   - cores: those of the first run; every other one begins with one.
    ///   - gracePeriod: seconds that a run has to checkpoint after its launcher has gone.
    ///   - end: ends the process; called where it is still there after that time.
    package init?(
        stop: StopRequest, cores: CoreAllowance, gracePeriod: Double = 30, end: @escaping @Sendable () -> Void
    ) {
        guard ProcessInfo.processInfo.environment[Self.variable] == "1" else { return nil }
        state = Mutex(State(cores: cores))
        Thread.detachNewThread {
            self.listen()
            stop.request()
            self.hasAnswer.signal()
            // A worker that hangs, or whose step takes longer than this, ends without a checkpoint.
            Thread.sleep(forTimeInterval: gracePeriod)
            end()
        }
    }

    /// The cores of the present run.
    package var cores: CoreAllowance { state.withLock { $0.cores } }

    /// Says that the run is complete, and waits for another one.
    /// - Returns: nil where there is none: the process is to end.
    package func nextRun() -> RunFolder? {
        var byte = Self.completed
        guard send(STDIN_FILENO, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { return nil }
        hasAnswer.wait()
        return state.withLock { state in
            defer { state.next = nil }
            return state.next
        }
    }

    /// Returns when the launcher has gone, or has no other run.
    private func listen() {
        var folder: [UInt8]?
        while let byte = Self.nextByte() {
            switch byte {
            case 0:
                let path = String(decoding: folder ?? [], as: UTF8.self)
                folder = nil
                state.withLock { $0 = State(cores: CoreAllowance(), next: RunFolder(path)) }
                hasAnswer.signal()
            case _ where folder != nil: folder!.append(byte)
            case Self.run: folder = []
            case Self.core: cores.grow()
            default: break
            }
        }
    }

    private static func nextByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            if count == 0 || errno != EINTR { return nil }
        }
    }
}
