// What is known of a data set before any token is read.

/// A row of `data list`, and what a plan needs to know.
package struct DatasetDescription: Sendable {
    package var name: String
    package var summary: String
    /// The value of `RunSpec.dataHash`.
    package var contentHash: String
    package var vocabularySize: Int
    /// The context for which documents are whole; nil where any will do.
    package var contextLength: Int?
    /// The parts of a mixture; a single part for any other data set.
    package var parts: [Part]
    /// Whether `prepare` has nothing left to do.
    package var isReady: Bool
    /// The folder or `embedded` where the manifest was found.
    package var origin: String

    package struct Part: Sendable {
        package var weight: Int
        package var trainTokens: Int
        package var validationTokens: Int
    }

    /// The training tokens of all parts.
    package var trainTokens: Int { parts.reduce(0) { $0 + $1.trainTokens } }
    package var validationTokens: Int { parts.reduce(0) { $0 + $1.validationTokens } }

    /// How many validation sequences of this length there are in the parts' proportions.
    package func validationSequences(contextLength: Int) -> Int {
        let total = parts.reduce(0) { $0 + $1.weight }
        return parts.map { max(0, $0.validationTokens - 1) / contextLength * total / $0.weight }.min() ?? 0
    }

    /// How often a run of so many training sequences goes through the data; nil if none fits.
    /// - Parameter uniqueTokens: how many training tokens the run uses; nil for all.
    package func coverage(sequences: Int, contextLength: Int, uniqueTokens: Int? = nil) -> DataCoverage? {
        DataCoverage(
            trainTokens: parts.map(\.trainTokens), weights: parts.map(\.weight), contextLength: contextLength,
            sequences: sequences, uniqueTokens: uniqueTokens)
    }
}
