// The writing side of `events.jsonl`.

import Foundation
package import ScalebenchCore

/// Appends events, one write per line. One writer per file: hold the run's lock.
package final class EventLog {
    private let log: LineLog
    private let encoder = JSONEncoder()
    private var checksum = LineChecksum()

    /// Opens or creates the file and cuts off a torn last line.
    package init(_ path: String) throws {
        log = try LineLog(
            path, content: "the run's events", hint: "the same command goes on from the last checkpoint")
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try log.read { checksum.add($0) }
    }

    /// Appends one line. If it does not fit on the disk, the file is left as it was.
    package func append(_ event: RunEvent) throws {
        var line = try encoder.encode(event)
        switch event {
        case .checkpoint, .end: line = checksum.sealed(line)
        case .start, .step, .evaluation: break
        }
        line.append(UInt8(ascii: "\n"))
        try log.append(line)
        checksum.add(line)
    }

    /// Returns once everything appended is on disk.
    package func synchronize() throws { try log.synchronize() }
}
