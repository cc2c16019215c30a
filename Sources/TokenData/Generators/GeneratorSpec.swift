// Data sets that are made, not collected. To add a generator: one file, one case and one row here.

package import ScalebenchCore

/// The `generator` of a dataset.json: everything that decides its tokens.
package enum GeneratorSpec: Sendable, Equatable {
    /// Words of a hidden topic, with habits and repetitions, of exactly known probability.
    case wordLanguage(WordLanguage.Spec)

    /// The names used in JSON.
    package enum Name: String, CaseIterable { case wordLanguage }

    package init(_ reader: ConfigReader) throws {
        let name: Name = try reader.choice("type")
        switch name {
        case .wordLanguage: self = .wordLanguage(try WordLanguage.Spec(reader))
        }
    }

    package var json: JSONValue {
        switch self {
        case .wordLanguage(let spec): spec.json
        }
    }

    package var vocabularySize: Int {
        switch self {
        case .wordLanguage(let spec): spec.vocabularySize
        }
    }

    package var documentTokens: Int {
        switch self {
        case .wordLanguage(let spec): spec.documentTokens
        }
    }

    package var trainTokens: Int {
        switch self {
        case .wordLanguage(let spec): spec.trainDocuments * spec.documentTokens
        }
    }

    package var validationTokens: Int {
        switch self {
        case .wordLanguage(let spec): spec.validationDocuments * spec.documentTokens
        }
    }

    /// The identity of the tokens this spec generates. Every key of the spec is in it, defaults included, and the
    /// algorithm's version, which rises whenever the same spec would give other tokens.
    package var contentHash: String {
        let version =
            switch self {
            case .wordLanguage: WordLanguage.algorithmVersion
            }
        return ContentHash.sha256(.object(["algorithmVersion": .integer(version), "generator": json]))
    }
}
