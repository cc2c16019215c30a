import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct TokenShardTests {
    /// Three frames, the last one short, and values at both ends of the type.
    private let tokens = (0..<150_000).map { UInt32($0 &* 40_503 & 0xFFFF) }

    @Test func roundTripOverShardsAndFrames() throws {
        let folder = try TemporaryFolder()
        let frame = TokenShardWriter.frameTokens
        let dataset = try TokenDataset.open(
            folder: writeDataset(in: folder, train: tokens, shardTokens: 2 * frame))
        #expect(dataset.manifest.train?.shards.count == 2)
        #expect(try dataset.train.read(0..<tokens.count) == tokens)
        let across = (frame - 3)..<(2 * frame + 5)
        #expect(try dataset.train.read(across) == Array(tokens[across]))
        try dataset.verify()
    }

    @Test func wideTokens() throws {
        let folder = try TemporaryFolder()
        let wide: [UInt32] = [0, 65_536, 1_000_000, 3]
        let dataset = try TokenDataset.open(
            folder: writeDataset(in: folder, train: wide, vocabularySize: 1_000_001))
        #expect(dataset.manifest.type == .uint32)
        #expect(try dataset.train.read(0..<4) == wide)
    }

    /// The zstd program yields the headerless little-endian tokens, so data sets can be read without scalebench.
    @Test func zstdProgramYieldsPlainTokens() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd") else { return }
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: tokens)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/zstd")
        process.arguments = ["-dq", "\(path)/train-00000.bin.zst", "-o", "\(path)/train.bin"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let plain = try Data(contentsOf: URL(fileURLWithPath: "\(path)/train.bin"))
        #expect(plain == Data(tokens.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }))
        let manifest = try DatasetManifest.open(folder: path)
        #expect(manifest.train?.shards.first?.sha256 == ContentHash.sha256(plain))
    }

    @Test func manifestRoundTrip() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: tokens)
        let manifest = try DatasetManifest.open(folder: path)
        let again = try DatasetManifest(
            ConfigReader.parse(try manifest.encoded(), file: "again.json"), defaultName: "other")
        #expect(again == manifest)
    }
}

/// Every kind of damage is an error that names the file, never wrong tokens.
@Suite struct DamagedShardTests {
    private let tokens = (0..<150_000).map { UInt32($0 * 7 & 0xFF) }

    private func open(_ path: String) -> ScalebenchError? {
        error { try TokenDataset.open(folder: path).verify() }
    }

    private func damage(_ change: (inout Data) -> Void) throws -> ScalebenchError? {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: tokens, vocabularySize: 256)
        let url = URL(fileURLWithPath: "\(path)/train-00000.bin.zst")
        var data = try Data(contentsOf: url)
        change(&data)
        try data.write(to: url)
        return open(path)
    }

    @Test func undamagedIsFine() throws { #expect(try damage { _ in } == nil) }

    @Test func truncated() throws {
        for bytes in [0, 5, 17, 1000] {
            let found = try damage { $0 = $0.prefix(bytes) }
            #expect(found?.code == .damagedData)
            #expect(found?.location?.hasSuffix("train-00000.bin.zst") == true)
        }
        #expect(try damage { $0.removeLast() }?.code == .damagedData)
    }

    /// One bit in every part of the file: frame header, body, checksum, table header, entries, footer.
    @Test func flippedBits() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: tokens, vocabularySize: 256)
        let url = URL(fileURLWithPath: "\(path)/train-00000.bin.zst")
        let data = try Data(contentsOf: url)
        for place in Array(stride(from: 0, to: data.count, by: max(1, data.count / 200)))
            + Array(data.count - 60..<data.count)
        {
            var changed = data
            changed[place] ^= 1 << UInt8(place % 8)
            try changed.write(to: url)
            #expect(open(path)?.code == .damagedData, "bit \(place % 8) of byte \(place)")
        }
    }

    @Test func missing() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: tokens, vocabularySize: 256)
        try FileManager.default.removeItem(atPath: "\(path)/validation-00000.bin.zst")
        let found = open(path)
        #expect(found?.code == .damagedData)
        #expect(found?.message == "the shard is missing")
    }

    /// Two swapped shards of equal size have intact frames, but not the seek tables that the manifest names.
    @Test func swapped() throws {
        let folder = try TemporaryFolder()
        let frame = TokenShardWriter.frameTokens
        let two = (0..<2 * frame).map { UInt32($0 < frame ? $0 & 0xFF : ($0 * 3) & 0xFF) }
        let path = try writeDataset(in: folder, train: two, vocabularySize: 256, shardTokens: frame)
        let files = ["train-00000.bin.zst", "train-00001.bin.zst"].map { URL(fileURLWithPath: "\(path)/\($0)") }
        let contents = try files.map { try Data(contentsOf: $0) }
        try contents[1].write(to: files[0])
        try contents[0].write(to: files[1])
        #expect(open(path)?.code == .damagedData)
    }

    @Test func tokenOutsideTheVocabulary() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: [0, 5, 255], vocabularySize: 256)
        let url = URL(fileURLWithPath: "\(path)/dataset.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        try text.replacingOccurrences(of: "\"vocabularySize\" : 256", with: "\"vocabularySize\" : 255")
            .write(to: url, atomically: true, encoding: .utf8)
        #expect(open(path)?.code == .damagedData)
    }

    @Test func manifestsThatLeaveTheFolder() throws {
        for file in ["../secret.zst", "/etc/passwd", "a/b.zst", "..", ".hidden", ""] {
            let folder = try TemporaryFolder()
            let path = try writeDataset(in: folder, train: tokens, vocabularySize: 256)
            let url = URL(fileURLWithPath: "\(path)/dataset.json")
            let text = try String(contentsOf: url, encoding: .utf8)
            try text.replacingOccurrences(of: "train-00000.bin.zst", with: file)
                .write(to: url, atomically: true, encoding: .utf8)
            let found = open(path)
            #expect(found?.code == .invalidInput, "\(file)")
            #expect(found?.location?.hasSuffix("splits.train.shards[0].file") == true)
        }
    }

    @Test func symbolicLink() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: tokens, vocabularySize: 256)
        let shard = "\(path)/train-00000.bin.zst"
        try FileManager.default.moveItem(atPath: shard, toPath: "\(folder.path)/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: shard, withDestinationPath: "\(folder.path)/elsewhere")
        #expect(open(path)?.code == .invalidInput)
    }

    @Test func unwritableFolder() throws {
        let found = error { _ = try DatasetWriter(folder: "/proc/none/set", type: .uint16) }
        #expect(found?.code == .inputOutput)
    }

    /// What a killed process left is removed by the next writer of the same data set once it is a day old, not before. The
    /// folder of a process that is there stays, whatever a clock that has jumped says of its age.
    @Test func whatAKilledWriterLeftIsRemoved() throws {
        let folder = try TemporaryFolder()
        // Linux gives no process a number as large as these.
        let ages = [
            ("set.tmp-999999991-a", 100_000.0), ("set.tmp-999999992-b", 1000), ("other.tmp-999999993-c", 100_000),
            ("set.tmp-\(ProcessInfo.processInfo.processIdentifier)-d", 100_000),
        ]
        for (name, age) in ages {
            let path = "\(folder.path)/\(name)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
        }
        _ = try writeDataset(in: folder, name: "set", train: tokens)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                == [
                    "other.tmp-999999993-c", "set", "set.tmp-999999992-b", ages[3].0,
                ].sorted())
    }

    @Test func anAbandonedWriterLeavesNothing() throws {
        let folder = try TemporaryFolder()
        do {
            let writer = try DatasetWriter(folder: "\(folder.path)/set", type: .uint16)
            try writer.append(tokens, to: .train)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
