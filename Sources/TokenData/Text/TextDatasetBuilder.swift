// Text → data set with bytes as tokens: the least that makes a user's own text comparable. Not a tokenizer.

import Foundation
import ScalebenchCore

/// Builds a data set from text files, as a stream: memory does not grow with the text.
///
/// The text is cut into chunks of at least 4,096 bytes that end with a line (at 8,192 bytes, a chunk ends in mid-line).
/// The SHA-256 of a chunk decides whether it goes to the validation split, so equal chunks are always on one side.
package struct TextDatasetBuilder {
    package static let vocabularySize = 256
    private static let chunkBytes = 4096
    private static let longestChunkBytes = 8192

    /// What was built.
    package struct Summary: Sendable {
        package var folder: String
        package var trainTokens: Int
        package var validationTokens: Int
    }

    private let name: String
    private let validationShare: Double

    /// - Parameters:
    ///   - name: of the data set and of its folder.
    ///   - validationShare: of the chunks, in (0, 1).
    package init(name: String, validationShare: Double = 0.1) throws {
        try DatasetManifest.checkName(name, at: nil)
        guard validationShare > 0, validationShare < 1 else {
            throw ScalebenchError(.invalidInput, "the validation share lies between 0 and 1, not \(validationShare)")
        }
        self.name = name
        self.validationShare = validationShare
    }

    /// Reads `files` in order (plain, gzip or zstd) and publishes the data set as `folder`, which must not exist.
    /// `progress` gets the bytes of text read so far. Throws for empty text, text that is not UTF-8, and text too short
    /// to have both splits; nothing is left behind then.
    package func build(files: [String], folder: String, progress: (Int) -> Void = { _ in }) throws -> Summary {
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw ScalebenchError(
                .invalidInput, "the data set exists already", at: folder,
                hint: "take another name, or remove the folder")
        }
        let writer = try DatasetWriter(folder: folder, type: .narrowest(vocabularySize: Self.vocabularySize))
        var bytes: [DatasetWriter.SplitName: Int] = [.train: 0, .validation: 0]
        for file in files {
            let source = try ByteSource(file)
            var pending: [UInt8] = []
            var offset = 0
            func emit(_ count: Int) throws {
                let chunk = pending.prefix(count)
                try Self.checkUTF8(chunk, offset: offset, file: file)
                let split: DatasetWriter.SplitName = isValidation(chunk) ? .validation : .train
                try writer.append(chunk.map(UInt32.init), to: split)
                bytes[split, default: 0] += count
                offset += count
                pending.removeFirst(count)
            }
            while let piece = try source.next() {
                pending += piece
                while let count = Self.chunkLength(pending) { try emit(count) }
                progress(bytes.values.reduce(0, +))
            }
            guard offset + pending.count > 0 else {
                throw ScalebenchError(.invalidInput, "the text is empty", at: file, hint: "name a file with text")
            }
            if !pending.isEmpty { try emit(pending.count) }
        }
        guard let train = bytes[.train], let validation = bytes[.validation], train > 0, validation > 0 else {
            throw ScalebenchError(
                .invalidInput, "the text is too short to be split into training and validation",
                at: files.first, hint: "give more text, some 100 kB at least, with line breaks")
        }
        let manifest = DatasetManifest(
            name: name, summary: "Bytes of \(files.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "))",
            vocabularySize: Self.vocabularySize, tokenizer: "bytes", license: "", source: "built from text")
        _ = try writer.publish(manifest, textBytes: bytes)
        return Summary(folder: folder, trainTokens: train, validationTokens: validation)
    }

    /// The length of the next chunk, or nil while more text is needed to know it.
    private static func chunkLength(_ pending: [UInt8]) -> Int? {
        guard pending.count >= longestChunkBytes else { return nil }
        let newline = pending[chunkBytes..<longestChunkBytes].firstIndex(of: UInt8(ascii: "\n"))
        if let newline { return newline + 1 }
        // In mid-line, but not in mid-character: continuation bytes are 10xxxxxx.
        var end = longestChunkBytes - 1
        while end > longestChunkBytes - 4, pending[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    private func isValidation(_ chunk: ArraySlice<UInt8>) -> Bool {
        let digits = ContentHash.sha256(chunk).prefix(8)
        return Double(UInt32(digits, radix: 16)!) < validationShare * 0x1p32
    }

    private static func checkUTF8(_ chunk: ArraySlice<UInt8>, offset: Int, file: String) throws {
        guard String(validating: chunk, as: UTF8.self) != nil else {
            throw ScalebenchError(
                .invalidInput, "not UTF-8 text, within bytes \(offset) to \(offset + chunk.count)", at: file,
                hint: "convert it, for example with iconv -f latin1 -t utf-8")
        }
    }
}
