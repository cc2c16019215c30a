// Binary token files → documents.

import ScalebenchCore

/// Reads numbers that follow one another after a header.
final class TokenFileReader: DocumentReader {
    let source: ByteSource
    private let layout: TokenLayout
    private var cutter: DocumentCutter
    private var headerLeft: Int
    /// Bytes of a number that the next piece completes.
    private var rest: [UInt8] = []
    private var tokens = 0
    private var isAtEnd = false

    init(_ source: ByteSource, _ layout: TokenLayout, rule: DocumentCutter.Rule) {
        self.source = source
        self.layout = layout
        headerLeft = layout.headerBytes
        cutter = DocumentCutter(rule)
    }

    func next() throws -> Document? {
        while true {
            if let tokens = cutter.next(isLast: isAtEnd) { return Document(tokens: tokens) }
            if isAtEnd { return nil }
            if let piece = try source.next() { try take(piece) } else { try finish() }
        }
    }

    private func take(_ piece: [UInt8]) throws {
        let skipped = min(headerLeft, piece.count)
        headerLeft -= skipped
        let bytes = rest + piece[skipped...]
        let whole = bytes.count / layout.element.bytes * layout.element.bytes
        let found = layout.element.tokens(in: bytes[..<whole])
        tokens += found.count
        guard found.count * layout.element.bytes == whole else {
            throw ScalebenchError(
                .invalidInput, "token \(tokens) is negative or larger than 32 bits", at: source.path,
                hint: "are these tokens, and are they \(layout.element.rawValue)? State it with --dtype")
        }
        rest = Array(bytes[whole...])
        cutter.append(found)
    }

    private func finish() throws {
        isAtEnd = true
        if let count = layout.count, tokens != count || !rest.isEmpty {
            throw ScalebenchError(
                .damagedData, "the header promises \(count) tokens, the file has \(tokens)", at: source.path,
                hint: "the file is incomplete or damaged; get it again")
        }
        guard rest.isEmpty else {
            throw ScalebenchError(
                .damagedData, "the file ends in the middle of a token", at: source.path,
                hint: "it is incomplete, or its tokens are not \(layout.element.rawValue): state it with --dtype")
        }
        guard tokens > 0 else {
            throw ScalebenchError(
                .invalidInput, "the file has no tokens", at: source.path, hint: "name another file")
        }
    }
}
