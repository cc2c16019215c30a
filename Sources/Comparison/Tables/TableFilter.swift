// Narrowing a table of runs: rows kept by column=value, and no mixing of losses that never compare.

import Foundation
import ScalebenchCore

/// A row to keep has this value in this column.
public typealias TableFilter = (column: String, value: String)

extension DelimitedText {
    /// The rows that satisfy every filter; at least one.
    /// - Throws: `invalidInput` for a column that is not there, `notFound` for a value that no row has.
    package func rows(keeping filters: [TableFilter], file: String) throws -> [(line: Int, cells: [String])] {
        var kept = rows
        for (column, value) in filters {
            guard let index = header.firstIndex(of: column) else {
                throw ScalebenchError(
                    .invalidInput, "--where names a column \"\(column)\" that is not there", at: "\(file):1",
                    hint: "columns: \(header.joined(separator: ", "))")
            }
            let matching = kept.filter { $0.cells[index] == value }
            guard !matching.isEmpty else {
                let values = Set(kept.map { $0.cells[index] }).sorted()
                throw ScalebenchError(
                    .notFound, "no row has \(column)=\(value)", at: file,
                    hint: NearestName.hint(
                        value, among: values, otherwise: "values: \(values.prefix(8).joined(separator: ", "))"))
            }
            kept = matching
        }
        guard !kept.isEmpty else {
            throw ScalebenchError(.invalidInput, "the table has no rows", at: file, hint: "one row per finished run")
        }
        return kept
    }

    /// Refuses rows of several ladders: losses of different sources, metrics or data sets never compare.
    /// - Throws: `invalidInput`, naming the column to narrow by.
    package func requireOneLadder(_ rows: [(line: Int, cells: [String])], file: String) throws {
        for column in ["source", "ladder", "metric", "axis"] {
            guard let index = header.firstIndex(of: column) else { continue }
            let values = Set(rows.map { $0.cells[index] }).sorted()
            guard values.count <= 1 else {
                throw ScalebenchError(
                    .invalidInput,
                    "the file holds \(values.count) values of \(column): losses of different ones never compare",
                    at: file, hint: "choose one, for example --where '\(column)=\(values[0])'")
            }
        }
    }

    /// A cell as a number between 1e-30 and 1e30.
    package static func positiveNumber(_ cell: String, _ name: String, at place: String) throws -> Double {
        let text = cell.trimmingCharacters(in: .whitespaces)
        guard let value = Double(text), value >= 1e-30, value <= 1e30 else {
            throw ScalebenchError(
                .invalidInput, text.isEmpty ? "\(name) is empty" : "\(name) \"\(text)\" is not a positive number",
                at: place, hint: "give every run a \(name) between 1e-30 and 1e30, or remove the row")
        }
        return value
    }
}
