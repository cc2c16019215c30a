// What is in a data set, counted in one pass over all tokens. Every shard is checked against its SHA-256 on the way.
//
// Duplicates are counted among documents: between marks where documents are marked, otherwise among pieces cut by
// content (Input/DocumentCutter.swift), which finds repeated passages of some thousand tokens. Beyond two million
// different documents only those of every second, fourth, … key are followed, all copies of each: the shares stay right
// on average and memory stays bounded.

import Foundation

/// Counts of one data set without parts; the JSON of `data stats`.
package struct DatasetStatistics: Codable, Sendable, Equatable {
    package var name: String
    package var contentHash: String
    package var vocabularySize: Int
    package var train: Split
    package var validation: Split
    /// Share of the validation documents that also occur in the training split.
    package var validationDocumentsInTrain: Double
    /// The most frequent training tokens.
    package var topTokens: [TokenCount]
    /// For a generated data set: the loss of a perfect reader with a short memory.
    package var lossByContext: [ContextLoss]?

    package struct ContextLoss: Codable, Sendable, Equatable {
        /// Tokens of the document that the reader sees.
        package var contextTokens: Int
        package var natsPerToken: Double
    }

    package struct Split: Codable, Sendable, Equatable {
        package var tokens: Int
        /// Bytes of the text behind the tokens; nil where no text is known.
        package var textBytes: Int?
        package var bytesPerToken: Double?
        package var distinctTokens: Int
        /// Entropy of the token frequencies.
        package var unigramEntropyNatsPerToken: Double
        package var documents: Int
        /// Share of the documents that have occurred before.
        package var duplicateDocumentShare: Double
        /// Bytes on disk.
        package var storedBytes: Int
    }

    package struct TokenCount: Codable, Sendable, Equatable {
        package var token: Int
        package var count: Int
        package var share: Double
    }

    /// Reads every token of `part`. `progress` gets the share done.
    package init(
        _ part: TokenDataset.Part, contentHash: String, topTokens: Int = 10,
        progress: (Double) throws -> Void = { _ in }
    ) throws {
        let total = Double(part.train.tokens + part.validation.tokens)
        var train = Counter(part.manifest)
        try part.train.walk(progress: { try progress(Double($0) / total) }, { train.add($0) })
        train.finish()
        var validation = Counter(part.manifest)
        try part.validation.walk(
            progress: { try progress(Double(part.train.tokens + $0) / total) }, { validation.add($0) })
        validation.finish()
        name = part.name
        self.contentHash = contentHash
        vocabularySize = part.manifest.vocabularySize
        self.train = train.result(part.train, part.manifest.train?.textBytes)
        self.validation = validation.result(part.validation, part.manifest.validation?.textBytes)
        validationDocumentsInTrain = validation.documents.share(foundIn: train.documents)
        lossByContext = part.manifest.generator.map { generator in
            var contexts = [0]
            while contexts[contexts.count - 1] < generator.documentTokens {
                contexts.append(min(max(1, 2 * contexts[contexts.count - 1]), generator.documentTokens))
            }
            let losses = generator.lossByContext(contexts, documents: 256)
            return zip(contexts, losses).map { ContextLoss(contextTokens: $0, natsPerToken: $1) }
        }
        self.topTokens = train.counts.indices.sorted { (train.counts[$0], $1) > (train.counts[$1], $0) }
            .prefix(topTokens).filter { train.counts[$0] > 0 }.map {
                TokenCount(
                    token: $0, count: train.counts[$0], share: Double(train.counts[$0]) / Double(part.train.tokens))
            }
    }
}

private struct Counter {
    var counts: [Int] = []
    var documents = DocumentSample()
    private var documentCount = 0
    private var cutter: DocumentCutter

    init(_ manifest: DatasetManifest) {
        let rule: DocumentCutter.Rule =
            if let mark = manifest.documentEnd {
                .afterToken(UInt32(mark))
            } else if let length = manifest.documentTokens {
                .everyTokens(length)
            } else {
                manifest.tokenizer == "bytes" ? .byContentOfLines : .byContent
            }
        cutter = DocumentCutter(rule)
    }

    mutating func add(_ frame: FrameBuffer) {
        let tokens = frame.tokens
        let largest = Int(tokens.max() ?? 0)
        if largest >= counts.count { counts += [Int](repeating: 0, count: largest + 1 - counts.count) }
        for token in tokens { counts[Int(token)] += 1 }
        cutter.append(tokens)
        takeDocuments(isLast: false)
    }

    mutating func finish() { takeDocuments(isLast: true) }

    private mutating func takeDocuments(isLast: Bool) {
        while let document = cutter.next(isLast: isLast) {
            documentCount += 1
            documents.insert(DocumentKey.of(document))
        }
    }

    func result(_ split: TokenSplit, _ textBytes: Int?) -> DatasetStatistics.Split {
        let total = Double(split.tokens)
        let entropy = counts.reduce(0.0) { sum, count in
            count == 0 ? sum : sum - Double(count) / total * log(Double(count) / total)
        }
        return DatasetStatistics.Split(
            tokens: split.tokens, textBytes: textBytes, bytesPerToken: textBytes.map { Double($0) / total },
            distinctTokens: counts.count { $0 > 0 }, unigramEntropyNatsPerToken: entropy, documents: documentCount,
            duplicateDocumentShare: documents.duplicateShare, storedBytes: split.storedBytes)
    }
}

/// How often documents occur, counted for as large a share of them as memory allows.
private struct DocumentSample {
    private static let limit = 1 << 21
    private var counts: [UInt64: Int] = [:]
    /// Only keys whose lowest `bits` bits are zero are followed.
    private var bits: UInt64 = 0

    private func follows(_ key: UInt64) -> Bool { key & ((1 << bits) - 1) == 0 }

    mutating func insert(_ key: UInt64) {
        guard follows(key) else { return }
        counts[key, default: 0] += 1
        while counts.count > Self.limit {
            bits += 1
            counts = counts.filter { follows($0.key) }
        }
    }

    var duplicateShare: Double {
        let documents = counts.values.reduce(0, +)
        return documents == 0 ? 0 : Double(documents - counts.count) / Double(documents)
    }

    func share(foundIn other: DocumentSample) -> Double {
        let followed = counts.filter { other.follows($0.key) }
        let documents = followed.values.reduce(0, +)
        let found = followed.reduce(0) { $0 + (other.counts[$1.key] == nil ? 0 : $1.value) }
        return documents == 0 ? 0 : Double(found) / Double(documents)
    }
}
