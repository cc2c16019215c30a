// One trainer per run. The kernel holds the lock for the process, so it ends with the process however that ends.

import Foundation
package import ScalebenchCore

/// The exclusive right to train a run (`flock`); it is given up when the object is released.
package final class RunLock {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// The lock of `folder`, or nil while another process (or another part of this one) holds it.
    /// - Throws: `inputOutput` when the lock file cannot be made.
    package static func tryAcquire(_ folder: RunFolder) throws -> RunLock? {
        let descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(folder) }
        var status: Int32
        repeat { status = flock(descriptor, LOCK_EX | LOCK_NB) } while status != 0 && errno == EINTR
        if status == 0 { return RunLock(descriptor: descriptor) }
        let code = errno
        close(descriptor)
        if code == EWOULDBLOCK { return nil }
        errno = code
        throw failure(folder)
    }

    /// Waits for the lock of `folder`; nil when `stop` was requested first.
    package static func acquire(_ folder: RunFolder, stop: StopRequest) throws -> RunLock? {
        while !stop.isRequested {
            if let lock = try tryAcquire(folder) { return lock }
            usleep(50_000)
        }
        return nil
    }

    private static func failure(_ folder: RunFolder) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "the run cannot be locked", at: folder.lock,
            hint: "check that the run's folder exists and is writable", cause: String(cString: strerror(errno)))
    }
}
