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

    private static func writeInPlace(_ data: Data, to path: String) throws {
        guard let handle = FileHandle(forWritingAtPath: path) else { throw unwritable(path, "it cannot be opened") }
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
