// Which decimal mark each column of a table has. A column may tell, or another column of the same file; where neither
// does, a table with ; between cells has decimal commas, because programs write ; where the comma is taken.

import ScalebenchCore

/// The decimal marks of the columns that hold numbers.
struct DecimalMarks: Sendable {
    private var ofColumn: [Int: DecimalMark] = [:]
    private var common = DecimalMark.point
    /// Whether a column has decimal commas without the user having said so.
    private(set) var foundCommas = false

    /// Points everywhere.
    init() {}

    /// - Parameters:
    ///   - columns: the places of the columns with numbers.
    ///   - stated: the mark that the user names; nil to find out.
    /// - Throws: `invalidInput` for a column with both marks, or one that can be read in two ways.
    init(_ text: TableText, columns: [Int], stated: DecimalMark?, file: String) throws {
        common = stated ?? .point
        guard stated == nil, text.layout.format == .delimited else { return }
        let isOpen = columns.contains { column in text.rows.contains { Self.needsThought($0.cells[column]) } }
        guard isOpen else { return }
        let evidence = columns.map { column in
            (column, DecimalEvidence(text.rows.indices.lazy.map { (row: $0, text: text.rows[$0].cells[column]) }))
        }
        let marks = Set(evidence.flatMap { $0.1.certain.keys })
        for (column, seen) in evidence {
            let mark = try Self.mark(of: seen, others: marks, text, column, file: file)
            ofColumn[column] = mark
            if mark == .comma, seen.certain[.comma] != nil || seen.open[.comma] != nil { foundCommas = true }
        }
    }

    subscript(column: Int) -> DecimalMark { ofColumn[column] ?? common }

    /// Whether a cell has a comma, or more points than a number has.
    private static func needsThought(_ cell: String) -> Bool {
        var points = 0
        for byte in cell.utf8 {
            if byte == UInt8(ascii: ",") { return true }
            if byte == UInt8(ascii: ".") { points += 1 }
        }
        return points > 1
    }

    private static func mark(
        of seen: DecimalEvidence, others: Set<DecimalMark>, _ text: TableText, _ column: Int, file: String
    ) throws -> DecimalMark {
        func cell(_ row: Int) -> String { "\"\(text.rows[row].cells[column])\"" }
        if let comma = seen.certain[.comma], let point = seen.certain[.point] {
            let (row, other) = (max(comma, point), min(comma, point))
            throw ScalebenchError(
                .invalidInput, "\(cell(row)) and \(cell(other)) have different decimal marks",
                at: "\(file):\(text.rows[row].line)",
                hint: "write all numbers of the column \"\(text.header[column])\" alike")
        }
        if let certain = seen.certain.keys.first { return certain }
        if others.count == 1, let other = others.first { return other }
        guard let row = seen.open[.comma] else { return .point }
        if text.layout.delimiter == ";" { return .comma }
        throw ScalebenchError(
            .invalidInput, "\(cell(row)) may have a decimal comma or a comma between thousands",
            at: "\(file):\(text.rows[row].line)", hint: "say which with --decimal comma or --decimal point")
    }
}
