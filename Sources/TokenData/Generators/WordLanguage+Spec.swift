// The parameters of `WordLanguage`, read from the `generator` of a dataset.json.

package import ScalebenchCore

extension WordLanguage {
    /// All parameters are whole numbers, so that every machine generates the same tokens.
    package struct Spec: Sendable, Equatable {
        package var seed: Int
        package var documentTokens: Int
        package var trainDocuments: Int
        package var validationDocuments: Int
        package var words: Words
        package var spelling: Spelling
        package var topics: Topics
        package var sources: [Source]

        package var vocabularySize: Int { spelling.inner + spelling.endings }

        package struct Words: Sendable, Equatable {
            package var count: Int
            /// The word of rank r (from 0) has a weight of 1 / (r + zipfOffset) in the language as a whole.
            package var zipfOffset: Int
        }

        /// A word is any number of inner tokens and then one ending, so that its end shows.
        package struct Spelling: Sendable, Equatable {
            /// The number of inner tokens, which are 0 … inner − 1.
            package var inner: Int
            /// The number of endings, which are the tokens after those.
            package var endings: Int
            /// What may follow a token depends on its number modulo `classes`.
            package var classes: Int
            /// The number of tokens that may follow; the i-th, from 0, has a weight of 1 / (i + 1).
            package var choices: Int
            /// Tokens in the longest words; frequent words are shorter.
            package var longest: Int
        }

        /// The hidden topic of a document, drawn evenly. It is never written down and can only be inferred.
        package struct Topics: Sendable, Equatable {
            /// The number of topics, a power of two.
            package var count: Int
            /// One word in `rarity` belongs to a topic.
            package var rarity: Int
            /// A word that belongs to the topic has `boost` times its usual weight.
            package var boost: Int
        }

        /// One habit of the language and its share of the words, relative to the other weights.
        package struct Source: Sendable, Equatable {
            package var weight: Int
            package var kind: Kind
        }

        package enum Kind: Sendable, Equatable {
            /// A word of the topic, regardless of what came before.
            case topic
            /// One of a few fixed successors of the words at these distances, the i-th with a weight of 1 / (i + 1).
            /// Only the class of each word counts: its rank modulo `classes`.
            case successor(context: [Feature], successors: Int)
            /// The word d places back, with a weight of 1 / (d + offset).
            case recency(offset: Int)
            /// The word that followed the last earlier occurrence of the last word.
            case induction

            /// The names used in JSON.
            package enum Name: String, CaseIterable { case topic, successor, recency, induction }
        }

        package struct Feature: Sendable, Equatable {
            package var distance: Int
            package var classes: Int
        }
    }
}

// MARK: - Reading

extension WordLanguage.Spec {
    package init(_ reader: ConfigReader) throws {
        seed = try reader.integer("seed", in: 0...Int.max)
        documentTokens = try reader.integer("documentTokens", in: 2...65_536)
        trainDocuments = try reader.integer("trainDocuments", in: 1...1_000_000_000)
        validationDocuments = try reader.integer("validationDocuments", in: 1...100_000_000)
        words = try Words(try reader.object("words"))
        spelling = try Spelling(try reader.object("spelling"))
        topics = try Topics(try reader.object("topics"))
        let count = words.count
        sources = try reader.objects("sources").map { try Source($0, words: count) }
        guard sources.count <= 16 else {
            throw ScalebenchError(.invalidInput, "more than 16 sources", at: reader.location(of: "sources"))
        }
        // Unique spellings must exist and be found by trial, so most of the possible ones stay unused.
        var spellings = spelling.endings, inner = 1
        for _ in 1..<spelling.longest where spellings < 4 * words.count {
            inner *= min(spelling.choices, spelling.inner)
            spellings += inner * min(spelling.choices, spelling.endings)
        }
        guard spellings >= 4 * words.count else {
            throw ScalebenchError(
                .invalidInput, "too few spellings for \(words.count) words", at: reader.location(of: "spelling"),
                hint: "raise longest, choices or the number of tokens")
        }
        try reader.finish()
    }
}

extension WordLanguage.Spec.Words {
    fileprivate init(_ reader: ConfigReader) throws {
        count = try reader.integer("count", in: 1...65_536)
        zipfOffset = try reader.integer("zipfOffset", in: 1...65_536)
        try reader.finish()
    }
}

extension WordLanguage.Spec.Spelling {
    fileprivate init(_ reader: ConfigReader) throws {
        inner = try reader.integer("inner", in: 1...32_768)
        endings = try reader.integer("endings", in: 1...32_768)
        classes = try reader.integer("classes", in: 1...65_536)
        choices = try reader.integer("choices", in: 1...1024)
        longest = try reader.integer("longest", in: 1...16)
        try reader.finish()
    }
}

extension WordLanguage.Spec.Topics {
    fileprivate init(_ reader: ConfigReader) throws {
        count = try reader.integer("count", in: 1...1024)
        rarity = try reader.integer("rarity", in: 1...65_536)
        boost = try reader.integer("boost", in: 1...4096)
        guard count & (count - 1) == 0 else {
            throw ScalebenchError(
                .invalidInput, "\(count) is not a power of two", at: reader.location(of: "count"),
                hint: "use 1, 2, 4, 8, 16 …")
        }
        try reader.finish()
    }
}

extension WordLanguage.Spec.Source {
    fileprivate init(_ reader: ConfigReader, words: Int) throws {
        weight = try reader.integer("weight", in: 1...1_000_000)
        let name: WordLanguage.Spec.Kind.Name = try reader.choice("type")
        switch name {
        case .topic: kind = .topic
        case .successor:
            let context = try reader.objects("context").map { feature in
                let result = WordLanguage.Spec.Feature(
                    distance: try feature.integer("distance", in: 1...64),
                    classes: try feature.integer("classes", in: 1...65_536, default: words))
                try feature.finish()
                return result
            }
            guard context.count <= 4 else {
                throw ScalebenchError(
                    .invalidInput, "a context has at most four words", at: reader.location(of: "context"))
            }
            kind = .successor(context: context, successors: try reader.integer("successors", in: 1...64))
        case .recency: kind = .recency(offset: try reader.integer("offset", in: 0...65_536))
        case .induction: kind = .induction
        }
        try reader.finish()
    }
}

// MARK: - Writing

extension WordLanguage.Spec {
    /// Every parameter, defaults included; the content hash is computed from it.
    package var json: JSONValue {
        func object(_ fields: KeyValuePairs<String, Int>) -> JSONValue {
            .object(Dictionary(uniqueKeysWithValues: fields.map { ($0.key, .integer($0.value)) }))
        }
        return .object([
            "type": .string(GeneratorSpec.Name.wordLanguage.rawValue), "seed": .integer(seed),
            "documentTokens": .integer(documentTokens), "trainDocuments": .integer(trainDocuments),
            "validationDocuments": .integer(validationDocuments),
            "words": object(["count": words.count, "zipfOffset": words.zipfOffset]),
            "spelling": object([
                "inner": spelling.inner, "endings": spelling.endings, "classes": spelling.classes,
                "choices": spelling.choices, "longest": spelling.longest,
            ]),
            "topics": object(["count": topics.count, "rarity": topics.rarity, "boost": topics.boost]),
            "sources": .array(sources.map(\.json)),
        ])
    }
}

extension WordLanguage.Spec.Source {
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = ["weight": .integer(weight)]
        switch kind {
        case .topic: fields["type"] = .string("topic")
        case .successor(let context, let successors):
            fields["type"] = .string("successor")
            fields["successors"] = .integer(successors)
            fields["context"] = .array(
                context.map { .object(["distance": .integer($0.distance), "classes": .integer($0.classes)]) })
        case .recency(let offset):
            fields["type"] = .string("recency")
            fields["offset"] = .integer(offset)
        case .induction: fields["type"] = .string("induction")
        }
        return .object(fields)
    }
}
