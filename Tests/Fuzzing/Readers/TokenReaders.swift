// Files of tokens and text, tokenizers, shards, and compressed bytes of any kind.

import Foundation
import ScalebenchCore
import TokenData

extension Readers {
    private static let golden = "Tests/TokenDataTests/Golden"

    static let tokens: [Reader] = [
        input("numpy", "t.npy", ["v1-uint16.npy", "v2-uint32.npy", "v3-int64.npy", "v1-int32-rows.npy"]),
        input("llm.c", "t.bin", ["llmc-gpt2.bin", "llmc-llama3.bin"]),
        input("headerless", "t.bin", ["nanogpt.bin"]) { $0.element = .uint16 },
        input("json-lines", "t.jsonl", ["tokens.jsonl", "text.jsonl"]),
        input("text", "t.txt", ["text.jsonl"], as: .text) { $0.separator = "\n\n" },
        Reader("megatron", ["\(golden)/megatron.idx"]) { bench in
            try bench.write(Data(count: 2400), to: "t.bin")
            return Reader.Prepared { data in
                try bench.write(data, to: "t.idx")
                try readAll("\(bench.path)/t.bin", .tokens, try DatasetBuilder(name: "x"))
            }
        },
        Reader("tokenizer", file: "tokenizer", []) { _ = try TokenizerFile(path: $0).vocabularySize },
        Reader("compressed", ["\(golden)/nanogpt.bin.gz", "Tests/CommandTests/Exports/suffix.csv.gz"]) { bench in
            Reader.Prepared(made: [Compression.zstd(Data("some words, some words again".utf8))]) { data in
                _ = try ByteSource.readAll(try bench.write(data, to: "x"), limit: 1 << 20)
            }
        },
        shard,
    ]

    private static func input(
        _ name: String, _ file: String, _ examples: [String], as format: DatasetBuilder.Format = .tokens,
        _ change: @escaping @Sendable (inout DatasetBuilder) -> Void = { _ in }
    ) -> Reader {
        Reader("tokens-\(name)", file: file, examples.map { "\(golden)/\($0)" }) { path in
            var builder = try DatasetBuilder(name: "x")
            change(&builder)
            try readAll(path, format, builder)
        }
    }

    private static func readAll(_ path: String, _ format: DatasetBuilder.Format, _ builder: DatasetBuilder) throws {
        let reader = try builder.open(path, format).reader
        while let document = try reader.next() { _ = document.tokens.last }
    }

    /// A shard and its seek table. The manifest is made to name the table's checksum and its number of tokens, so that the
    /// bytes come as far as decoding.
    private static var shard: Reader {
        Reader("shard") { bench in
            let good = "\(bench.path)/good", path = "\(bench.path)/shard.bin.zst"
            let dataset = try Sample.dataset(in: good)
            let entry = dataset.manifest.train!.shards[0]
            let bytes = try InputFile.read("\(good)/\(entry.file)")
            for shard in dataset.manifest.validation!.shards {
                try bench.write(try InputFile.read("\(good)/\(shard.file)"), to: "set/\(shard.file)")
            }
            return Reader.Prepared(made: [bytes]) { data in
                try bench.write(data, to: "shard.bin.zst")
                _ = try? TokenShard(path: path, entry: entry, type: .uint16)
                let (tokens, hash) = seekTable(of: data)
                let lying = DatasetManifest.Shard(
                    file: entry.file, tokens: tokens, sha256: entry.sha256, seekTableSHA256: hash)
                var manifest = dataset.manifest
                manifest.train = .init(tokens: tokens, textBytes: nil, shards: [lying])
                try bench.write(try manifest.encoded(), to: "set/dataset.json")
                try bench.write(data, to: "set/\(entry.file)")
                let opened = try TokenDataset.open(folder: "\(bench.path)/set")
                try opened.verify()
            }
        }
    }

    /// The tokens of two bytes that a seek table tells of, and its SHA-256, without any check.
    private static func seekTable(of data: Data) -> (tokens: Int, sha256: String) {
        let bytes = [UInt8](data)
        let word = { (place: Int) -> Int in
            place < 0 || place + 4 > bytes.count
                ? 0 : (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        let count = word(bytes.count - 9), start = max(0, bytes.count - 17 - count * 12)
        let bytesOfTokens = (0..<min(count, bytes.count / 12)).reduce(0) { $0 + word(start + 12 + $1 * 12) }
        return (max(1, bytesOfTokens / 2), ContentHash.sha256(Data(bytes[start...])))
    }
}
