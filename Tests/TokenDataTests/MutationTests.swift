// Mutants of every kind of file that comes from outside: a thousand of each, or as many as SCALEBENCH_MUTANTS says (CI:
// ten thousand). Each ends in an error or in the right tokens; a crash or a hang ends the test run. The mutants are
// seeded, so that a failure can be repeated.

import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct MutationTests {
    private static let mutants =
        ProcessInfo.processInfo.environment["SCALEBENCH_MUTANTS"].flatMap(Int.init) ?? 1_000

    /// What happens to files: flipped bits, other bytes, cuts, insertions, stretches moved or zeroed.
    private struct Mutator {
        var random: Philox

        mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
            var result = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) { change(&result) }
            return result
        }

        private mutating func change(_ bytes: inout [UInt8]) {
            guard !bytes.isEmpty else { return }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let length = Int.random(in: 0...min(64, bytes.count - place), using: &random)
            let other = Int.random(in: 0...(bytes.count - length), using: &random)
            switch Int.random(in: 0..<9, using: &random) {
            case 0...2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 3: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 4: bytes.removeLast(bytes.count - place)
            case 5: bytes.insert(contentsOf: bytes[place..<(place + length)], at: other)
            case 6: bytes.removeSubrange(place..<(place + length))
            case 7: bytes.replaceSubrange(other..<(other + length), with: bytes[place..<(place + length)])
            default: for index in place..<(place + length) { bytes[index] = 0 }
            }
        }
    }

    /// Writes mutants of `bytes` to `path` and passes each to `check`, which returns whether it was read.
    private func run(
        _ bytes: [UInt8], to path: String, seed: UInt64, check: ([UInt8]) throws -> Void
    ) throws -> (read: Int, refused: Int) {
        var mutator = Mutator(random: Philox(seed: seed))
        var read = 0, refused = 0
        // Written in place: ten thousand files that reach the disk one by one would take minutes.
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: path))
        for _ in 0..<Self.mutants {
            let mutant = mutator.mutate(bytes)
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(mutant))
            do {
                try check(mutant)
                read += 1
            } catch is ScalebenchError { refused += 1 }
        }
        return (read, refused)
    }

    private func content(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private let stored = (0..<900).map { UInt32(($0 * $0) % 251) }

    private func expectStored(_ folder: String) throws {
        let dataset = try TokenDataset.open(folder: folder)
        try dataset.verify()
        #expect(try dataset.train.read(0..<dataset.trainTokens) == stored)
        #expect(try dataset.validation.read(0..<dataset.validationTokens) == [1, 2, 3])
    }

    @Test func shard() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: stored, vocabularySize: 256)
        let shard = "\(path)/train-00000.bin.zst"
        let original = try content(shard)
        let counts = try run(original, to: shard, seed: 1) { _ in try expectStored(path) }
        #expect(counts.refused > Self.mutants * 9 / 10)
    }

    @Test func manifest() throws {
        let folder = try TemporaryFolder()
        let path = try writeDataset(in: folder, train: stored, vocabularySize: 256)
        let manifest = "\(path)/dataset.json"
        let counts = try run(try content(manifest), to: manifest, seed: 2) { _ in try expectStored(path) }
        #expect(counts.refused > Self.mutants / 2)
    }

    /// Numbers of `width` bytes, little-endian, that fit 32 bits.
    private func numbers(_ bytes: ArraySlice<UInt8>, width: Int) -> [UInt32] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: width).map { start in
            bytes[start..<(start + width)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    private func golden(_ name: String, _ element: TokenElement? = nil) throws -> (DatasetBuilder, [UInt8]) {
        var builder = try DatasetBuilder(name: "x")
        builder.element = element
        return (builder, Array(try content("\(goldenFolder)/\(name)")))
    }

    @Test func headerless() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.bin"
        let (builder, bytes) = try golden("nanogpt.bin", .uint16)
        let counts = try run(bytes, to: path, seed: 3) { mutant in
            let read = try tokens(builder, path)
            #expect(read == numbers(mutant[...], width: 2))
        }
        #expect(counts.read > Self.mutants / 10 && counts.refused > Self.mutants / 10)
    }

    @Test func llmc() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.bin"
        for (name, width, seed) in [("llmc-gpt2.bin", 2, 4), ("llmc-llama3.bin", 4, 5)] as [(String, Int, UInt64)] {
            let (builder, bytes) = try golden(name)
            let counts = try run(bytes, to: path, seed: seed) { mutant in
                let read = try tokens(builder, path)
                #expect(read == numbers(mutant[1024...], width: width))
                let sameHeader = mutant[..<12] == bytes[..<12]
                #expect(sameHeader)
            }
            #expect(counts.read > Self.mutants / 10 && counts.refused > Self.mutants / 10)
        }
    }

    /// If a mutated header is still a valid one, the tokens are the bytes after it, as many as it states.
    @Test(arguments: [("v1-uint16.npy", 6), ("v2-uint32.npy", 7), ("v3-int64.npy", 8)] as [(String, UInt64)])
    func numpy(name: String, seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.npy"
        let (builder, bytes) = try golden(name)
        let counts = try run(bytes, to: path, seed: seed) { mutant in
            let read = try tokens(builder, path)
            let size = mutant[6] == 1 ? 10 : 12
            let length = mutant[8..<size].reversed().reduce(0) { $0 << 8 | Int($1) }
            let payload = mutant[(size + length)...]
            #expect(!read.isEmpty && payload.count % read.count == 0)
            #expect(read == numbers(payload, width: payload.count / read.count))
        }
        #expect(counts.read > Self.mutants / 20 && counts.refused > Self.mutants / 10)
    }

    @Test func megatron() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.bin", index = "\(folder.path)/mutant.idx"
        let (builder, bytes) = try golden("megatron.bin")
        let (_, indexBytes) = try golden("megatron.idx")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        // The file has 2,400 bytes; its index says how they are read.
        let counts = try run(indexBytes, to: index, seed: 9) { mutant in
            let read = try tokens(builder, path)
            let width = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 8: 2][mutant[17]] ?? 0
            #expect(read == numbers(bytes[...], width: width))
        }
        #expect(counts.read > Self.mutants / 10 && counts.refused > Self.mutants / 10)
    }

    @Test(arguments: [("tokens.jsonl", 10), ("text.jsonl", 11)] as [(String, UInt64)])
    func jsonLines(name: String, seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.jsonl"
        let (builder, all) = try golden(name)
        // A few lines are enough, because parsing takes most of the time.
        let bytes = Array(all.prefix(all.count / 4)) + [0x0A]
        let counts = try run(Array(bytes[...bytes.lastIndex(of: 0x7D)!]), to: path, seed: seed) { mutant in
            let read = try tokens(builder, path)
            let lines = mutant.split(separator: 0x0A).filter { $0.contains { $0 > 0x20 } }
            // Two readers of JSON differ where a field comes twice, and on numbers such as 007.
            let isPlain = lines.allSatisfy { line in
                String(decoding: line, as: UTF8.self).components(separatedBy: "\":").count <= 4
            }
            let objects = try? lines.map { try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
            guard isPlain, let objects else { return }
            let expected = objects.flatMap { object -> [UInt32] in
                if let text = object?["text"] as? String { return text.utf8.map(UInt32.init) + [0] }
                return (object?["input_ids"] as? [UInt32] ?? object?["ids"] as? [UInt32]) ?? []
            }
            #expect(read == expected)
        }
        #expect(counts.read > Self.mutants / 20 && counts.refused > Self.mutants / 10)
    }

    @Test func text() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.txt"
        let text = Array((0..<300).map { "line \($0): dónde 語 😀\n" }.joined().utf8)
        let builder = try DatasetBuilder(name: "x")
        let counts = try run(text, to: path, seed: 12) { mutant in
            let read = try tokens(builder, path, as: .text)
            #expect(read == mutant.map(UInt32.init))
            #expect(String(validating: mutant, as: UTF8.self) != nil)
        }
        #expect(counts.read > Self.mutants / 10 && counts.refused > Self.mutants / 10)
    }

    /// Compressed files have checksums: what is read is what was written.
    @Test func gzip() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/mutant.bin.gz"
        let (builder, bytes) = try golden("nanogpt.bin.gz", .uint16)
        let original = try tokens(builder, "\(goldenFolder)/nanogpt.bin")
        let counts = try run(bytes, to: path, seed: 13) { _ in
            let read = try tokens(builder, path)
            #expect(read == original)
        }
        #expect(counts.refused > Self.mutants * 8 / 10)
    }
}
