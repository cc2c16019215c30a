// A data set that is on disk and ready to be read.

import Foundation
import ScalebenchCore

/// Training and validation tokens with their identity. Opening costs the manifest and the seek tables, not the tokens;
/// every frame is checked when it is read.
package struct TokenDataset: Sendable {
    /// Where it lies.
    package let folder: String
    package let manifest: DatasetManifest
    package let train: TokenSplit
    package let validation: TokenSplit
    private let surprisal: TokenShard?

    package var name: String { manifest.name }
    package var vocabularySize: Int { manifest.vocabularySize }
    package var trainTokens: Int { train.tokens }
    package var validationTokens: Int { validation.tokens }
    /// What goes into `RunSpec.dataHash`; for a generated data set known before it is generated.
    package let contentHash: String
    /// Mean −ln p of the validation tokens in nats, if p is known: no model can do better but by chance.
    package var entropyNatsPerToken: Double? { manifest.entropyNatsPerToken }

    /// Opens the data set in `folder`. Throws `notFound`, `invalidInput` or `damagedData` (missing, truncated, swapped
    /// or altered shards).
    package static func open(folder: String) throws -> TokenDataset {
        let manifest = try DatasetManifest.open(folder: folder)
        guard let train = manifest.train, let validation = manifest.validation else {
            throw ScalebenchError(
                .notFound, "the data set has not been generated", at: "\(folder)/\(DatasetManifest.fileName)",
                hint: "ask for it by its name, \(manifest.name), and it is generated")
        }
        return try TokenDataset(folder: folder, manifest: manifest, train: train, validation: validation)
    }

    private init(
        folder: String, manifest: DatasetManifest, train: DatasetManifest.Split, validation: DatasetManifest.Split
    ) throws {
        self.folder = folder
        self.manifest = manifest
        contentHash = manifest.contentHash
        self.train = try TokenSplit(
            folder: folder, split: train, type: manifest.type, vocabularySize: manifest.vocabularySize)
        self.validation = try TokenSplit(
            folder: folder, split: validation, type: manifest.type, vocabularySize: manifest.vocabularySize)
        surprisal = try manifest.surprisal.map {
            try TokenShard(path: "\(folder)/\($0.file)", entry: $0, type: .uint32)
        }
        if let surprisal, surprisal.tokens != validation.tokens {
            throw ScalebenchError(
                .damagedData, "\(surprisal.tokens) values for \(validation.tokens) validation tokens",
                at: surprisal.path)
        }
    }

    /// Decodes every shard and compares it with its SHA-256.
    package func verify(progress: (Double) -> Void = { _ in }) throws {
        let share = Double(train.tokens) / Double(train.tokens + validation.tokens)
        try train.verify { progress(share * $0) }
        try validation.verify { progress(share + (1 - share) * $0) }
    }

    /// The first `sequences` windows of the validation split, `[sequences, contextLength + 1]`: window i starts at
    /// token i · contextLength. Throws where the split is too short.
    package func validation(sequences: Int, contextLength: Int) throws -> [UInt32] {
        let available = max(0, (validation.tokens - 1) / contextLength)
        guard sequences <= available else {
            throw ScalebenchError(
                .invalidInput,
                "\(sequences) validation sequences of \(contextLength) tokens wanted, \(available) available",
                at: "data set \(name)", hint: "lower evaluation.sequences in the suite, or take a larger data set")
        }
        let tokens = try validation.read(0..<(sequences * contextLength + 1))
        var windows: [UInt32] = []
        windows.reserveCapacity(sequences * (contextLength + 1))
        for sequence in 0..<sequences {
            windows += tokens[(sequence * contextLength)...((sequence + 1) * contextLength)]
        }
        return windows
    }

    /// The mean −ln p of the targets of each of the first `sequences` validation windows, in nats: what a perfect model
    /// would lose on exactly these tokens. nil where p is unknown, or where windows of `contextLength` (default: the
    /// length of a document) do not begin with documents, so that a model sees less than p is conditioned on.
    package func validationEntropy(sequences: Int, contextLength: Int? = nil) throws -> [Double]? {
        guard let surprisal, let document = manifest.documentTokens else { return nil }
        let context = contextLength ?? document
        guard context % document == 0, sequences * context < validation.tokens else { return nil }
        let decoder = FrameDecoder()
        var values: [Double] = []
        for index in surprisal.table.frames.indices where values.count <= sequences * context {
            try decoder.decodeBytes(index, of: surprisal).withUnsafeBytes { raw in
                values += raw.bindMemory(to: UInt32.self).map { Double(Float(bitPattern: UInt32(littleEndian: $0))) }
            }
        }
        return (0..<sequences).map { sequence in
            let targets = values[(sequence * context + 1)...((sequence + 1) * context)]
            return targets.reduce(0, +) / Double(context)
        }
    }
}
