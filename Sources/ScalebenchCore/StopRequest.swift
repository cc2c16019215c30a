// How a person or a scheduler asks a process to stop: a counter that signal handlers raise and loops read. Nothing is
// ever interrupted in the middle of a step.

import Foundation
import Synchronization

/// Counts the requests to stop. The first asks for an orderly end, the second for an end at once.
package final class StopRequest: Sendable {
    private let requests = Atomic<Int>(0)

    package init() {}

    package var isRequested: Bool { count > 0 }

    package var count: Int { requests.load(ordering: .relaxed) }

    /// Safe to call from a signal handler and from any thread.
    package func request() { requests.add(1, ordering: .relaxed) }
}

extension StopRequest {
    /// The request that signals raise.
    package static let fromSignals = StopRequest()

    /// The exit status of a process that stopped on request and can go on later (`EX_TEMPFAIL`).
    package static let exitStatus: Int32 = 75

    /// From now on SIGINT, SIGTERM, SIGUSR1 (a scheduler's warning) and SIGHUP (the terminal was closed) raise
    /// `fromSignals` instead of ending the process, and writing to a closed pipe fails instead of ending it.
    /// Under `nohup` SIGHUP stays ignored.
    package static func listenToSignals() -> StopRequest {
        let request = fromSignals  // Initialised here, not for the first time inside a handler.
        for signalNumber in [SIGINT, SIGTERM, SIGUSR1] {
            signal(signalNumber) { _ in StopRequest.fromSignals.request() }
        }
        let handlerOfHangup = signal(SIGHUP) { _ in StopRequest.fromSignals.request() }
        if unsafeBitCast(handlerOfHangup, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
            signal(SIGHUP, SIG_IGN)
        }
        signal(SIGPIPE, SIG_IGN)
        return request
    }
}
