// How one token is laid down on disk.

/// The integer type of the tokens in a shard; always little-endian.
package enum TokenType: String, Sendable, CaseIterable {
    case uint16, uint32

    package var bytes: Int { self == .uint16 ? 2 : 4 }

    /// The narrowest type that holds every token below `vocabularySize`.
    package static func narrowest(vocabularySize: Int) -> TokenType {
        vocabularySize <= 65_536 ? .uint16 : .uint32
    }
}
