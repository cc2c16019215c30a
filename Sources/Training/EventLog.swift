// The writing side of `events.jsonl`. Whatever kills the process, the file is a sequence of whole lines, with at most
// one torn line at its end that the next writer cuts off.

import Foundation
package import ScalebenchCore

/// Appends events, one write per line. One writer per file: hold the run's lock.
package final class EventLog {
    private let path: String
    private let descriptor: Int32
    private let encoder = JSONEncoder()

    /// Opens or creates the file and cuts off a torn last line.
    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard descriptor >= 0 else { throw failure(errno) }
        try cutTornLine()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends one line. If it does not fit on the disk, the file is left as it was.
    package func append(_ event: RunEvent) throws {
        let line = try encoder.encode(event) + Data("\n".utf8)
        let before = lseek(descriptor, 0, SEEK_END)
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
    }

    /// Returns once everything appended is on disk.
    package func synchronize() throws {
        // EINVAL means that the file cannot be flushed (a pipe or a device).
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(errno) }
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
            .inputOutput, "the run's events cannot be written", at: path,
            hint: code == ENOSPC ? "free some disk space; the same command goes on from the last checkpoint" : nil,
            cause: String(cString: strerror(code)))
    }
}
