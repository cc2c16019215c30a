// The one reader of JSON that comes from outside.

package import Foundation

/// Decodes JSON text of unknown origin.
package enum JSONInput {
    /// The bytes are not UTF-8 text.
    package struct NotUTF8: Error {}
    /// The text of an exponent is a sign alone, as in `5e+`.
    struct BareExponent: Error {}

    /// Plain JSON, or JSON5 with its comments, trailing commas, bare keys, NaN and Infinity.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from data: Data, allowsJSON5: Bool = false
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = allowsJSON5
        return try decode(type, from: data, with: decoder)
    }

    /// The same with a decoder that is used again and again.
    /// - Throws: `NotUTF8`, `BareExponent`, or what the decoder says of text that is not such JSON.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from data: Data, with decoder: JSONDecoder
    ) throws -> Value {
        guard decoder.allowsJSON5 else { return try decoder.decode(type, from: data) }
        // Foundation's JSON5 reader traps on bytes that are not UTF-8 and on some numbers, and takes zero bytes for another
        // encoding. Its reader of plain JSON refuses all of them.
        guard !data.contains(0), String(validating: data, as: UTF8.self) != nil else { throw NotUTF8() }
        guard !JSON5Numbers.haveBareExponent(data) else { throw BareExponent() }
        return try decoder.decode(type, from: isClosed(data) ? data : data + [UInt8(ascii: "\n")])
    }

    /// Whether no number ends the text. Behind such a number Foundation's JSON5 reader reads on, and traps on what happens
    /// to lie there.
    private static func isClosed(_ data: Data) -> Bool {
        data.last.map { "}] \n\r\t".utf8.contains($0) } ?? true
    }
}
