// The one reader of tables of losses. Ladders, final losses, curves and observations of laws are all read through it,
// so that a column has the same names and a number the same range in every table.

package import Foundation
package import ScalebenchCore

/// A filter of a table: it keeps the rows that have this value in this column.
public typealias TableFilter = (column: String, value: String)

/// A table of losses with named columns.
package struct LossTable: Sendable {
    package let file: String
    package let rows: [Row]
    private let header: [String]
    private let places: [LossColumn: Int]

    /// One row of the table.
    package struct Row: Sendable {
        /// The row's line in the file, counted from 1.
        package let line: Int
        fileprivate let cells: [String]
    }

    /// Reads the rows that satisfy every filter; at least one must remain.
    /// - Throws: `invalidInput` where the table has no rows or lacks a filter's column, `notFound` where no row has a
    ///   filter's value.
    package init(_ text: DelimitedText, file: String, keeping filters: [TableFilter] = []) throws {
        self.file = file
        header = text.header
        var places: [LossColumn: Int] = [:]
        for column in LossColumn.allCases {
            if let twice = column.names.first(where: { name in text.header.filter { $0 == name }.count > 1 }) {
                throw ScalebenchError(
                    .invalidInput, "two columns are called \(twice)", at: "\(file):1", hint: "remove one, or rename it")
            }
            places[column] = column.names.lazy.compactMap { text.header.firstIndex(of: $0) }.first
        }
        self.places = places
        rows = try text.rows(keeping: filters, file: file).map { Row(line: $0.line, cells: $0.cells) }
    }

    /// Reads all rows from the bytes of a CSV file.
    /// - Throws: `invalidInput` for bytes that are not a table with rows.
    package init(_ data: Data, file: String) throws {
        try self.init(try DelimitedText(data, file: file), file: file)
    }

    // MARK: - Columns

    /// Whether the table has this column.
    package func has(_ column: LossColumn) -> Bool { places[column] != nil }

    /// Whether the table has this column and no row leaves it empty.
    package func isFull(_ column: LossColumn) -> Bool {
        places[column].map { place in rows.allSatisfy { !$0.cells[place].isEmpty } } ?? false
    }

    /// The rows that leave a column empty; all rows where the table has no such column.
    package func rowsWithout(_ column: LossColumn) -> [Row] {
        places[column].map { place in rows.filter { $0.cells[place].isEmpty } } ?? rows
    }

    /// The names of the columns that the file has.
    package var columnNames: String { header.joined(separator: ", ") }

    /// Refuses a table that lacks one of these columns.
    /// - Parameter hint: says in the error which columns are needed.
    /// - Throws: `invalidInput`, naming the missing column.
    package func require(_ columns: [LossColumn], hint: String) throws {
        guard let missing = columns.first(where: { !has($0) }) else { return }
        throw ScalebenchError(
            .invalidInput, "no column \(missing.names.joined(separator: " or "))", at: "\(file):1",
            hint: "\(hint); found: \(columnNames)")
    }

    /// Refuses rows of several ladders, because losses of different sources, metrics or data sets cannot be compared.
    /// - Throws: `invalidInput`, naming the column to filter by.
    package func requireOneLadder() throws {
        for column in [LossColumn.source, .ladder, .metric, .axis] {
            let values = Set(rows.compactMap { text(column, $0) }).sorted()
            guard values.count <= 1 else {
                throw ScalebenchError(
                    .invalidInput,
                    "the file holds \(values.count) values of \(column): losses of different ones cannot be compared",
                    at: file, hint: "choose one, for example --where '\(column)=\(values[0])'")
            }
        }
    }

    // MARK: - Cells

    /// The text of a cell; nil where there is no such column.
    package func text(_ column: LossColumn, _ row: Row) -> String? { places[column].map { row.cells[$0] } }

    /// The number of a cell; nil where there is no such column, or no number in its range.
    package func numberIfPositive(_ column: LossColumn, _ row: Row) -> Double? {
        text(column, row).flatMap { Double($0) }.flatMap { Self.range(column).contains($0) ? $0 : nil }
    }

    /// What a cell of a column may hold.
    private static func range(_ column: LossColumn) -> ClosedRange<Double> {
        switch column {
        case .loss: BelievableLoss.range
        case .tokensPerSecond: 1e-6...1e15
        case .seconds: 1e-6...1e11
        case .devices: 1...1e7
        default: 1e-30...1e30
        }
    }

    /// The number of a cell, which must lie in the column's range.
    /// - Parameter name: the column's name in errors.
    /// - Throws: `invalidInput`, naming the line.
    package func number(_ column: LossColumn, _ row: Row, name: String? = nil) throws -> Double {
        let text = (text(column, row) ?? "").trimmingCharacters(in: .whitespaces), name = name ?? column.rawValue
        let range = Self.range(column)
        guard let value = Double(text), range.contains(value) else {
            throw ScalebenchError(
                .invalidInput, text.isEmpty ? "\(name) is empty" : "\(name) \"\(text)\" is not a positive number",
                at: "\(file):\(row.line)",
                hint: "give every run a \(name) between \(range.lowerBound) and \(range.upperBound), or remove the row")
        }
        return value
    }

    /// The number of a cell that may be empty; nil where it is, and where there is no such column.
    /// - Throws: `invalidInput`, naming the line.
    package func numberIfGiven(_ column: LossColumn, _ row: Row) throws -> Double? {
        let text = (text(column, row) ?? "").trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? nil : try number(column, row)
    }

    /// The number in a column of the file's own; nil where the cell is empty.
    /// - Throws: `invalidInput`, naming the line, where it is no number, or not a positive one where that is wanted.
    package func number(in column: String, _ row: Row, positive: Bool) throws -> Double? {
        guard let place = header.firstIndex(of: column) else {
            throw ScalebenchError(
                .invalidInput, "no column \"\(column)\"", at: "\(file):1",
                hint: NearestName.hint(column, among: header, otherwise: "columns: \(columnNames)"))
        }
        let text = row.cells[place].trimmingCharacters(in: .whitespaces)
        if text.isEmpty { return nil }
        guard let value = Double(text), abs(value) <= 1e30, !positive || value >= 1e-30 else {
            throw ScalebenchError(
                .invalidInput, "\(column) \"\(text)\" is not a \(positive ? "positive " : "")number",
                at: "\(file):\(row.line)",
                hint: positive
                    ? "settings are compared by ratios; for differences write --setting \(column):linear" : nil)
        }
        return value
    }

    /// The axis that a row states; nil where it states none.
    /// - Throws: `invalidInput` for a word that is not an axis.
    package func statedAxis(_ row: Row) throws -> ScaleAxis? {
        guard let word = text(.axis, row), !word.isEmpty else { return nil }
        guard let axis = ScaleAxis(rawValue: word) else {
            throw ScalebenchError(
                .invalidInput, "unknown axis \"\(word)\"", at: "\(file):\(row.line)",
                hint: NearestName.hint(
                    word, among: ScaleAxis.allCases.map(\.rawValue), otherwise: "use parameters, tokens or flops"))
        }
        return axis
    }
}

extension DelimitedText {
    /// The rows that satisfy every filter; at least one.
    fileprivate func rows(keeping filters: [TableFilter], file: String) throws -> [(line: Int, cells: [String])] {
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
            throw ScalebenchError(.invalidInput, "the table has no rows", at: file, hint: "add a row per finished run")
        }
        return kept
    }
}
