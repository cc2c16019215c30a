// dataset.json: what a data set is and which files it consists of. The format is documented in datasets/README.md.

package import Foundation
package import ScalebenchCore

/// The content of a `dataset.json`. A manifest without splits describes a generated data set before its first use.
package struct DatasetManifest: Sendable, Equatable {
    /// The format this code writes, and the newest it reads.
    package static let formatVersion = 1
    package static let fileName = "dataset.json"

    package var name: String
    /// One sentence for lists.
    package var summary: String
    package var type: TokenType
    /// The number of tokens in the vocabulary; every token is smaller.
    package var vocabularySize: Int
    /// How text became tokens, such as `bytes`; `none` for tokens that never were text.
    package var tokenizer: String
    /// The SHA-256 of the tokenizer's file, where one was given.
    package var tokenizerSHA256: String?
    /// The token that ends every document; nil where documents are not marked.
    package var documentEnd: Int?
    package var license: String
    package var source: String
    /// Documents start at multiples of this and are this long; nil where documents have no such order.
    package var documentTokens: Int?
    package var generator: GeneratorSpec?
    /// Data sets that are read in these proportions instead of tokens of its own; empty otherwise.
    package var mixture: [MixturePart] = []
    package var train: Split?
    package var validation: Split?
    /// Mean −ln p of the validation tokens, where p is known.
    package var entropyNatsPerToken: Double?
    /// −ln p of every validation token as little-endian Float32, in the container of the token shards.
    package var surprisal: Shard?

    /// A part of a mixture.
    package struct MixturePart: Sendable, Equatable {
        /// The name of a folder beside the mixture's own.
        package var dataset: String
        /// How many of W consecutive sequences come from this part, where W is the sum of all weights.
        package var weight: Int

        package init(dataset: String, weight: Int) {
            self.dataset = dataset
            self.weight = weight
        }
    }

    /// The tokens of one split, in order.
    package struct Split: Sendable, Equatable {
        package var tokens: Int
        /// Bytes of the text behind the tokens, for bits per byte; nil where there was none.
        package var textBytes: Int?
        package var shards: [Shard]

        package init(tokens: Int, textBytes: Int?, shards: [Shard]) {
            self.tokens = tokens
            self.textBytes = textBytes
            self.shards = shards
        }
    }

    /// One file of the folder.
    package struct Shard: Sendable, Equatable {
        package var file: String
        package var tokens: Int
        /// The SHA-256 of the decompressed bytes.
        package var sha256: String
        /// The SHA-256 of the seek table, which holds the checksum of every frame; `open` checks it.
        package var seekTableSHA256: String

        package init(file: String, tokens: Int, sha256: String, seekTableSHA256: String) {
            self.file = file
            self.tokens = tokens
            self.sha256 = sha256
            self.seekTableSHA256 = seekTableSHA256
        }
    }

    package init(
        name: String, summary: String, vocabularySize: Int, tokenizer: String, license: String, source: String
    ) {
        self.name = name
        self.summary = summary
        self.type = .narrowest(vocabularySize: vocabularySize)
        self.vocabularySize = vocabularySize
        self.tokenizer = tokenizer
        self.license = license
        self.source = source
    }

    /// The identity of the tokens, equal for equal tokens in equal shards. It is the hash of the generator's spec where
    /// there is one, so that it is known before anything is generated, and otherwise of the shards' checksums. A
    /// mixture has `Mixture.contentHash` instead, since its parts decide.
    package var contentHash: String {
        precondition(mixture.isEmpty)
        if let generator { return generator.contentHash }
        func content(_ split: Split?) -> JSONValue {
            .array((split?.shards ?? []).map { .array([.integer($0.tokens), .string($0.sha256)]) })
        }
        return ContentHash.sha256(
            .object([
                "vocabularySize": .integer(vocabularySize), "train": content(train), "validation": content(validation),
            ]))
    }
}

// MARK: - Reading

extension DatasetManifest {
    private static let mostTokens = 1_000_000_000_000_000

    /// Reads strictly: unknown keys, impossible numbers and file names that leave the folder are errors.
    package init(_ reader: ConfigReader, defaultName: String) throws {
        let format = try reader.integer("formatVersion", in: 1...1_000_000)
        guard format <= Self.formatVersion else {
            throw ScalebenchError(
                .invalidInput, "format \(format) is newer than this program", at: reader.location(of: "formatVersion"),
                hint: "update scalebench")
        }
        name = try reader.string("name", default: defaultName)
        try Self.checkName(name, at: reader.location(of: "name"))
        summary = try reader.string("summary", default: "")
        license = try reader.string("license", default: "")
        source = try reader.string("source", default: "")
        tokenizer = try reader.string("tokenizer", default: "none")
        tokenizerSHA256 = reader.has("tokenizerSHA256") ? try reader.checksum("tokenizerSHA256") : nil
        mixture = reader.has("mixture") ? try reader.objects("mixture").map { try MixturePart($0) } : []
        generator = try reader.object(ifPresent: "generator").map { try GeneratorSpec($0) }
        vocabularySize = try reader.integer(
            "vocabularySize", in: 2...(1 << 31), default: generator?.vocabularySize)
        if let generator, vocabularySize != generator.vocabularySize {
            throw ScalebenchError(
                .invalidInput, "differs from the generator's \(generator.vocabularySize)",
                at: reader.location(of: "vocabularySize"), hint: "leave it out")
        }
        documentEnd =
            reader.has("documentEnd") ? try reader.integer("documentEnd", in: 0...(vocabularySize - 1)) : nil
        type = try reader.choice("tokenType", default: .narrowest(vocabularySize: vocabularySize))
        documentTokens =
            reader.has("documentTokens")
            ? try reader.integer("documentTokens", in: 1...Self.mostTokens) : generator?.documentTokens
        if let splits = try reader.object(ifPresent: "splits") {
            train = try Split(try splits.object("train"))
            validation = try Split(try splits.object("validation"))
            try splits.finish()
        }
        let origins = (train != nil || generator != nil ? 1 : 0) + (mixture.isEmpty ? 0 : 1)
        guard origins == 1 else {
            throw ScalebenchError(
                .invalidInput,
                origins == 0
                    ? "neither \"splits\" nor \"generator\" nor \"mixture\""
                    : "\"mixture\" beside tokens of its own", at: reader.location(),
                hint: "a data set has token shards, a generator that makes them, or parts that have them")
        }
        entropyNatsPerToken =
            reader.has("entropyNatsPerToken") ? try reader.number("entropyNatsPerToken", in: 0...100) : nil
        surprisal = try reader.object(ifPresent: "surprisal").map { try Shard($0) }
        try reader.finish()
    }

    /// Reads the manifest in `folder`.
    package static func open(folder: String) throws -> DatasetManifest {
        let path = (folder as NSString).appendingPathComponent(fileName)
        return try DatasetManifest(
            try ConfigReader.open(path),
            defaultName: ((folder as NSString).standardizingPath as NSString).lastPathComponent)
    }

    /// Checks a name, which is also the name of a folder: letters, digits, `.`, `_` and `-`, not starting with a point.
    package static func checkName(_ name: String, at location: String?) throws {
        let valid = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard valid, (1...100).contains(name.utf8.count), name.first != "." else {
            throw ScalebenchError(
                .invalidInput, "\"\(name)\" is not a valid name", at: location,
                hint: "use up to 100 letters, digits, '.', '_' and '-', not starting with '.'")
        }
    }
}

extension DatasetManifest.Split {
    fileprivate init(_ reader: ConfigReader) throws {
        shards = try reader.objects("shards").map { try DatasetManifest.Shard($0) }
        tokens = try reader.integer("tokens", in: 1...1_000_000_000_000_000)
        textBytes =
            reader.has("textBytes") ? try reader.integer("textBytes", in: 0...1_000_000_000_000_000) : nil
        let total = shards.reduce(0) { $0 + $1.tokens }
        guard total == tokens else {
            throw ScalebenchError(
                .invalidInput, "\(tokens) tokens, but the shards have \(total) together",
                at: reader.location(of: "tokens"))
        }
        try reader.finish()
    }
}

extension DatasetManifest.MixturePart {
    /// Weights are small whole numbers, so that the sequences of a mixture follow a short fixed pattern.
    package static let weights = 1...1000

    fileprivate init(_ reader: ConfigReader) throws {
        dataset = try reader.string("dataset")
        try DatasetManifest.checkName(dataset, at: reader.location(of: "dataset"))
        weight = try reader.integer("weight", in: Self.weights)
        try reader.finish()
    }
}

extension DatasetManifest.Shard {
    fileprivate init(_ reader: ConfigReader) throws {
        file = try reader.string("file")
        // A file name has no separators, so that a manifest cannot name files outside its folder.
        try DatasetManifest.checkName(file, at: reader.location(of: "file"))
        tokens = try reader.integer("tokens", in: 1...1_000_000_000_000)
        sha256 = try reader.checksum("sha256")
        seekTableSHA256 = try reader.checksum("seekTableSHA256")
        try reader.finish()
    }
}

extension ConfigReader {
    fileprivate func checksum(_ key: String) throws -> String {
        let text = try string(key)
        guard text.utf8.count == 64, text.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else {
            throw ScalebenchError(
                .invalidInput, "not a SHA-256", at: location(of: key), hint: "write 64 lower-case hexadecimal digits")
        }
        return text
    }
}

// MARK: - Writing

extension DatasetManifest {
    /// The JSON text of the manifest; reading it gives this manifest again.
    package func encoded() throws -> Data {
        var fields: [String: JSONValue] = [
            "formatVersion": .integer(Self.formatVersion), "name": .string(name), "summary": .string(summary),
            "tokenType": .string(type.rawValue), "vocabularySize": .integer(vocabularySize),
            "tokenizer": .string(tokenizer), "license": .string(license), "source": .string(source),
        ]
        fields["tokenizerSHA256"] = tokenizerSHA256.map { .string($0) }
        fields["documentEnd"] = documentEnd.map { .integer($0) }
        if !mixture.isEmpty {
            fields["mixture"] = .array(
                mixture.map { .object(["dataset": .string($0.dataset), "weight": .integer($0.weight)]) })
        }
        fields["documentTokens"] = documentTokens.map { .integer($0) }
        fields["generator"] = generator?.json
        fields["entropyNatsPerToken"] = entropyNatsPerToken.map { .number($0) }
        fields["surprisal"] = surprisal?.json
        if let train, let validation {
            fields["splits"] = .object(["train": train.json, "validation": validation.json])
        }
        return try JSONDocument.pretty(JSONValue.object(fields))
    }
}

extension DatasetManifest.Split {
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = ["tokens": .integer(tokens), "shards": .array(shards.map(\.json))]
        fields["textBytes"] = textBytes.map { .integer($0) }
        return .object(fields)
    }
}

extension DatasetManifest.Shard {
    fileprivate var json: JSONValue {
        .object([
            "file": .string(file), "tokens": .integer(tokens), "sha256": .string(sha256),
            "seekTableSHA256": .string(seekTableSHA256),
        ])
    }
}
