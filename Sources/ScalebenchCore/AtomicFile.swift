// Files appear whole or not at all, and once they are there a power cut does not take them away.

package import Foundation

/// Writes a file under a temporary name in the same folder, flushes it, renames it, then flushes the folder.
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
        do {
            let file = try OutputFile(temporary, shownAs: path)
            try file.write(data)
            try file.finish()
            try move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Renames a file or folder whose content is on disk, so that the new name survives a power cut.
    package static func move(_ from: String, to path: String) throws {
        guard rename(from, path) == 0 else { throw OutputFile.failure(path, errno) }
        try flushFolder((path as NSString).deletingLastPathComponent, of: path)
    }

    /// Returns once the names of what lies in a folder are on disk, as far as its file system can tell.
    /// - Parameter path: what errors name.
    package static func flushFolder(_ folder: String, of path: String) throws {
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written but not read cannot be flushed.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Some file systems do not flush folders; the others fail for the reasons for which files do.
        guard fsync(descriptor) != 0, [EIO, ENOSPC, EDQUOT].contains(errno) else { return }
        throw OutputFile.failure(path, errno)
    }

    /// Removes what writers that were killed have left in a folder.
    package static func removeAbandoned(in folder: String) {
        for file in abandoned(in: folder) { try? FileManager.default.removeItem(atPath: file) }
    }

    /// What writers that were killed have left in a folder: temporary files more than a second old of processes that are no
    /// longer there.
    package static func abandoned(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            guard let mark = name.range(of: ".tmp-"), let process = pid_t(name[mark.upperBound...]),
                kill(process, 0) != 0, errno == ESRCH
            else { return nil }
            var status = stat()
            let file = "\(folder)/\(name)"
            return lstat(file, &status) == 0 && time(nil) - status.st_mtim.tv_sec > 1 ? file : nil
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
            throw unwritable(path, error.systemWords)
        }
    }

    /// Creates the folder and those above it.
    package static func makeFolder(_ path: String) throws {
        guard !isFolder(path) else { return }
        let parent = (path as NSString).deletingLastPathComponent
        if !parent.isEmpty { try makeFolder(parent) }
        // Another process may have made it in the meantime.
        guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else {
            throw OutputFile.failure(path, errno)
        }
        try flushFolder(parent, of: path)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func unwritable(_ path: String, _ cause: String) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "cannot be written", at: path,
            hint: "check that the folder exists, is writable and has space",
            cause: cause)
    }
}
