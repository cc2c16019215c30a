// Files → documents: the form in which text and tokens from anywhere enter a data set. A document goes to one split as
// a whole. A new format needs one reader here, and one case of `TokenLayout` or of the builder that opens it.

/// A stretch of tokens that belongs together.
package struct Document: Sendable, Equatable {
    package var tokens: [UInt32]
    /// Bytes of the text behind the tokens; nil where only tokens are known.
    package var textBytes: Int?
}

/// Reads the documents of one file in order.
package protocol DocumentReader: AnyObject {
    var source: ByteSource { get }

    /// The next document, never an empty one; nil at the end of the file. Throws `invalidInput` or `damagedData` with
    /// the place of the fault.
    func next() throws -> Document?
}
