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
    let header: [String]
    let map: ColumnMap
    let marks: DecimalMarks
    /// What the losses are made of.
    let judged: JudgedMetric
    let layout: TableText.Layout
    /// The rows that are left out because their runs did not end as they should, by what their state says.
    let unfinished: UnfinishedRows

    /// One row of the table.
    package struct Row: Sendable {
        /// The row's line in the file, counted from 1; in a JSON document the number of the record.
        package let line: Int
        let cells: [String]
    }

    /// Reads the rows that satisfy every filter; at least one must remain. Columns may have other names than the
    /// documented ones, and numbers may be written as people write them; `input` says what was found out.
    /// - Throws: `invalidInput` where the table has no rows, is ambiguous, or lacks a column that is named; `notFound`
    ///   where no row has a filter's value, or there is no such metric.
    package init(
        _ text: TableText, file: String, keeping filters: [TableFilter] = [], reading: TableReading = TableReading()
    ) throws {
        let text = text.joining(reading.columns)
        let choice = try MetricChoice(text, reading, file: file)
        self.file = file
        header = text.header
        layout = text.layout
        map = choice.map
        let kept = try choice.rows(text.rows).keeping(filters, map, header: header, file: file)
        unfinished = try UnfinishedRows(kept, map, filters, header: header, file: file)
        rows = unfinished.others.map { Row(line: $0.line, cells: $0.cells) }
        let numbers = LossColumn.allCases.filter(\.isNumber).compactMap { choice.map.places[$0] }
        let settings = try reading.settings.map { try ColumnMap.place($0, in: text.header, file: file) }
        marks = try DecimalMarks(text, columns: numbers + settings, stated: reading.decimal, file: file)
        judged = try JudgedMetric(choice, rows, marks, reading, file: file)
    }

    /// Reads the rows of a table whose columns have exactly the documented names.
    package init(_ text: DelimitedText, file: String, keeping filters: [TableFilter] = []) throws {
        self.file = file
        header = text.header
        layout = TableText.Layout(format: .delimited, delimiter: ",")
        map = try ColumnMap(exact: text.header, file: file)
        unfinished = UnfinishedRows()
        rows = try text.rows.keeping(filters, map, header: text.header, file: file).map {
            Row(line: $0.line, cells: $0.cells)
        }
        marks = DecimalMarks()
        judged = JudgedMetric()
    }

    /// Reads all rows from the bytes of a CSV file whose columns have exactly the documented names.
    /// - Throws: `invalidInput` for bytes that are not a table with rows.
    package init(_ data: Data, file: String) throws {
        try self.init(try DelimitedText(data, file: file), file: file)
    }

    // MARK: - Columns

    /// Whether the table has this column.
    package func has(_ column: LossColumn) -> Bool { map.places[column] != nil }

    /// Whether the table has this column and no row leaves it empty.
    package func isFull(_ column: LossColumn) -> Bool { has(column) && rows.allSatisfy { !isEmpty(column, $0) } }

    /// The rows that leave a column empty; all rows where the table has no such column.
    package func rowsWithout(_ column: LossColumn) -> [Row] {
        has(column) ? rows.filter { isEmpty(column, $0) } : rows
    }

    private func isEmpty(_ column: LossColumn, _ row: Row) -> Bool { text(column, row)?.isEmpty ?? true }

    /// The names of the columns that the file has.
    package var columnNames: String { header.joined(separator: ", ") }

    /// The place of a row in the file, for errors.
    package func place(_ row: Row) -> String { layout.place(row.line, in: file) }

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
                let name = map.places[column].map { header[$0] } ?? column.rawValue
                throw ScalebenchError(
                    .invalidInput,
                    "the file holds \(values.count) values of \(name): losses of different ones cannot be compared",
                    at: file,
                    hint: column == .metric
                        ? "choose one, for example --metric '\(values[0])'; in compare, --metric all judges each"
                        : "choose one, for example --where '\(name)=\(values[0])'")
            }
        }
    }
}

extension [(line: Int, cells: [String])] {
    /// The rows that satisfy every filter; at least one.
    fileprivate func keeping(
        _ filters: [TableFilter], _ map: ColumnMap, header: [String], file: String
    ) throws -> [(line: Int, cells: [String])] {
        var kept = self
        for (column, value) in filters {
            guard let index = map.place(ofFilter: column) else {
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
