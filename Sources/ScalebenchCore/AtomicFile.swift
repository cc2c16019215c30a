// Files appear whole or not at all.

package import Foundation

/// Writes a file under a temporary name in the same folder, flushes it, then renames it.
package enum AtomicFile {
    /// Writes `data` to `path`, replacing what was there only once everything is on disk.
    ///
    /// A symbolic link stays one: its target is replaced. A device or a pipe is written to, as it cannot be replaced.
    package static func write(_ data: Data, to name: String) throws {
        let path = URL(fileURLWithPath: name).resolvingSymlinksInPath().path
        let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        if let type, type != .typeRegular {
            guard type != .typeDirectory else { throw unwritable(name, "this is a folder") }
            return try writeInPlace(data, to: path)
        }
        let temporary = "\(path).tmp-\(ProcessInfo.processInfo.processIdentifier)"
        guard FileManager.default.createFile(atPath: temporary, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporary)
        else { throw unwritable(path, "the folder does not exist, or is not writable") }
        do {
            try handle.write(contentsOf: data)
            try handle.synchronize()
            try handle.close()
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw unwritable(path, error.localizedDescription)
        }
        guard rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            try? FileManager.default.removeItem(atPath: temporary)
            throw unwritable(path, reason)
        }
    }

    /// Removes what writers that were killed have left in a folder: temporary files more than a second old of processes that
    /// are no longer there.
    package static func removeAbandoned(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let mark = name.range(of: ".tmp-"), let process = pid_t(name[mark.upperBound...]),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            var status = stat()
            let file = "\(folder)/\(name)"
            guard lstat(file, &status) == 0, time(nil) - status.st_mtim.tv_sec > 1 else { continue }
            try? FileManager.default.removeItem(atPath: file)
        }
    }

    private static func writeInPlace(_ data: Data, to path: String) throws {
        // A named pipe without a reader is refused rather than waited for.
        let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable(path, String(cString: strerror(errno))) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: data)
            try handle.close()
        } catch {
            throw unwritable(path, error.localizedDescription)
        }
    }

    /// Creates the folder and those above it.
    package static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw unwritable(path, error.localizedDescription)
        }
    }

    private static func unwritable(_ path: String, _ cause: String) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "cannot be written", at: path,
            hint: "check that the folder exists, is writable and has space",
            cause: cause)
    }
}
