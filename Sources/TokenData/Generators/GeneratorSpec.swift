// Generated data sets. A new generator needs one file, and here one case and one row in each switch.

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

    /// The same values as `TokenDataset.validationEntropy` reads from disk, to the last bit, and nil in the same cases.
    package func validationEntropy(sequences: Int, contextLength: Int) -> [Double]? {
        guard contextLength % documentTokens == 0, sequences * contextLength < validationTokens else { return nil }
        switch self {
        case .wordLanguage(let spec):
            let language = WordLanguage(spec)
            // The last target is the first token of the next window.
            let values = (0...(sequences * contextLength / documentTokens)).flatMap { document in
                language.surprisal(of: language.document(.validation, document)).map { Double(Float($0)) }
            }
            return TokenDataset.windowMeans(values, sequences: sequences, context: contextLength)
        }
    }

    /// For each number of tokens in `contexts`, the loss of a perfect reader that sees only that many last tokens of
    /// the document and all of a started word. It is the mean over `documents` validation documents, in nats per token.
    /// A model with that memory could reach it, so a fall from one number to the next shows structure of that range.
    package func lossByContext(_ contexts: [Int], documents: Int) -> [Double] {
        switch self {
        case .wordLanguage(let spec):
            let language = WordLanguage(spec)
            let texts = (0..<min(documents, spec.validationDocuments)).map { language.document(.validation, $0) }
            return contexts.map { context in
                let nats = texts.flatMap { language.surprisal(of: $0, context: context) }
                return nats.reduce(0, +) / Double(nats.count)
            }
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
