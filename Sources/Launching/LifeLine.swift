// The launcher's side of its connection with a child.

import Dispatch
import Foundation
import SystemPackage

/// The connection whose other end is a child's standard input; closed when the child is no longer waited for.
final class LifeLine: Sendable {
    let childsEnd: FileDescriptor
    /// An element for every run that the child has completed; it ends with the child.
    let completions: AsyncStream<Void>
    private let end: FileDescriptor
    /// Dispatch's sources may be used from every thread; it does not say so.
    private nonisolated(unsafe) let source: any DispatchSourceRead

    /// Sockets are used rather than a pipe: no other child inherits them, and writing to a dead child raises no signal.
    init() throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        childsEnd = FileDescriptor(rawValue: ends[0])
        end = FileDescriptor(rawValue: ends[1])
        // The source closes a descriptor of its own, so that nothing is ever written to one that is closed.
        let own = fcntl(ends[1], F_DUPFD_CLOEXEC, 0)
        guard own >= 0 else { throw Errno(rawValue: errno) }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        completions = stream
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: own, queue: .global())
        self.source = source
        source.setEventHandler {
            var byte: UInt8 = 0
            let count = recv(own, &byte, 1, Int32(MSG_DONTWAIT))
            if count == 1 {
                if byte == LauncherConnection.completed { continuation.yield() }
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                source.cancel()
            }
        }
        source.setCancelHandler {
            continuation.finish()
            close(own)
        }
        source.activate()
    }

    deinit {
        source.cancel()
        try? end.close()
    }

    func sendCore() { write([LauncherConnection.core]) }

    func send(run folder: String) { write([LauncherConnection.run] + Array(folder.utf8) + [0]) }

    /// Tells the child that there is nothing more to do.
    func hangUp() { shutdown(end.rawValue, Int32(SHUT_WR)) }

    /// A child that is gone reads nothing; how it ended is seen elsewhere.
    private func write(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Foundation.send(end.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
