// The numbers of a picture or a table as files: the same rows as CSV and as JSON.

import Foundation
import ScalebenchCore

/// Rows of values under named columns.
enum SiteData {
    static func csv(_ columns: [String], _ rows: [[JSONValue]]) -> String {
        rows.reduce(into: DelimitedText.line(columns)) { text, row in text += DelimitedText.line(row.map(cell)) }
    }

    /// A list of objects, one line each.
    static func json(_ columns: [String], _ rows: [[JSONValue]]) -> Data {
        let lines = rows.map { row in
            JSONValue.object(Dictionary(zip(columns, row)) { first, _ in first }).canonicalText
        }
        return Data(("[" + (lines.isEmpty ? "" : "\n") + lines.joined(separator: ",\n") + "\n]\n").utf8)
    }

    private static func cell(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: value.canonicalText
        }
    }
}
