// Files of lines that several processes append to, and that a power cut or a full disk leaves as a sequence of whole lines.
// At most one torn line stands at the end, and the next writer cuts it off.

package import Foundation

/// Appends whole lines to a file.
package final class LineLog {
    private let path: String
    /// What the lines are, for errors.
    private let content: String
    /// What a user should know where the disk is full.
    private let hint: String
    private let descriptor: Int32
    /// Whether other processes may append while this object is there.
    private let isShared: Bool
    /// The length of the file after the last line of this object.
    private var length: off_t = 0
    private var hasFlushedFolder = false

    /// Opens or creates the file. Hold a lock while more than one process may write: the file's own, or another.
    /// - Parameters:
    ///   - content: what the lines are, such as "the run's events".
    ///   - hint: what to do where the disk is full.
    ///   - locks: whether other users of `LineLog` wait until this object is released.
    package init(_ path: String, content: String, hint: String, locks: Bool = false) throws {
        self.path = path
        self.content = content
        self.hint = hint
        isShared = locks
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(errno) }
        if locks {
            while flock(descriptor, LOCK_EX) != 0 { guard errno == EINTR else { throw failure(errno) } }
        }
        try cutTornLine()
        length = lseek(descriptor, 0, SEEK_END)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends one line, which ends with a newline. If it does not fit on the disk, the file is left as it was.
    /// - Throws: also where another process has written to the file although this one holds a lock.
    package func append(_ line: Data) throws {
        let before = try ownEnd()
        let written = line.withUnsafeBytes { bytes in
            var result = 0
            repeat { result = write(descriptor, bytes.baseAddress, bytes.count) } while result < 0 && errno == EINTR
            return result
        }
        guard written == line.count else {
            // A short write means that the disk filled up in the middle of the line.
            let code = written < 0 ? errno : ENOSPC
            if written > 0, before >= 0 { _ = ftruncate(descriptor, before) }
            throw failure(code)
        }
        length = before + off_t(written)
    }

    /// The end of the file, which is where this object left it: a lock that holds nobody back is noticed here.
    private func ownEnd() throws -> off_t {
        let end = lseek(descriptor, 0, SEEK_END)
        guard isShared || end == length else {
            throw ScalebenchError(
                .inputOutput, "another process writes \(content) at the same time", at: path,
                hint: "use one command at a time here, or another store: locks have no effect on this file system "
                    + "(NFS without its lock service)")
        }
        return end
    }

    /// The whole lines among the last `bytes` of the file.
    package func lastLines(_ bytes: Int) throws -> [Data] {
        let length = Int(lseek(descriptor, 0, SEEK_END)), count = min(bytes, length)
        var block = [UInt8](repeating: 0, count: count)
        guard pread(descriptor, &block, count, off_t(length - count)) == count else { throw failure(EIO) }
        let lines = Data(block).split(separator: UInt8(ascii: "\n")).map { Data($0) }
        return count < length ? Array(lines.dropFirst()) : lines
    }

    /// Passes on everything that the file holds up to the last line of this object, in pieces.
    package func read(_ body: (Data) -> Void) throws {
        var block = [UInt8](repeating: 0, count: Int(min(length, 1 << 20))), start: off_t = 0
        while start < length {
            let count = pread(descriptor, &block, Int(min(off_t(block.count), length - start)), start)
            guard count > 0 else { throw failure(count < 0 ? errno : EIO) }
            body(Data(block[..<count]))
            start += off_t(count)
        }
    }

    /// Returns once everything appended is on disk.
    package func synchronize() throws {
        // EINVAL means that the file cannot be flushed (a pipe or a device).
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(errno) }
        // The file may be new; its name is then not on disk yet.
        if !hasFlushedFolder { try AtomicFile.flushFolder((path as NSString).deletingLastPathComponent, of: path) }
        hasFlushedFolder = true
        _ = try ownEnd()
    }

    private func cutTornLine() throws {
        let length = lseek(descriptor, 0, SEEK_END)
        guard length > 0 else { return }
        var keep = length
        var block = [UInt8](repeating: 0, count: 65_536)
        while keep > 0 {
            let from = max(0, keep - off_t(block.count))
            let count = pread(descriptor, &block, Int(keep - from), from)
            guard count == Int(keep - from) else { throw failure(count < 0 ? errno : EIO) }
            if let newline = block[..<count].lastIndex(of: UInt8(ascii: "\n")) {
                keep = from + off_t(newline) + 1
                break
            }
            keep = from
        }
        if keep < length, ftruncate(descriptor, keep) != 0 { throw failure(errno) }
    }

    private func failure(_ code: Int32) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "\(content) cannot be written", at: path,
            hint: code == ENOSPC ? "free some disk space; \(hint)" : nil,
            cause: String(cString: strerror(code)))
    }
}
