// JSON Lines, one document per line: {"text": "…"} or {"tokens": [5, 17, …]}. Other fields are passed over.

import Foundation
import ScalebenchCore

/// Reads one field of every line: a string, whose UTF-8 bytes become tokens, or a list of token ids.
final class JSONLinesReader: DocumentReader {
    /// Fields that are recognised without being named.
    static let textFields = ["text"], tokenFields = ["tokens", "input_ids", "token_ids", "ids"]
    /// The limit in bytes for a line, which is held in memory.
    private static let longestLine = 1 << 28

    let source: ByteSource
    /// Whether the field holds text; otherwise token ids.
    private(set) var isText = true
    private var field = ""
    private var pending: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var line = 0
    private var isAtEnd = false

    private struct Line: Decodable {
        var text: String?
        var tokens: [Int]?

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        static let field = CodingUserInfoKey(rawValue: "field")!
        static let isText = CodingUserInfoKey(rawValue: "isText")!

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            let key = Key(stringValue: decoder.userInfo[Self.field] as! String)
            if decoder.userInfo[Self.isText] as! Bool {
                text = try container.decode(String.self, forKey: key)
            } else {
                tokens = try container.decode([Int].self, forKey: key)
            }
        }
    }

    private let decoder = JSONDecoder()

    /// - Parameter chosen: the field to read; nil to use one of those above that is in the first line.
    init(_ source: ByteSource, field chosen: String?) throws {
        self.source = source
        let first = try firstObject()
        field = try chosen ?? Self.chooseField(first, source.path)
        let names = first.keys.sorted().joined(separator: ", ")
        switch first[field] {
        case .string: isText = true
        case .array: isText = false
        case nil:
            throw ScalebenchError(
                .invalidInput, "no field \"\(field)\"", at: "\(source.path):1", hint: "--field takes one of: \(names)")
        case _:
            throw ScalebenchError(
                .invalidInput, "\"\(field)\" is neither text nor a list of tokens", at: "\(source.path):1",
                hint: "--field takes one of: \(names)")
        }
        decoder.userInfo = [Line.field: field, Line.isText: isText]
    }

    func next() throws -> Document? {
        while let (range, number) = try nextLine() {
            let bytes = pending[range]
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            let parsed: Line
            do {
                parsed = try JSONInput.decode(Line.self, from: Data(bytes), with: decoder)
            } catch {
                throw ScalebenchError(
                    .invalidInput,
                    "no JSON object with \(isText ? "text" : "a list of token ids") in \"\(field)\"",
                    at: "\(source.path):\(number)", hint: "every line needs the field that --field names")
            }
            if let text = parsed.text { return try document(text, number) }
            let tokens = try (parsed.tokens ?? []).map { token in
                guard let small = UInt32(exactly: token) else {
                    throw ScalebenchError(
                        .invalidInput, "\(token) is not a token", at: "\(source.path):\(number)",
                        hint: "tokens are whole numbers from 0 to 4294967295")
                }
                return small
            }
            if !tokens.isEmpty { return Document(tokens: tokens) }
        }
        return nil
    }

    private func document(_ text: String, _ number: Int) throws -> Document {
        let bytes = text.utf8
        guard !bytes.contains(0) else {
            throw ScalebenchError(
                .invalidInput, "a zero character in the text", at: "\(source.path):\(number)",
                hint: "documents end with it in the data set; remove it from the text")
        }
        return Document(tokens: bytes.map(UInt32.init) + [TextReader.documentEnd], textBytes: bytes.count)
    }

    /// The place of the next line in `pending`, without its end, and its number.
    private func nextLine() throws -> (range: Range<Int>, number: Int)? {
        while true {
            if let end = pending[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
                line += 1
                defer {
                    start = end + 1
                    scanned = start
                }
                return (start..<end, line)
            }
            scanned = pending.count
            guard !isAtEnd, let piece = try source.next() else {
                isAtEnd = true
                guard start < pending.count else { return nil }
                line += 1
                defer { start = pending.count }
                return (start..<pending.count, line)
            }
            pending.removeFirst(start)
            scanned -= start
            start = 0
            pending += piece
            guard pending.count < Self.longestLine else {
                throw ScalebenchError(
                    .invalidInput, "a line longer than \(Self.longestLine) bytes", at: "\(source.path):\(line + 1)",
                    hint: "JSON Lines has one document per line")
            }
        }
    }

    // MARK: - The first line

    /// Whether a file that begins with `head` is JSON Lines: its first line is an object, as far as it can be seen.
    static func recognises(_ head: [UInt8]) -> Bool {
        let start = head.drop { $0 <= 0x20 }
        guard start.first == UInt8(ascii: "{") else { return false }
        let line = start.prefix { $0 != UInt8(ascii: "\n") }
        if line.endIndex == head.endIndex { return line.dropFirst().first { $0 > 0x20 } == UInt8(ascii: "\"") }
        return (try? JSONInput.decode([String: JSONValue].self, from: Data(line))) != nil
    }

    /// The first line that is not blank, for its fields; it is read again by `next`.
    private func firstObject() throws -> [String: JSONValue] {
        while let (range, number) = try nextLine() {
            guard pending[range].contains(where: { $0 > 0x20 }) else { continue }
            guard let object = try? JSONInput.decode([String: JSONValue].self, from: Data(pending[range])) else {
                throw ScalebenchError(
                    .invalidInput, "not a JSON object", at: "\(source.path):\(number)",
                    hint: "JSON Lines has one object per line")
            }
            start = range.lowerBound
            scanned = start
            line = number - 1
            return object
        }
        throw ScalebenchError(.invalidInput, "the file is empty", at: source.path)
    }

    private static func chooseField(_ first: [String: JSONValue], _ path: String) throws -> String {
        let known = (textFields + tokenFields).filter { first[$0] != nil }
        guard known.count == 1 else {
            throw ScalebenchError(
                .invalidInput,
                known.isEmpty
                    ? "none of the fields of the first line is known to hold text or tokens"
                    : "the first line has \(known.joined(separator: " and "))",
                at: "\(path):1",
                hint: "name the field with --field, one of: \(first.keys.sorted().joined(separator: ", "))")
        }
        return known[0]
    }
}
