// A folder of shards that appears whole or not at all: everything is written in a temporary folder beside it, which is
// renamed at the end. Two processes that build the same folder at once both succeed; the first to finish wins.

import Foundation
import ScalebenchCore

/// Collects the tokens of a data set and publishes them as a folder.
package final class DatasetWriter {
    package enum SplitName: String, CaseIterable, Sendable { case train, validation }

    /// Tokens per shard, except in the last one: 128 MiB of `uint16`.
    package static let shardTokens = 1024 * TokenShardWriter.frameTokens

    private let folder: String
    private let temporary: String
    private let type: TokenType
    private let shardTokens: Int
    private var writers: [SplitName: TokenShardWriter] = [:]
    private var shards: [SplitName: [DatasetManifest.Shard]] = [:]
    private var surprisal: TokenShardWriter?
    private var published = false

    /// - Parameter shardTokens: a multiple of `TokenShardWriter.frameTokens`.
    package init(folder: String, type: TokenType, shardTokens: Int = DatasetWriter.shardTokens) throws {
        precondition(shardTokens > 0 && shardTokens % TokenShardWriter.frameTokens == 0)
        self.folder = folder
        self.type = type
        self.shardTokens = shardTokens
        temporary =
            "\(folder)\(Self.temporaryMark)\(ProcessInfo.processInfo.processIdentifier)-\(String(UInt32.random(in: 0...UInt32.max), radix: 16))"
        try AtomicFile.makeFolder((folder as NSString).deletingLastPathComponent)
        removeAbandoned()
        try AtomicFile.makeFolder(temporary)
    }

    /// Whether a folder of this name is one that a writer has not published.
    static func isTemporary(_ name: String) -> Bool { name.contains(temporaryMark) }

    private static let temporaryMark = ".tmp-"

    /// Removes what a killed process left of this data set: a temporary folder that is a day old, and whose process is not
    /// there. On another machine it may be; and the clock may have jumped by a day.
    private func removeAbandoned() {
        let parent = (folder as NSString).deletingLastPathComponent
        let prefix = (folder as NSString).lastPathComponent + Self.temporaryMark
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            let mark = name.dropFirst(prefix.count).prefix { $0.isNumber }
            if let process = pid_t(mark), kill(process, 0) == 0 || errno == EPERM { continue }
            let changed = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            if let changed, changed.timeIntervalSinceNow < -86_400 { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    deinit {
        if !published { try? FileManager.default.removeItem(atPath: temporary) }
    }

    /// Appends tokens to a split.
    package func append(_ tokens: [UInt32], to split: SplitName) throws {
        var rest = tokens[...]
        while !rest.isEmpty {
            let writer = try writer(for: split)
            let count = min(rest.count, shardTokens - writer.tokensAppended)
            try writer.append(rest.prefix(count))
            rest = rest.dropFirst(count)
            if writer.tokensAppended == shardTokens { try close(split) }
        }
    }

    /// Appends −ln p of validation tokens, in nats.
    package func appendSurprisal(_ nats: [Float]) throws {
        if surprisal == nil {
            surprisal = try TokenShardWriter(path: path("validation-surprisal.f32.zst"), type: .uint32)
        }
        try surprisal?.append(nats.map(\.bitPattern)[...])
    }

    /// Completes `manifest` with the files written and publishes the folder. Where another process was faster, its
    /// folder stays and this one's is dropped. Returns the completed manifest.
    package func publish(
        _ manifest: DatasetManifest, textBytes: [SplitName: Int] = [:]
    ) throws -> DatasetManifest {
        for split in SplitName.allCases { try close(split) }
        func finished(_ split: SplitName) -> DatasetManifest.Split {
            let shards = shards[split] ?? []
            return DatasetManifest.Split(
                tokens: shards.reduce(0) { $0 + $1.tokens }, textBytes: textBytes[split], shards: shards)
        }
        var manifest = manifest
        manifest.type = type
        manifest.train = finished(.train)
        manifest.validation = finished(.validation)
        manifest.surprisal = try surprisal?.finish()
        try AtomicFile.write(try manifest.encoded(), to: path(DatasetManifest.fileName))
        if rename(temporary, folder) == 0 {
            published = true
            try AtomicFile.flushFolder((folder as NSString).deletingLastPathComponent, of: folder)
        } else if errno != EEXIST, errno != ENOTEMPTY {
            throw OutputFile.failure(folder, errno)
        }
        return manifest
    }

    private func path(_ file: String) -> String { "\(temporary)/\(file)" }

    private func writer(for split: SplitName) throws -> TokenShardWriter {
        if let writer = writers[split] { return writer }
        let index = String(shards[split]?.count ?? 0)
        let number = String(repeating: "0", count: max(0, 5 - index.count)) + index
        let writer = try TokenShardWriter(path: path("\(split.rawValue)-\(number).bin.zst"), type: type)
        writers[split] = writer
        return writer
    }

    private func close(_ split: SplitName) throws {
        guard let writer = writers.removeValue(forKey: split) else { return }
        shards[split, default: []].append(try writer.finish())
    }
}
