// `scalebench data list | inspect | verify | stats`: looking at data sets.

import ArgumentParser
import Benchmarking
import Foundation
import Reporting
import ScalebenchCore
import TokenData

struct DataList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List every data set that can be found.")

    @Flag(help: "Print JSON.") var json = false

    private struct Item: Encodable {
        var name: String
        var summary: String
        var vocabularySize: Int
        var trainTokens: Int
        var validationTokens: Int
        var contentHash: String
        var isReady: Bool
        var origin: String
    }

    func run() throws {
        let (found, errors) = DatasetLocator.standard(embedded: EmbeddedFiles.datasets).survey()
        for error in errors { LiveLine.print("Left out: \(error)") }
        if json {
            return try printJSON(
                found.map {
                    Item(
                        name: $0.name, summary: $0.summary, vocabularySize: $0.vocabularySize,
                        trainTokens: $0.trainTokens, validationTokens: $0.validationTokens,
                        contentHash: $0.contentHash, isReady: $0.isReady, origin: $0.origin)
                })
        }
        var table = TextTable(header: ["data set", "vocabulary", "training tokens", "content"])
        for item in found {
            table.add([
                item.name, String(item.vocabularySize), Quantity.short(Double(item.trainTokens)),
                String(item.contentHash.prefix(12)),
            ])
        }
        print(table.text)
    }
}

struct DataInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the description of a data set, and its first tokens.")

    @OptionGroup var known: KnownDatasetOptions
    @Option(help: "How many tokens to show of each split.") var tokens = 32
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        var folder: String
        var contentHash: String
        var manifest: JSONValue
        var parts: [Part]

        struct Part: Encodable {
            var name: String
            var weight: Int
            var splits: [String: Split]
        }
        struct Split: Encodable {
            var tokens: Int
            var shards: Int
            var storedBytes: Int
            var bytesPerToken: Double?
            var firstTokens: [UInt32]
        }
    }

    func validate() throws {
        guard (0...100_000).contains(tokens) else { throw ValidationError("--tokens takes 0 to 100000.") }
    }

    func run() throws {
        let dataset = try known.open()
        let parts = try dataset.parts.map { part in
            Report.Part(
                name: part.name, weight: part.weight,
                splits: [
                    "train": try split(part.train, part.manifest.train),
                    "validation": try split(part.validation, part.manifest.validation),
                ])
        }
        if json {
            let manifest = try JSONDecoder().decode(JSONValue.self, from: dataset.manifest.encoded())
            return try printJSON(
                Report(
                    folder: dataset.folder, contentHash: dataset.contentHash, manifest: manifest, parts: parts))
        }
        let manifest = dataset.manifest
        print("\(SafeText.line(manifest.name)): \(SafeText.line(manifest.summary, limit: 200))")
        print("  folder       \(dataset.folder)")
        print("  content      \(dataset.contentHash)")
        print(
            "  vocabulary   \(manifest.vocabularySize) (\(SafeText.line(manifest.tokenizer))), \(manifest.type.rawValue)"
        )
        if let end = manifest.documentEnd { print("  documents    end with token \(end)") }
        if let length = manifest.documentTokens { print("  documents    \(length) tokens each") }
        if let entropy = manifest.entropyNatsPerToken {
            print("  entropy      \(Phrase.loss(entropy)) nats/token on the validation tokens")
        }
        for (label, text) in [("licence", manifest.license), ("source", manifest.source)] where !text.isEmpty {
            print("  \(label)      ".prefix(15) + SafeText.line(text, limit: 200))
        }
        for part in parts {
            if parts.count > 1 { print("\n\(part.name), weight \(part.weight)") }
            for (name, split) in part.splits.sorted(by: { $0.key < $1.key }) {
                let perToken = split.bytesPerToken.map { ", \(Quantity.significant($0)) bytes of text per token" } ?? ""
                print(
                    "\n\(name): \(Quantity.short(Double(split.tokens))) tokens in \(split.shards) shard"
                        + "\(split.shards == 1 ? "" : "s"), \(Quantity.bytes(Double(split.storedBytes))) on disk\(perToken)"
                )
                print("  " + preview(split.firstTokens, isText: manifest.tokenizer == "bytes"))
            }
        }
    }

    private func split(_ split: TokenSplit, _ entry: DatasetManifest.Split?) throws -> Report.Split {
        Report.Split(
            tokens: split.tokens, shards: entry?.shards.count ?? 0, storedBytes: split.storedBytes,
            bytesPerToken: entry?.textBytes.map { Double($0) / Double(split.tokens) },
            firstTokens: try split.read(0..<min(tokens, split.tokens)))
    }

    private func preview(_ tokens: [UInt32], isText: Bool) -> String {
        guard isText else { return tokens.map(String.init).joined(separator: " ") }
        return SafeText.line(
            String(decoding: tokens.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self), limit: 100_000)
    }
}

struct DataVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Decode every token and compare every checksum.")

    @OptionGroup var known: KnownDatasetOptions
    @Flag(help: "Print JSON.") var json = false

    private struct Report: Encodable {
        var name: String
        var contentHash: String
        var tokens: Int
        var shards: Int
    }

    func run() throws {
        let dataset = try known.open()
        let line = ProgressLine()
        defer { line.clear() }
        try dataset.verify { try line.show("verifying \(dataset.name)", share: $0) }
        line.clear()
        let splits = dataset.parts.flatMap { [$0.manifest.train, $0.manifest.validation] }
        let report = Report(
            name: dataset.name, contentHash: dataset.contentHash,
            tokens: dataset.trainTokens + dataset.validationTokens,
            shards: splits.reduce(0) { $0 + ($1?.shards.count ?? 0) })
        if json { return try printJSON(report) }
        print(
            "\(SafeText.line(report.name)): all \(Quantity.short(Double(report.tokens))) tokens in \(report.shards) "
                + "shards are what dataset.json says")
    }
}

struct DataStats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Count tokens, bytes per token, entropy, duplicates; verifies on the way.",
        discussion: """
            Documents are what the data set marks as such; without marks they are pieces of some 4,096 tokens, cut by \
            content so that repeated passages are found.
            """)

    @OptionGroup var known: KnownDatasetOptions
    @Option(help: "How many of the most frequent tokens to show.") var top = 10
    @Flag(help: "Print JSON: a list with an entry per part.") var json = false

    func validate() throws {
        guard (0...1_000_000).contains(top) else { throw ValidationError("--top takes 0 to 1000000.") }
    }

    func run() throws {
        let dataset = try known.open()
        let line = ProgressLine()
        defer { line.clear() }
        let all = try dataset.parts.map { part in
            try DatasetStatistics(
                part, contentHash: part.manifest.contentHash, topTokens: top
            ) { try line.show("counting \(part.name)", share: $0) }
        }
        line.clear()
        if json { return try printJSON(all) }
        for (index, (statistics, part)) in zip(all, dataset.parts).enumerated() {
            print((index > 0 ? "\n" : "") + text(statistics, isText: part.manifest.tokenizer == "bytes"))
        }
    }

    private func text(_ statistics: DatasetStatistics, isText: Bool) -> String {
        let splits = [statistics.train, statistics.validation]
        var table = TextTable(header: [SafeText.line(statistics.name), "train", "validation"])
        func add(_ label: String, _ value: (DatasetStatistics.Split) -> String) {
            table.add([label] + splits.map(value))
        }
        add("tokens") { Quantity.short(Double($0.tokens)) }
        add("bytes of text per token") { $0.bytesPerToken.map { Quantity.significant($0) } ?? "–" }
        add("bytes on disk per token") { Quantity.significant(Double($0.storedBytes) / Double($0.tokens)) }
        add("different tokens, of \(statistics.vocabularySize)") { String($0.distinctTokens) }
        add("unigram entropy, nats/token") { Phrase.loss($0.unigramEntropyNatsPerToken) }
        add("documents or pieces") { Quantity.short(Double($0.documents)) }
        add("of them seen before") { Quantity.significant(100 * $0.duplicateDocumentShare) + " %" }
        table.add([
            "of them in train", "", Quantity.significant(100 * statistics.validationDocumentsInTrain) + " %",
        ])
        let tokens = statistics.topTokens.map { token in
            let name = isText ? Self.name(ofByte: token.token) : String(token.token)
            return "\(name) \(Quantity.significant(100 * token.share)) %"
        }
        var lines = [table.text]
        if !tokens.isEmpty { lines.append("  most frequent: " + tokens.joined(separator: ", ")) }
        if let losses = statistics.lossByContext {
            let cells = losses.map { "\($0.contextTokens): \(Phrase.loss($0.natsPerToken))" }
            lines.append(
                "  nats/token of a perfect reader who sees the last n tokens: " + cells.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    private static func name(ofByte byte: Int) -> String {
        switch byte {
        case 0x0A: "\\n"
        case 0x20: "space"
        case 0x21...0x7E: String(UnicodeScalar(UInt8(byte)))
        default: "0x" + String(byte, radix: 16)
        }
    }
}
