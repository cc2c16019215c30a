// Shards whose parts agree with each other and with the manifest, and still declare wrong sizes.

import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct LyingShardTests {
    private func compress(_ bytes: Data, sized: Bool, in folder: TemporaryFolder) throws -> Data {
        let plain = URL(fileURLWithPath: "\(folder.path)/plain"), out = "\(folder.path)/plain.zst"
        try bytes.write(to: plain)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/zstd")
        // From standard input zstd does not know the size and leaves it out.
        process.arguments = sized ? ["-qf", "--check", plain.path, "-o", out] : ["-qf", "--check", "-", "-o", out]
        process.standardInput = sized ? FileHandle.nullDevice : try FileHandle(forReadingFrom: plain)
        try process.run()
        process.waitUntilExit()
        return try Data(contentsOf: URL(fileURLWithPath: out))
    }

    private func word(_ value: Int) -> Data {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: value).littleEndian) { Data($0) }
    }

    /// A data set whose training shard is one frame that the seek table says decodes to `declared` bytes; returns what
    /// reading it throws.
    private func read(_ frame: Data, declared: Int, tokens: Int) throws -> ScalebenchError? {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: [1, 2, 3], vocabularySize: 256)
        var table = word(0x184D_2A5E) + word(21) + word(frame.count) + word(declared) + frame.suffix(4) + word(1)
        table += [0x80] + word(0x8F92_EAB1)
        try (frame + table).write(to: URL(fileURLWithPath: "\(path)/train-00000.bin.zst"))
        let manifest = URL(fileURLWithPath: "\(path)/dataset.json")
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
        var splits = try #require(object["splits"] as? [String: [String: Any]])
        splits["train"] = [
            "tokens": tokens,
            "shards": [
                [
                    "file": "train-00000.bin.zst", "tokens": tokens, "sha256": String(repeating: "0", count: 64),
                    "seekTableSHA256": ContentHash.sha256(table),
                ]
            ],
        ]
        object["splits"] = splits
        try JSONSerialization.data(withJSONObject: object).write(to: manifest)
        return error { _ = try TokenDataset.open(folder: path).train.read(0..<tokens) }
    }

    /// 64 MiB of zeros in about 2 kB, declared as four bytes, are refused by the frame's own header before anything is
    /// decoded.
    @Test func aFrameThatExpandsBeyondItsDeclaredSize() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd") else { return }
        let folder = try TemporaryFolder()
        let zeros = Data(count: 64 << 20)
        let found = try read(compress(zeros, sized: true, in: folder), declared: 4, tokens: 2)
        #expect(found?.code == .damagedData && found?.cause == "it is not the frame the seek table describes")
        let unsized = try read(compress(zeros, sized: false, in: folder), declared: 4, tokens: 2)
        #expect(unsized?.code == .damagedData && unsized?.cause == "it is not the frame the seek table describes")
    }

    @Test func sizesBeyondAllMeasure() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd") else { return }
        let folder = try TemporaryFolder()
        let frame = try compress(Data(count: 64 << 20), sized: true, in: folder)
        for declared in [64 << 20, Int(UInt32.max) - 1, 0] {
            let found = try read(frame, declared: declared, tokens: max(declared / 2, 1))
            #expect(found?.code == .damagedData && found?.message == "frame 0 has an impossible size", "\(declared)")
        }
    }

    /// A frame that is shorter than declared is refused. The same frame, declared as it is, is the control.
    @Test func aFrameThatFallsShort() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/zstd") else { return }
        let folder = try TemporaryFolder()
        let frame = try compress(Data([1, 0, 2, 0]), sized: true, in: folder)
        #expect(try read(frame, declared: 6, tokens: 3)?.cause == "it is not the frame the seek table describes")
        #expect(try read(frame, declared: 4, tokens: 2) == nil)
    }
}
