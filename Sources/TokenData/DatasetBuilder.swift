// Files of text or tokens → a data set, as a stream: memory does not grow with the files.
//
// Where no validation files are named, the content of a document decides whether it goes to the validation split, so
// that equal documents are always on one side. Input/DocumentCutter.swift defines what a document is.

import Foundation
import ScalebenchCore

/// Builds data sets from a user's own files.
package struct DatasetBuilder: Sendable {
    package static let byteVocabularySize = 256

    package var name: String
    /// The share of the documents that is for validation, in (0, 1); unused where validation files are given.
    package var validationShare = 0.1
    package var license = ""
    /// What stands between documents in plain text; nil for text that is one long stream.
    package var separator: String?
    /// The type of a token, for files that do not state it.
    package var element: TokenElement?
    package var vocabularySize: Int?
    /// The token that ends a document, in files of tokens that do not mark them otherwise.
    package var documentEnd: UInt32?
    /// The field of JSON Lines to read.
    package var field: String?
    package var tokenizer: TokenizerFile?

    /// How the files are read.
    package enum Format: Sendable {
        /// Plain text, whatever it begins with.
        case text
        /// JSON Lines or one of the layouts of `TokenLayout`.
        case tokens
    }

    /// What was built.
    package struct Summary: Sendable {
        package var folder: String
        /// The layout of the first file, such as "NumPy uint16".
        package var layout: String
        package var trainTokens: Int
        package var validationTokens: Int
        package var documents: Int
        /// Bytes of text behind all tokens; nil where only tokens are known.
        package var textBytes: Int?
        package var largestToken: UInt32
    }

    package init(name: String) throws {
        try DatasetManifest.checkName(name, at: nil)
        self.name = name
    }

    /// Reads the files in order and publishes the data set as `folder`, which must not exist. `progress` gets the bytes
    /// read so far. Throws for bad files, for an empty split, and what `progress` throws; nothing is left behind then.
    package func build(
        _ format: Format, files: [String], validationFiles: [String] = [], folder: String,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Summary {
        guard validationShare > 0, validationShare < 1 else {
            throw ScalebenchError(.invalidInput, "the validation share \(validationShare) is not between 0 and 1")
        }
        guard !FileManager.default.fileExists(atPath: folder) else { throw taken(folder) }
        guard let firstFile = files.first else {
            throw ScalebenchError(.invalidInput, "no training files", hint: "name at least one")
        }
        let first = try open(firstFile, format)
        guard let vocabulary = first.isText ? Self.byteVocabularySize : vocabularySize ?? tokenizer?.vocabularySize
        else {
            throw try vocabularyMissing(first, files.dropFirst() + validationFiles)
        }
        var sums = Sums(writer: try DatasetWriter(folder: folder, type: .narrowest(vocabularySize: vocabulary)))
        let splits: [(DatasetWriter.SplitName, [String])] = [(.train, files), (.validation, validationFiles)]
        for (split, paths) in splits {
            for (index, path) in paths.enumerated() {
                let opened = split == .train && index == 0 ? first : try open(path, format)
                guard opened.isText == first.isText else {
                    throw ScalebenchError(
                        .invalidInput, "some files hold text, others token ids", at: path,
                        hint: "import one kind at a time")
                }
                let share = validationFiles.isEmpty ? validationShare : split == .train ? 0 : 1
                try read(
                    opened.reader, validationShare: share, vocabulary: vocabulary, into: &sums, progress: progress)
            }
        }
        guard sums.tokens[.train] != nil, sums.tokens[.validation] != nil else {
            throw tooShort(first.reader.source.path, sums)
        }
        let manifest = try publish(sums, first: first, vocabulary: vocabulary, files: files, folder: folder)
        return Summary(
            folder: folder, layout: first.layout, trainTokens: manifest.train?.tokens ?? 0,
            validationTokens: manifest.validation?.tokens ?? 0, documents: sums.documents,
            textBytes: sums.textBytes.map { $0.values.reduce(0, +) }, largestToken: sums.largest)
    }
}

// MARK: - Steps

extension DatasetBuilder {
    /// A file whose layout is known.
    package struct Opened {
        package var reader: any DocumentReader
        package var layout: String
        package var isText: Bool
        package var documentEnd: UInt32?
    }

    /// What has been read so far.
    private struct Sums {
        let writer: DatasetWriter
        var tokens: [DatasetWriter.SplitName: Int] = [:]
        /// The bytes of text so far; nil once a document came without this number.
        var textBytes: [DatasetWriter.SplitName: Int]? = [:]
        var documents = 0
        var largest: UInt32 = 0
        /// Bytes of the files that are done.
        var bytesRead = 0

        init(writer: DatasetWriter) { self.writer = writer }
    }

    /// Opens one file for reading; throws if its layout cannot be recognised.
    package func open(_ path: String, _ format: Format) throws -> Opened {
        let source = try ByteSource(path)
        if format == .text {
            return Opened(
                reader: TextReader(source, separator: separator), layout: "text", isText: true,
                documentEnd: separator == nil ? nil : TextReader.documentEnd)
        }
        if element == nil, JSONLinesReader.recognises(try source.peek()) {
            let reader = try JSONLinesReader(source, field: field)
            return Opened(
                reader: reader, layout: reader.isText ? "JSON Lines with text" : "JSON Lines with token ids",
                isText: reader.isText, documentEnd: reader.isText ? TextReader.documentEnd : documentEnd)
        }
        let layout = try TokenLayout.sniff(source, path: path, stated: element)
        let rule: DocumentCutter.Rule =
            if let lengths = layout.documentLengths {
                .lengths(lengths)
            } else if let documentEnd {
                .afterToken(documentEnd)
            } else {
                .byContent
            }
        return Opened(
            reader: TokenFileReader(source, layout, rule: rule), layout: layout.name, isText: false,
            documentEnd: documentEnd)
    }

    private func read(
        _ reader: any DocumentReader, validationShare: Double, vocabulary: Int, into sums: inout Sums,
        progress: (Int) throws -> Void
    ) throws {
        var reported = 0
        var tokensHere = 0
        while let document = try reader.next() {
            let largest = document.tokens.max() ?? 0
            guard Int(largest) < vocabulary else {
                let place = tokensHere + (document.tokens.firstIndex(of: largest) ?? 0)
                throw ScalebenchError(
                    .invalidInput, "token \(place) is \(largest), outside the vocabulary of \(vocabulary)",
                    at: reader.source.path, hint: "raise --vocabulary, or check --dtype")
            }
            tokensHere += document.tokens.count
            let isValidation = DocumentKey.isChosen(DocumentKey.of(document.tokens), share: validationShare)
            let split: DatasetWriter.SplitName = isValidation ? .validation : .train
            try sums.writer.append(document.tokens, to: split)
            sums.tokens[split, default: 0] += document.tokens.count
            sums.documents += 1
            sums.largest = max(sums.largest, largest)
            if let bytes = document.textBytes ?? tokenizer?.textBytes(document.tokens) {
                sums.textBytes?[split, default: 0] += bytes
            } else {
                sums.textBytes = nil
            }
            if reader.source.bytesRead != reported {
                reported = reader.source.bytesRead
                try progress(sums.bytesRead + reported)
            }
        }
        sums.bytesRead += reader.source.bytesRead
    }

    private func publish(
        _ sums: Sums, first: Opened, vocabulary: Int, files: [String], folder: String
    ) throws -> DatasetManifest {
        let names = files.map { $0 == "-" ? "standard input" : ($0 as NSString).lastPathComponent }
        let listed = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
        var manifest = DatasetManifest(
            name: name, summary: (first.isText ? "Bytes of " : "Tokens of ") + listed, vocabularySize: vocabulary,
            tokenizer: first.isText ? "bytes" : tokenizer?.name ?? "unknown", license: license,
            source: "built from \(first.layout)")
        manifest.tokenizerSHA256 = first.isText ? nil : tokenizer?.sha256
        manifest.documentEnd = first.documentEnd.map { Int($0) }
        let finished = try sums.writer.publish(manifest, textBytes: sums.textBytes ?? [:])
        // If another process was faster, the folder holds its files. They must equal ours, or ours would be lost.
        guard try DatasetManifest.open(folder: folder).contentHash == finished.contentHash else { throw taken(folder) }
        return finished
    }

    // MARK: Errors

    private func taken(_ folder: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "the data set exists already", at: folder, hint: "take another name, or remove the folder")
    }

    private func tooShort(_ file: String, _ sums: Sums) -> ScalebenchError {
        let missing = sums.tokens[.train] == nil ? "training" : "validation"
        return ScalebenchError(
            .invalidInput,
            "no \(missing) tokens: one document in \(Quantity.short(1 / validationShare)) is for validation, and there "
                + "\(sums.documents == 1 ? "is only one" : "are only \(sums.documents)")", at: file,
            hint: "give more, some 100 kB at least, or raise --validation-share")
    }

    /// The vocabulary cannot be guessed, but the largest token may remind the user of its size.
    private func vocabularyMissing(_ first: Opened, _ others: [String]) throws -> ScalebenchError {
        var largest: UInt32 = 0
        for index in 0...others.count {
            let reader = index == 0 ? first.reader : try open(others[index - 1], .tokens).reader
            while let document = try reader.next() { largest = max(largest, document.tokens.max() ?? 0) }
        }
        return ScalebenchError(
            .invalidInput, "how many tokens does the vocabulary have? The largest in the files is \(largest)",
            at: first.reader.source.path,
            hint: "state it: --vocabulary \(largest == 50_256 ? "50257 (GPT-2)" : "N, at least \(Int(largest) + 1)"), "
                + "or name the tokenizer's file with --tokenizer")
    }
}
