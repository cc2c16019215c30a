// The one way in which JSON documents are written: keys sorted, nulls written where a type says so, a newline at the
// end.

package import Foundation

/// Writes values as JSON documents.
package enum JSONDocument {
    /// An indented document, for files that people open.
    package static func pretty(_ value: some Encodable) throws -> Data {
        try data(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    /// A document on one line, for files with many of them.
    package static func line(_ value: some Encodable) throws -> Data {
        try data(value, [.sortedKeys, .withoutEscapingSlashes])
    }

    private static func data(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        return try encoder.encode(value) + Data("\n".utf8)
    }
}
