// The one reader of JSON that comes from outside.

package import Foundation

/// Decodes JSON text of unknown origin.
package enum JSONInput {
    /// The bytes are not UTF-8 text.
    package struct NotUTF8: Error {}

    /// Plain JSON, or JSON5 with its comments, trailing commas, bare keys, NaN and Infinity.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from data: Data, allowsJSON5: Bool = false
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = allowsJSON5
        return try decode(type, from: data, with: decoder)
    }

    /// The same with a decoder that is used again and again.
    /// - Throws: `NotUTF8`, or what the decoder says of text that is not such JSON.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from data: Data, with decoder: JSONDecoder
    ) throws -> Value {
        // Foundation's JSON5 reader traps on bytes that are not UTF-8, and takes zero bytes for another encoding. Its
        // reader of plain JSON refuses both.
        if decoder.allowsJSON5 {
            guard !data.contains(0), String(validating: data, as: UTF8.self) != nil else { throw NotUTF8() }
        }
        return try decoder.decode(type, from: data)
    }
}
