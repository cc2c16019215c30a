// Cuts a stream of tokens into documents.
//
// If nothing marks the documents, their content decides ("content-defined chunking"): a hash of the last sixteen tokens
// says whether a piece ends here. A passage that occurs twice is therefore cut at the same places both times, and its
// pieces go to the same split. Text is cut at line ends only, tokens anywhere. The hash is a sum of scattered tokens,
// each shifted out after sixteen steps. Source of the idea: Muthitacharoen, Chen, Mazières, SOSP 2001.

/// Collects tokens and gives them back as documents.
struct DocumentCutter {
    enum Rule: Sendable, Equatable {
        /// A document ends with this token.
        case afterToken(UInt32)
        /// The lengths of the documents are known.
        case lengths([Int32])
        /// All documents are this long.
        case everyTokens(Int)
        /// The content decides; a document may end after any token.
        case byContent
        /// The content decides; a document ends after a line end, or between characters of UTF-8 if there is none.
        case byContentOfLines
    }

    /// The mean length of pieces that are cut by content.
    static let meanPiece = 4096
    /// The limits of their length.
    static let shortestPiece = 1024, longestPiece = 16_384
    /// Longer marked documents are cut, because a document is held in memory until its split is known.
    static let longestDocument = 1 << 24

    private let rule: Rule
    private var pending: [UInt32] = []
    private var start = 0
    private var scanned = 0
    private var hash: UInt64 = 0
    private var lineStart = 0
    private var documents = 0

    init(_ rule: Rule) { self.rule = rule }

    /// Whether tokens have been appended that no document has taken yet.
    var hasPending: Bool { start < pending.count }

    mutating func append(_ tokens: some Sequence<UInt32>) {
        if start > 0 {
            pending.removeFirst(start)
            scanned -= start
            lineStart -= start
            start = 0
        }
        pending.append(contentsOf: tokens)
    }

    /// The next whole document, or nil while its end has not been appended. `isLast` gives out the rest.
    mutating func next(isLast: Bool) -> [UInt32]? {
        if let end = scan() { return take(upTo: end) }
        return isLast && hasPending ? take(upTo: pending.count) : nil
    }

    private mutating func take(upTo end: Int) -> [UInt32] {
        defer { start = end }
        return Array(pending[start..<end])
    }

    /// The end of the document that begins at `start`.
    private mutating func scan() -> Int? {
        if case .lengths(let lengths) = rule { return scan(lengths) }
        while scanned < pending.count {
            let token = pending[scanned]
            scanned += 1
            let length = scanned - start
            switch rule {
            case .afterToken(let mark):
                if token == mark || length == Self.longestDocument { return scanned }
            case .everyTokens(let count):
                if length == count { return scanned }
            case .lengths: return nil
            case .byContent:
                mix(token)
                if length >= Self.shortestPiece && isChosen(stretch: 1) || length == Self.longestPiece {
                    return scanned
                }
            case .byContentOfLines:
                mix(token)
                if token == UInt32(UInt8(ascii: "\n")) {
                    defer { lineStart = scanned }
                    if length >= Self.shortestPiece && isChosen(stretch: scanned - lineStart) { return scanned }
                }
                if length == Self.longestPiece { return characterEnd() }
            }
        }
        return nil
    }

    /// Tokens beyond the last known length are one more document.
    private mutating func scan(_ lengths: [Int32]) -> Int? {
        while documents < lengths.count, lengths[documents] == 0 { documents += 1 }
        guard documents < lengths.count, pending.count - start >= lengths[documents] else { return nil }
        documents += 1
        return start + Int(lengths[documents - 1])
    }

    private mutating func mix(_ token: UInt32) {
        hash = (hash << 4) &+ scatter(UInt64(token))
    }

    /// True with probability `stretch` / `meanPiece`; `stretch` is the number of tokens since the last possible place.
    private func isChosen(stretch: Int) -> Bool {
        Double(hash >> 32) * Double(Self.meanPiece) < Double(stretch) * 0x1p32
    }

    /// The last place that does not cut a character; continuation bytes are 10xxxxxx.
    private mutating func characterEnd() -> Int {
        var end = scanned
        while end > scanned - 4, pending[end - 1] & 0xC0 == 0x80 { end -= 1 }
        // `end` now follows the last byte that is no continuation: drop it too if a character begins with it.
        if pending[end - 1] >= 0xC0 { end -= 1 } else { end = scanned }
        scanned = end
        return end
    }
}
