// What a document is, and that equal documents stay in one split.

import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct DocumentTests {
    private func write(_ text: String, _ name: String, in folder: TemporaryFolder) throws -> String {
        let path = "\(folder.path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Lines of a text that never repeats itself.
    private func someLines(_ range: Range<Int>) -> String {
        range.map { "\($0) " + String(($0 &* 7_919) % 10_007, radix: 36) + String($0, radix: 7) + "\n" }.joined()
    }

    /// A passage that occurs a second time, at another offset, is cut where it was cut the first time. Except for its
    /// ends, none of it is in both splits.
    @Test func repeatedPassagesDoNotLeak() throws {
        let folder = try TemporaryFolder()
        let passage = someLines(0..<20_000)
        let file = try write(passage + "something in between\n" + passage, "twice.txt", in: folder)
        var builder = try DatasetBuilder(name: "twice")
        builder.validationShare = 0.3
        let built = try builder.build(.text, files: [file], folder: "\(folder.path)/twice")
        let dataset = try TokenDataset.open(folder: built.folder)
        func lines(_ split: TokenSplit) throws -> Set<Substring> {
            Set(
                String(decoding: try split.read(0..<split.tokens).map { UInt8($0) }, as: UTF8.self)
                    .split(separator: "\n"))
        }
        let train = try lines(dataset.train), validation = try lines(dataset.validation)
        #expect(train.count + validation.count > 19_000 && validation.count > 3_000)
        #expect(train.intersection(validation).count < 1000, "only the ends of the passage are in both splits")
        let statistics = try DatasetStatistics(dataset.parts[0], contentHash: "")
        let share = statistics.train.duplicateDocumentShare
        #expect(share > 0.4 && share < 0.51)
    }

    @Test func markedDocuments() throws {
        let folder = try TemporaryFolder()
        let documents = (0..<400).map { "document \($0 % 100)\nends" }
        let file = try write(documents.joined(separator: "<|end|>"), "marked.txt", in: folder)
        var builder = try DatasetBuilder(name: "marked")
        builder.separator = "<|end|>"
        let built = try builder.build(.text, files: [file], folder: "\(folder.path)/marked")
        let dataset = try TokenDataset.open(folder: built.folder)
        #expect(built.documents == 400 && dataset.manifest.documentEnd == 0)
        func texts(_ split: TokenSplit) throws -> [Substring] {
            String(decoding: try split.read(0..<split.tokens).map { UInt8($0) }, as: UTF8.self)
                .split(separator: "\0")
        }
        let train = try texts(dataset.train), validation = try texts(dataset.validation)
        #expect(Set(train).isDisjoint(with: validation))
        #expect((train + validation).sorted() == documents.map { $0[...] }.sorted())
        #expect(dataset.manifest.train!.textBytes! == dataset.trainTokens - train.count)

        let statistics = try DatasetStatistics(dataset.parts[0], contentHash: "")
        #expect(statistics.train.documents == train.count && statistics.train.duplicateDocumentShare == 0.75)
        #expect(statistics.validationDocumentsInTrain == 0)
        // A zero byte in the text would be a mark.
        let bad = try write("one\0two<|end|>three", "bad.txt", in: folder)
        #expect(
            error { _ = try builder.build(.text, files: [bad], folder: "\(folder.path)/bad") }?.code == .invalidInput)
    }

    /// A separator that lies across two pieces of the file, and one that begins twice.
    @Test func separatorsAcrossPieces() throws {
        let folder = try TemporaryFolder()
        var builder = try DatasetBuilder(name: "x")
        builder.separator = "aab"
        for padding in (1 << 17) - 4...(1 << 17) + 2 {
            let text = String(repeating: "x", count: padding) + "aaab" + "yaa"
            let read = try tokens(builder, write(text, "a.txt", in: folder), as: .text)
            let expected = [UInt32](repeating: 120, count: padding) + [97, 0, 121, 97, 97, 0]
            #expect(read == expected, "\(padding)")
        }
    }

    @Test func theFaultInTheTextIsPlaced() throws {
        let folder = try TemporaryFolder()
        for (tail, offset) in [
            ([0xFF], 300_006), ([0xC3], 300_007), ([0xC3, 0x28], 300_007), ([0xED, 0xA0], 300_007),
        ]
            as [([UInt8], Int)]
        {
            let path = "\(folder.path)/bad.txt"
            let good = Array(String(repeating: "abcde\n", count: 50_001).utf8)
            try Data(good + tail).write(to: URL(fileURLWithPath: path))
            let found = error { _ = try tokens(DatasetBuilder(name: "x"), path, as: .text) }
            #expect(found?.message == "not UTF-8 text: byte \(offset) (line 50002)", "\(tail)")
        }
    }

    @Test func onLinesWithoutEndCharactersStayWhole() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "äöü€😀", count: 20_000)
        let path = try write(text, "long.txt", in: folder)
        let reader = try DatasetBuilder(name: "x").open(path, .text).reader
        var all: [UInt32] = []
        while let document = try reader.next() {
            #expect(String(validating: document.tokens.map { UInt8($0) }, as: UTF8.self) != nil)
            all += document.tokens
        }
        #expect(all == text.utf8.map(UInt32.init))
    }
}
