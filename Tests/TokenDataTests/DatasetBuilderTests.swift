import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct DatasetBuilderTests {
    /// Some 400 kB of distinct lines with multi-byte characters.
    private let text = (0..<16_000).map { "line \($0): ¿dónde está \($0 * 7919 % 10_007)?" }.joined(separator: "\n")

    private func write(_ data: Data, _ name: String, in folder: TemporaryFolder) throws -> String {
        let path = "\(folder.path)/\(name)"
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func everyByteIsInOneSplitInOrder() throws {
        let folder = try TemporaryFolder()
        let file = try write(Data(text.utf8), "text.txt", in: folder)
        let summary = try DatasetBuilder(name: "lines").build(.text, files: [file], folder: "\(folder.path)/lines")
        let dataset = try TokenDataset.open(folder: summary.folder)
        try dataset.verify()
        #expect(dataset.vocabularySize == 256 && dataset.manifest.tokenizer == "bytes")
        #expect(summary.trainTokens + summary.validationTokens == text.utf8.count)
        #expect(dataset.manifest.validation?.textBytes == dataset.validationTokens)
        let share = Double(summary.validationTokens) / Double(text.utf8.count)
        #expect(share > 0.02 && share < 0.25)

        // Lines stay whole and in order on both sides, and together they are the text.
        func lines(_ split: TokenSplit) throws -> [Substring] {
            String(decoding: try split.read(0..<split.tokens).map { UInt8($0) }, as: UTF8.self).split(separator: "\n")
        }
        let train = try lines(dataset.train), validation = try lines(dataset.validation)
        let whole = text.split(separator: "\n")
        #expect(train.count + validation.count == whole.count)
        #expect(Set(train).isDisjoint(with: validation))
        let validationSet = Set(validation)
        #expect(train == whole.filter { !validationSet.contains($0) })
    }

    @Test func compressedInputGivesTheSameTokens() throws {
        let folder = try TemporaryFolder()
        let plain = try write(Data(text.utf8), "text.txt", in: folder)
        var files = [plain]
        for (program, arguments, name) in [
            ("/usr/bin/gzip", ["-k", plain], "text.txt.gz"), ("/usr/bin/zstd", ["-qk", plain], "text.txt.zst"),
        ] where FileManager.default.isExecutableFile(atPath: program) {
            try run(program, arguments)
            files.append("\(folder.path)/\(name)")
        }
        // Concatenated gzip files are a gzip file.
        if files.count > 1 {
            let whole = try Data(contentsOf: URL(fileURLWithPath: files[1]))
            let twice = try write(whole + whole, "twice.gz", in: folder)
            #expect(try ByteSource.readAll(twice) == Data((text + text).utf8))
        }
        let hashes = try files.enumerated().map { index, file in
            let built = try DatasetBuilder(name: "t\(index)").build(
                .text, files: [file], folder: "\(folder.path)/t\(index)")
            return try TokenDataset.open(folder: built.folder).contentHash
        }
        #expect(Set(hashes).count == 1)
    }

    @Test func whatIsNoTextLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        let good = try write(Data(text.utf8), "good.txt", in: folder)
        var latin = Data(text.utf8)
        latin[latin.count / 2] = 0xFF
        let gzip = "\(folder.path)/good.txt.gz"
        try run("/usr/bin/gzip", ["-k", good])
        let half = try Data(contentsOf: URL(fileURLWithPath: gzip)).prefix(20_000)
        let cases: [(String, [String], ScalebenchError.Code)] = [
            ("empty", [good, try write(Data(), "empty.txt", in: folder)], .invalidInput),
            ("latin", [try write(latin, "latin.txt", in: folder)], .invalidInput),
            ("short", [try write(Data("a few words\n".utf8), "short.txt", in: folder)], .invalidInput),
            ("half", [try write(half, "half.gz", in: folder)], .damagedData),
            ("missing", ["\(folder.path)/none.txt"], .notFound),
            ("folder", [folder.path], .invalidInput),
        ]
        for (name, files, code) in cases {
            let found = error {
                _ = try DatasetBuilder(name: name).build(
                    .text, files: files, folder: "\(folder.path)/out/\(name)")
            }
            #expect(found?.code == code, "\(name)")
            #expect(found?.location?.hasPrefix(folder.path) == true, "\(name)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out").isEmpty)
    }

    @Test func namesAndFoldersThatCannotBeTaken() throws {
        for name in ["", "../x", "a/b", ".x", "a b"] {
            #expect(error { _ = try DatasetBuilder(name: name) }?.code == .invalidInput, "\(name)")
        }
        let folder = try TemporaryFolder()
        let file = try write(Data(text.utf8), "text.txt", in: folder)
        var builder = try DatasetBuilder(name: "x")
        builder.validationShare = 1
        #expect(
            error { _ = try builder.build(.text, files: [file], folder: "\(folder.path)/y") }?.code == .invalidInput)
        builder.validationShare = 0.1
        _ = try builder.build(.text, files: [file], folder: "\(folder.path)/x")
        #expect(
            error { _ = try builder.build(.text, files: [file], folder: "\(folder.path)/x") }?.code == .invalidInput)
        #expect(error { _ = try builder.build(.text, files: [file], folder: "/proc/none/x") }?.code == .inputOutput)
    }
}
