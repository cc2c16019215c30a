// What an external trainer prints. It is kept for people to read, and a trainer that prints without end must not fill the
// disk.

import Foundation
import ScalebenchCore

/// The file to which the output of a run's trainer is appended.
struct TrainerLog {
    private let path: String

    /// Bytes beyond which the log is shortened, and bytes of its end that are kept then.
    static let limit = 16 << 20, kept = 1 << 20

    init(_ path: String) { self.path = path }

    /// Drops all but the end of a log that has become too long, and says so in its place. The trainer goes on appending;
    /// what it prints in this moment may be lost.
    /// A log that cannot be shortened stays as it is, because no run should fail for its log.
    /// - Returns: whether the log was shortened.
    func shorten() -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, Int(status.st_size) > Self.limit,
            let end = try? end(from: Int(status.st_size) - Self.kept)
        else { return false }
        let note =
            "[scalebench keeps the last \(Quantity.bytes(Double(Self.kept))) of a log that grows beyond "
            + "\(Quantity.bytes(Double(Self.limit))); what was here is gone]\n"
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try? output.write(contentsOf: Data(note.utf8) + end)
        try? output.close()
        return true
    }

    /// The log from an offset to its end. The trainer may have gone on printing since the offset was computed, so more than
    /// `kept` bytes are read, within the limit of a log.
    private func end(from offset: Int) throws -> Data {
        let handle = try InputFile.open(path)
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        return try handle.read(upToCount: Self.limit)?.suffix(Self.kept) ?? Data()
    }
}
