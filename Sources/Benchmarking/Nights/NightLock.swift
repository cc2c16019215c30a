// One night of a job at a time. The kernel holds the lock for the process, so that it ends with the process.

import Foundation
import RunStore
import ScalebenchCore

/// The right to carry out nights of one job in one store.
final class NightLock {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Waits for the lock; nil when `stop` was requested first.
    static func acquire(_ store: RunStore, job: String, stop: StopRequest) throws -> NightLock? {
        let path = "\(store.root)/nights/\(job).lock"
        try AtomicFile.makeFolder("\(store.root)/nights")
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ScalebenchError(
                .inputOutput, "the night cannot be locked", at: path, cause: String(cString: strerror(errno)))
        }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, !stop.isRequested else {
                close(descriptor)
                return nil
            }
            usleep(100_000)
        }
        return NightLock(descriptor: descriptor)
    }

    func release() { close(descriptor) }
}
