// A data set that is on disk and ready to be read.

import Foundation
import ScalebenchCore

/// Training and validation tokens with their identity. Opening reads the manifest and the seek tables, not the tokens;
/// every frame is checked when it is read.
package struct TokenDataset: Sendable {
    /// The folder of the data set.
    package let folder: String
    package let manifest: DatasetManifest
    /// The value of `RunSpec.dataHash`; that of a generated data set is known before it is generated.
    package let contentHash: String
    /// The parts of a mixture; any other data set is its own single part.
    package let parts: [Part]
    private let surprisal: TokenShard?

    /// Tokens with their weight in a mixture.
    package struct Part: Sendable {
        package let name: String
        package let weight: Int
        package let manifest: DatasetManifest
        package let train: TokenSplit
        package let validation: TokenSplit
    }

    package var name: String { manifest.name }
    package var vocabularySize: Int { manifest.vocabularySize }
    /// The training tokens of a data set that is not a mixture.
    package var train: TokenSplit { only.train }
    package var validation: TokenSplit { only.validation }
    /// The training tokens of all parts.
    package var trainTokens: Int { parts.reduce(0) { $0 + $1.train.tokens } }
    package var validationTokens: Int { parts.reduce(0) { $0 + $1.validation.tokens } }
    /// Mean −ln p of the validation tokens in nats, if p is known: no model can do better except by chance.
    package var entropyNatsPerToken: Double? { manifest.entropyNatsPerToken }

    private var only: Part {
        precondition(parts.count == 1, "a mixture has no tokens of its own")
        return parts[0]
    }

    /// Opens the data set in `folder`. Throws `notFound`, `invalidInput` or `damagedData` (missing, truncated, swapped
    /// or altered shards).
    package static func open(folder: String) throws -> TokenDataset {
        let manifest = try DatasetManifest.open(folder: folder)
        guard !manifest.mixture.isEmpty else {
            let part = try Part(folder: folder, manifest, weight: 1)
            return try TokenDataset(
                folder: folder, manifest: manifest, contentHash: manifest.contentHash, parts: [part])
        }
        let mixture = try Mixture(of: manifest, folder: folder)
        return try TokenDataset(
            folder: folder, manifest: manifest, contentHash: mixture.contentHash,
            parts: mixture.parts.map { try Part(folder: $0.folder, $0.manifest, weight: $0.weight) })
    }

    private init(folder: String, manifest: DatasetManifest, contentHash: String, parts: [Part]) throws {
        self.folder = folder
        self.manifest = manifest
        self.contentHash = contentHash
        self.parts = parts
        surprisal = try manifest.surprisal.map {
            try TokenShard(path: "\(folder)/\($0.file)", entry: $0, type: .uint32)
        }
        if let surprisal, surprisal.tokens != parts[0].validation.tokens {
            throw ScalebenchError(
                .damagedData, "\(surprisal.tokens) values for \(parts[0].validation.tokens) validation tokens",
                at: surprisal.path)
        }
    }

    /// Decodes every shard and compares it with its SHA-256. `progress` gets the share done.
    package func verify(progress: (Double) throws -> Void = { _ in }) throws {
        let total = Double(trainTokens + validationTokens)
        var before = 0
        for split in parts.flatMap({ [$0.train, $0.validation] }) {
            try split.walk { try progress(Double(before + $0) / total) }
            before += split.tokens
        }
    }

    /// The first `sequences` windows of the validation split, `[sequences, contextLength + 1]`: window i starts at
    /// token i · contextLength. A mixture takes the first windows of its parts in their proportions. Throws where a
    /// split is too short.
    package func validation(sequences: Int, contextLength: Int) throws -> [UInt32] {
        let pattern = MixturePattern(weights: parts.map(\.weight))
        let wanted = pattern.counts(sequences)
        for (part, count) in zip(parts, wanted) {
            let available = max(0, (part.validation.tokens - 1) / contextLength)
            guard count <= available else {
                throw ScalebenchError(
                    .invalidInput,
                    "\(count) validation sequences of \(contextLength) tokens wanted, \(available) available",
                    at: "data set \(part.name)",
                    hint: "lower evaluation.sequences in the suite, or take a larger data set")
            }
        }
        let tokens = try zip(parts, wanted).map { try $0.validation.read(0..<($1 * contextLength + min($1, 1))) }
        var windows: [UInt32] = []
        windows.reserveCapacity(sequences * (contextLength + 1))
        for sequence in 0..<sequences {
            let place = pattern.place(of: sequence)
            windows += tokens[place.part][(place.index * contextLength)...((place.index + 1) * contextLength)]
        }
        return windows
    }

    /// The part that each of the first `sequences` validation windows of a mixture comes from; nil for other data sets.
    package func validationParts(sequences: Int) -> [String]? {
        guard parts.count > 1 else { return nil }
        let pattern = MixturePattern(weights: parts.map(\.weight))
        return (0..<sequences).map { parts[pattern.place(of: $0).part].name }
    }

    /// The mean −ln p of the targets of each of the first `sequences` validation windows, in nats: what a perfect model
    /// would lose on exactly these tokens. It is nil where p is unknown, or where windows of `contextLength` (default:
    /// the length of a document) do not begin with documents, so that a model sees less than p is conditioned on.
    package func validationEntropy(sequences: Int, contextLength: Int? = nil) throws -> [Double]? {
        guard let surprisal, let document = manifest.documentTokens else { return nil }
        let context = contextLength ?? document
        guard context % document == 0, sequences * context < validationTokens else { return nil }
        let decoder = FrameDecoder(), buffer = FrameBuffer()
        var values: [Double] = []
        for index in surprisal.table.frames.indices where values.count <= sequences * context {
            try decoder.decode(index, of: surprisal, into: buffer)
            values += buffer.tokens.map { Double(Float(bitPattern: $0)) }
        }
        return Self.windowMeans(values, sequences: sequences, context: context)
    }

    /// Mean of the targets of each window: all its tokens but the first, and the first of the next window.
    static func windowMeans(_ values: [Double], sequences: Int, context: Int) -> [Double] {
        (0..<sequences).map { sequence in
            let targets = values[(sequence * context + 1)...((sequence + 1) * context)]
            return targets.reduce(0, +) / Double(context)
        }
    }
}

extension TokenDataset.Part {
    fileprivate init(folder: String, _ manifest: DatasetManifest, weight: Int) throws {
        guard let train = manifest.train, let validation = manifest.validation else {
            throw ScalebenchError(
                .notFound, "the data set has not been generated", at: "\(folder)/\(DatasetManifest.fileName)",
                hint: "refer to it by its name, \(manifest.name); it is then generated")
        }
        func open(_ split: DatasetManifest.Split) throws -> TokenSplit {
            try TokenSplit(folder: folder, split: split, type: manifest.type, vocabularySize: manifest.vocabularySize)
        }
        name = manifest.name
        self.weight = weight
        self.manifest = manifest
        self.train = try open(train)
        self.validation = try open(validation)
    }
}
