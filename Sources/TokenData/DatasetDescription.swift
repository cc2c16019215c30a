// What is known of a data set before any token is read.

/// A row of `data list`, and what a plan needs to know.
package struct DatasetDescription: Sendable {
    package var name: String
    package var summary: String
    /// What goes into `RunSpec.dataHash`.
    package var contentHash: String
    package var vocabularySize: Int
    /// The context for which documents are whole; nil where any will do.
    package var contextLength: Int?
    package var trainTokens: Int
    package var validationTokens: Int
    /// Whether `prepare` has nothing left to do.
    package var isReady: Bool
    /// The folder or `embedded` where the manifest was found.
    package var origin: String
}
