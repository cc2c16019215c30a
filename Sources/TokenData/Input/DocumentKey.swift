// A name for a document's content: decides its split, and finds duplicates.

/// 64 bits of the tokens of a document, the same on every machine. Not for adversaries: that is what SHA-256 is for.
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
