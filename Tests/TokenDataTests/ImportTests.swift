// Files that NumPy wrote, read token for token, and written back.

import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct ImportTests {
    private static let count: UInt64 = 1200
    private static let tokens = (0..<count).map { quadratic($0) % 50257 }.map(UInt32.init)
    private static let wide = (0..<count).map { quadratic($0) * 1009 % 128_256 }.map(UInt32.init)

    private static func quadratic(_ i: UInt64) -> UInt64 { 7 * i * i + i }

    private func builder(_ change: (inout DatasetBuilder) -> Void = { _ in }) throws -> DatasetBuilder {
        var builder = try DatasetBuilder(name: "imported")
        change(&builder)
        return builder
    }

    /// file, type stated, vocabulary, expected layout
    private static let files: [(String, TokenElement?, Int, String)] = [
        ("nanogpt.bin", .uint16, 50257, "headerless uint16"), ("nanogpt.bin.gz", .uint16, 50257, "headerless uint16"),
        ("olmo.npy", .uint16, 50257, "headerless uint16"), ("llmc-gpt2.bin", nil, 50257, "llm.c uint16"),
        ("llmc-llama3.bin", nil, 128_256, "llm.c uint32"), ("v1-uint16.npy", nil, 50257, "NumPy uint16"),
        ("v2-uint32.npy", nil, 128_256, "NumPy uint32"), ("v3-int64.npy", nil, 128_256, "NumPy int64"),
        ("v1-int32-rows.npy", nil, 50257, "NumPy int32"), ("megatron.bin", nil, 50257, "Megatron-LM uint16"),
        ("tokens.jsonl", nil, 50257, "JSON Lines with token ids"),
    ]

    @Test(arguments: files) func tokenForToken(
        file: String, element: TokenElement?, vocabulary: Int, layout: String
    ) throws {
        let folder = try TemporaryFolder()
        let path = "\(goldenFolder)/\(file)"
        let built = try builder {
            $0.element = element
            $0.vocabularySize = vocabulary
        }.build(.tokens, files: [path], validationFiles: [path], folder: "\(folder.path)/imported")
        let expected = vocabulary == 50257 ? Self.tokens : Self.wide
        let dataset = try TokenDataset.open(folder: built.folder)
        #expect(try dataset.train.read(0..<dataset.trainTokens) == expected)
        #expect(try dataset.validation.read(0..<dataset.validationTokens) == expected)
        #expect(built.layout == layout && built.largestToken == expected.max())
        try dataset.verify()
    }

    @Test func exportIsTheFileAgain() throws {
        let folder = try TemporaryFolder()
        for (file, element, layout) in [
            ("nanogpt.bin", TokenElement.uint16, DatasetExport.Layout.raw), ("llmc-gpt2.bin", nil, .llmc),
            ("llmc-llama3.bin", nil, .llmc),
        ] {
            let path = "\(goldenFolder)/\(file)"
            let built = try builder {
                $0.element = element
                $0.vocabularySize = file == "llmc-llama3.bin" ? 128_256 : 50257
            }.build(.tokens, files: [path], validationFiles: [path], folder: "\(folder.path)/\(file)")
            let written = "\(folder.path)/out-\(file)"
            let split = try TokenDataset.open(folder: built.folder).train
            try DatasetExport.write(split, layout, to: written)
            #expect(FileManager.default.contents(atPath: written) == FileManager.default.contents(atPath: path))
            #expect(error { try DatasetExport.write(split, layout, to: written) }?.code == .invalidInput)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains(".tmp") })
    }

    @Test func textOfJSONLines() throws {
        let folder = try TemporaryFolder()
        let path = "\(goldenFolder)/text.jsonl"
        let built = try builder().build(
            .tokens, files: [path], validationFiles: [path], folder: "\(folder.path)/imported")
        let texts = (0..<40).map {
            "Document \($0): \"naïve\" café\n" + String(repeating: "wörter ", count: $0 % 7) + "\0"
        }
        let dataset = try TokenDataset.open(folder: built.folder)
        let expected = texts.joined().utf8.map(UInt32.init)
        #expect(try dataset.train.read(0..<dataset.trainTokens) == expected)
        #expect(dataset.manifest.documentEnd == 0 && dataset.vocabularySize == 256)
        #expect(dataset.manifest.train?.textBytes == expected.count - 40)
        #expect(built.documents == 80)
    }

    /// If a file does not state something, the hint names the option for it; options that contradict it are refused.
    @Test func whatIsAskedFor() throws {
        func hint(_ file: String, _ change: (inout DatasetBuilder) -> Void = { _ in }) throws -> String? {
            let folder = try TemporaryFolder()
            let builder = try builder(change)
            return error {
                _ = try builder.build(.tokens, files: ["\(goldenFolder)/\(file)"], folder: "\(folder.path)/x")
            }?.hint
        }
        #expect(try hint("nanogpt.bin")?.contains("--dtype uint16") == true)
        #expect(try hint("olmo.npy")?.contains("--dtype") == true)
        #expect(try hint("v1-uint16.npy")?.contains("--vocabulary N, at least \(Self.tokens.max()! + 1)") == true)
        #expect(try hint("v1-uint16.npy") { $0.element = .uint32 }?.contains("leave --dtype out") == true)
        #expect(try hint("v1-uint16.npy") { $0.vocabularySize = 50_000 }?.contains("--vocabulary") == true)
        #expect(try hint("text.jsonl") { $0.field = "content" }?.contains("--field takes one of: meta, text") == true)
        #expect(try hint("text.jsonl") { $0.field = "meta" }?.contains("--field") == true)
        #expect(try hint("v1-columns.npy")?.contains("ascontiguousarray") == true)
        #expect(try hint("v1-float.npy")?.contains("astype") == true)
        #expect(try hint("v1-bigendian.npy")?.contains("astype") == true)
        #expect(try hint("v1-negative.npy") { $0.vocabularySize = 100 }?.contains("--dtype") == true)
        #expect(try hint("megatron.idx") { $0.vocabularySize = 50257 }?.contains(".bin") == true)
    }

    @Test func damagedFiles() throws {
        let folder = try TemporaryFolder()
        let builder = try builder { $0.vocabularySize = 128_256 }
        for file in ["llmc-gpt2.bin", "v1-uint16.npy", "v3-int64.npy", "megatron.bin", "nanogpt.bin.gz"] {
            let data = try #require(FileManager.default.contents(atPath: "\(goldenFolder)/\(file)"))
            let index = FileManager.default.contents(atPath: "\(goldenFolder)/megatron.idx")
            for (name, bytes) in [
                ("short", data.dropLast(2)), ("odd", data.dropLast()), ("long", data + [1, 2]), ("none", Data()),
            ] {
                let path = "\(folder.path)/\(name)-\(file)"
                try bytes.write(to: URL(fileURLWithPath: path))
                if file == "megatron.bin" {
                    try index?.write(to: URL(fileURLWithPath: "\(folder.path)/\(name)-megatron.idx"))
                }
                var own = builder
                if file == "nanogpt.bin.gz" { own.element = .uint16 }
                let found = error {
                    _ = try own.build(.tokens, files: [path], validationFiles: [path], folder: "\(folder.path)/x")
                }
                #expect([.damagedData, .invalidInput].contains(found?.code), "\(name) \(file)")
                #expect(found?.location?.contains(folder.path) == true, "\(name) \(file)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0.contains("-") })
    }

    @Test func foldersAndSplitsByName() throws {
        let folder = try TemporaryFolder()
        for name in ["web_train_000001.bin", "web_train_000002.bin", "web_val_000000.bin", "notes.txt"] {
            try FileManager.default.copyItem(atPath: "\(goldenFolder)/llmc-gpt2.bin", toPath: "\(folder.path)/\(name)")
        }
        let (train, validation) = try InputFiles.tokens([folder.path])
        #expect(train.map { ($0 as NSString).lastPathComponent } == ["web_train_000001.bin", "web_train_000002.bin"])
        #expect(validation.map { ($0 as NSString).lastPathComponent } == ["web_val_000000.bin"])
        let built = try builder { $0.vocabularySize = 50257 }.build(
            .tokens, files: train, validationFiles: validation, folder: "\(folder.path)/imported")
        #expect(built.trainTokens == 2400 && built.validationTokens == 1200)
        try Data("{\"shards\": []}".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/index.json"))
        #expect(error { _ = try InputFiles.tokens([folder.path]) }?.message.contains("MDS") == true)
    }

    /// Byte lengths of two kinds of tokenizer files; the text behind the tokens is counted with them.
    @Test func bytesPerToken() throws {
        let folder = try TemporaryFolder()
        func file(_ name: String, _ text: String) throws -> TokenizerFile {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
            return try TokenizerFile(path: "\(folder.path)/\(name)")
        }
        let byteLevel = try file(
            "tokenizer.json",
            #"{"model": {"type": "BPE", "vocab": {"Ġ": 0, "Ġthe": 1, "Ã©": 2}}, "added_tokens": [{"id": 3, "content": "<|end|>"}]}"#
        )
        let pieces = try file("pieces.json", #"{"model": {"vocab": {"▁the": 0, "é": 1, "<0x0A>": 2}}}"#)
        let tiktoken = try file("gpt.tiktoken", "IHRoZQ== 0\nw6k= 1\n")
        #expect(byteLevel.vocabularySize == 4 && pieces.vocabularySize == 3 && tiktoken.vocabularySize == 2)

        let path = "\(folder.path)/ids.jsonl"
        try Data("{\"ids\": [0, 1, 1, 0]}\n".utf8).write(to: URL(fileURLWithPath: path))
        for (tokenizer, bytes) in [(byteLevel, 10), (pieces, 12), (tiktoken, 12)] {
            let built = try builder { $0.tokenizer = tokenizer }.build(
                .tokens, files: [path], validationFiles: [path], folder: "\(folder.path)/\(tokenizer.name)-set")
            let manifest = try DatasetManifest.open(folder: built.folder)
            #expect(manifest.train?.textBytes == bytes && built.textBytes == 2 * bytes)
            #expect(manifest.tokenizerSHA256 == tokenizer.sha256 && manifest.vocabularySize == tokenizer.vocabularySize)
        }
        #expect(
            error { _ = try file("other.json", #"{"model": {"type": "Unigram", "vocab": []}}"#) }?.code == .invalidInput
        )
        #expect(error { _ = try file("other.tiktoken", "no base64\n") }?.code == .invalidInput)
    }
}
