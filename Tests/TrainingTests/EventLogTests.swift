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

    /// No byte of a file that ends with a checkpoint or an end can change without being noticed, except in the names of
    /// members that are not read.
    @Test func aChangedByteIsNoticed() throws {
        let path = "\(folder.path)/events.jsonl"
        for part in 0..<2 {
            let log = try EventLog(path), step = 8 * part
            try log.append(
                .step(
                    .init(
                        step: step + 4, tokens: 1024, natsPerToken: 3.25, learningRate: 0.5, gradientNorm: nil,
                        seconds: 1.5)))
            try log.append(
                .evaluation(.init(step: step + 8, tokens: 2048, natsPerToken: 3.125, standardError: nil, sequences: 8)))
            try log.append(
                part == 0
                    ? .checkpoint(.init(step: step + 8))
                    : .end(.init(status: .completed, step: step + 8, tokens: 2048, seconds: 3)))
        }
        let bytes = try InputFile.read(path), right = try RunRecord(events: bytes, file: path)
        #expect(right.finalEvaluation?.natsPerToken == 3.125 && right.evaluations.count == 2)
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << bit
                guard let read = try? RunRecord(events: changed, file: path) else { continue }
                // The last line counts as torn where its newline is gone.
                #expect(read == right || (read.hasTornLine && read.end == nil), "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func folderThatDoesNotExistIsNamed() {
        #expect { _ = try EventLog("\(folder.path)/none/events.jsonl") } throws: { error in
            (error as? ScalebenchError)?.location == "\(folder.path)/none/events.jsonl"
        }
    }
}
