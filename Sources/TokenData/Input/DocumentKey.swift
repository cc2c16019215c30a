// A key for a document's content, which decides its split and finds duplicates.

/// A 64-bit hash of a document's tokens, the same on every machine. Unlike SHA-256, it does not resist adversaries.
enum DocumentKey {
    static func of(_ tokens: some Sequence<UInt32>) -> UInt64 {
        var key: UInt64 = 0
        for token in tokens { key = scatter(key ^ UInt64(token)) }
        return scatter(key)
    }

    /// Whether the document belongs to the given share of all documents.
    static func isChosen(_ key: UInt64, share: Double) -> Bool {
        Double(key >> 11) < share * 0x1p53
    }
}
