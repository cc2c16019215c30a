// Plain text → documents of bytes. Not a tokenizer: tokens are the bytes of UTF-8.

import ScalebenchCore

/// The bytes of a text file, checked to be UTF-8.
final class TextReader: DocumentReader {
    /// The token that ends a document where documents are marked. No text contains it.
    static let documentEnd: UInt32 = 0

    let source: ByteSource
    private let separator: [UInt8]?
    private var checker = UTF8Checker()
    private var cutter: DocumentCutter
    /// Bytes that may be the beginning of a separator.
    private var held: [UInt8] = []
    private var isAtEnd = false

    /// - Parameter separator: what stands between documents in the file; it becomes `documentEnd`. Without one,
    ///   content decides where the text may be cut, and every byte is a token.
    init(_ source: ByteSource, separator: String?) {
        self.source = source
        self.separator = separator.map { Array($0.utf8) }
        cutter = DocumentCutter(separator == nil ? .byContentOfLines : .afterToken(Self.documentEnd))
    }

    func next() throws -> Document? {
        while true {
            if let tokens = cutter.next(isLast: isAtEnd) {
                let marks = separator != nil && tokens.last == Self.documentEnd ? 1 : 0
                return Document(tokens: tokens, textBytes: tokens.count - marks)
            }
            if isAtEnd { return nil }
            guard let piece = try source.next() else {
                isAtEnd = true
                try finish()
                continue
            }
            try check(piece)
            if let separator { append(held + piece, separator) } else { cutter.append(piece.lazy.map(UInt32.init)) }
        }
    }

    private func check(_ piece: [UInt8]) throws {
        guard checker.check(piece) else { throw notUTF8() }
        if separator != nil, piece.contains(0) {
            throw ScalebenchError(
                .invalidInput, "a zero byte near line \(checker.lines + 1)", at: source.path,
                hint: "documents end with it in the data set; remove it from the text")
        }
    }

    private func notUTF8() -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "not UTF-8 text: byte \(checker.count) (line \(checker.lines + 1))", at: source.path,
            hint: "convert it, for example with iconv -f latin1 -t utf-8")
    }

    private func finish() throws {
        guard checker.isComplete else { throw notUTF8() }
        guard checker.count > 0 else {
            throw ScalebenchError(.invalidInput, "the text is empty", at: source.path, hint: "name a file with text")
        }
        guard separator != nil else { return }
        // The end of the file ends the last document.
        cutter.append(held.map(UInt32.init))
        if cutter.hasPending { cutter.append([Self.documentEnd]) }
    }

    /// Passes on `bytes` with every separator replaced; an end that may be the beginning of one is held back.
    private func append(_ bytes: [UInt8], _ separator: [UInt8]) {
        var tokens: [UInt32] = []
        tokens.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            guard bytes[place] == separator[0] else {
                tokens.append(UInt32(bytes[place]))
                place += 1
                continue
            }
            let rest = bytes[place...].prefix(separator.count)
            if rest.count < separator.count, separator.starts(with: rest) { break }
            if rest.elementsEqual(separator) {
                tokens.append(Self.documentEnd)
                place += separator.count
            } else {
                tokens.append(UInt32(bytes[place]))
                place += 1
            }
        }
        held = Array(bytes[place...])
        cutter.append(tokens)
    }
}
