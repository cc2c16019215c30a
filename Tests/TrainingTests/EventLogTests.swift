import Foundation
import ScalebenchCore
import Testing
import Training

@Suite struct EventLogTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func tornLineIsCutBeforeAppending() throws {
        let path = "\(folder.path)/events.jsonl"
        let first = RunEvent.checkpoint(.init(step: 1)), second = RunEvent.checkpoint(.init(step: 2))
        do {
            let log = try EventLog(path)
            try log.append(first)
        }
        let whole = try InputFile.read(path)
        // Longer than the block that is searched for the last newline at a time.
        for torn in ["{\"event\":\"st", String(repeating: "x", count: 200_000)] {
            try (whole + Data(torn.utf8)).write(to: URL(fileURLWithPath: path))
            try EventLog(path).append(second)
            let record = try RunRecord(events: try InputFile.read(path), file: path)
            #expect(record.checkpointStep == 2)
            #expect(!record.hasTornLine)
        }
        try Data("no newline at all".utf8).write(to: URL(fileURLWithPath: path))
        try EventLog(path).append(first)
        #expect(try InputFile.read(path) == whole)
    }

    @Test func fullDiskIsAClearError() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let log = try EventLog("/dev/full")
        #expect { try log.append(.checkpoint(.init(step: 1))) } throws: { error in
            guard let error = error as? ScalebenchError else { return false }
            return error.code == .inputOutput && error.location == "/dev/full" && error.hint != nil
        }
    }

    /// A lock may succeed and hold nobody back, as on NFS without its lock service.
    @Test func aSecondWriterIsNoticed() throws {
        let path = "\(folder.path)/events.jsonl"
        let first = try EventLog(path), second = try EventLog(path)
        try first.append(.checkpoint(.init(step: 1)))
        #expect { try second.append(.checkpoint(.init(step: 9))) } throws: { "\($0)".contains("another process") }
        try first.append(.checkpoint(.init(step: 2)))
        try first.synchronize()
        let record = try RunRecord(events: try InputFile.read(path), file: path)
        #expect(record.checkpointStep == 2)
    }

    @Test func folderThatDoesNotExistIsNamed() {
        #expect { _ = try EventLog("\(folder.path)/none/events.jsonl") } throws: { error in
            (error as? ScalebenchError)?.location == "\(folder.path)/none/events.jsonl"
        }
    }
}
