// Comma-separated tables (RFC 4180), and those with another delimiter, read by bytes so that errors can name the line. A library would hand out rows
// without their line numbers, and those are what a user needs to mend a file.

package import Foundation

/// The rows of a CSV text with a header line.
package struct DelimitedText: Sendable {
    package let header: [String]
    /// Every row with the line of the file it starts on. A row has as many cells as the header.
    package let rows: [(line: Int, cells: [String])]

    /// - Parameter delimiter: the byte between cells.
    /// - Throws: `invalidInput` for an empty table, an open quote, or a row whose cell count is not the header's.
    package init(_ data: Data, file: String, delimiter: UInt8 = UInt8(ascii: ",")) throws {
        var records = try Self.records(of: data, file: file, delimiter)
        guard !records.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the table is empty", at: file, hint: "the first line names the columns")
        }
        var header = records.removeFirst().cells
        // R writes the names of rows without a name for their column; with tabs no other mistake looks like it.
        if delimiter == UInt8(ascii: "\t"), !records.isEmpty,
            records.allSatisfy({ $0.cells.count == header.count + 1 && $0.cells.last != "" })
        {
            header.insert("", at: 0)
        }
        self.header = header
        for record in records where record.cells.count != header.count {
            throw ScalebenchError(
                .invalidInput, "\(record.cells.count) cells, the header has \(header.count)",
                at: "\(file):\(record.line)",
                hint: delimiter == UInt8(ascii: ",")
                    ? "quote cells that hold a comma; with decimal commas, put ; between cells"
                    : "quote cells that hold the character between cells")
        }
        rows = records
    }

    /// Where columns stand, in the order of `names`.
    /// - Throws: `invalidInput` for one that is not there.
    package func columns(_ names: [String], file: String) throws -> [Int] {
        try names.map { name in
            guard let index = header.firstIndex(of: name) else {
                throw ScalebenchError(
                    .invalidInput, "no column \(name)", at: "\(file):1",
                    hint: "columns needed: \(names.joined(separator: ", "))")
            }
            return index
        }
    }

    /// The most cells of one row, and of a table. A row takes some 100 bytes and each cell 16; the text
    /// of a cell of more than 15 bytes comes on top.
    package static let mostCellsOfRow = 20_000, mostCells = 4_000_000

    private static func records(
        of data: Data, file: String, _ delimiter: UInt8
    ) throws -> [(line: Int, cells: [String])] {
        var records: [(line: Int, cells: [String])] = []
        var cells: [String] = [], cell: [UInt8] = []
        var line = 1, recordLine = 1, isQuoted = false, wasQuoted = false, count = 0
        let quote = UInt8(ascii: "\""), newline = UInt8(ascii: "\n")

        func endCell() throws {
            count += 1
            guard cells.count < mostCellsOfRow, count <= mostCells else {
                let limit = cells.count < mostCellsOfRow ? "\(mostCells) cells" : "\(mostCellsOfRow) cells in a row"
                throw ScalebenchError(
                    .invalidInput, "more than \(limit)", at: "\(file):\(recordLine)",
                    hint: "leave out the columns and rows that are not needed")
            }
            cells.append(withoutApostrophe(String(decoding: cell, as: UTF8.self)))
            cell.removeAll(keepingCapacity: true)
            wasQuoted = false
        }
        func endRecord() throws {
            try endCell()
            if cells != [""] { records.append((recordLine, cells)) }
            cells = []
        }

        let bytes = data.span
        var index = data.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < bytes.count {
            let byte = bytes[index]
            if isQuoted {
                if byte == quote, index + 1 < bytes.count, bytes[index + 1] == quote {
                    cell.append(quote)
                    index += 1
                } else if byte == quote {
                    isQuoted = false
                } else {
                    cell.append(byte)
                }
            } else if byte == quote, cell.isEmpty, !wasQuoted {
                isQuoted = true
                wasQuoted = true
            } else if byte == delimiter {
                try endCell()
            } else if byte == newline {
                if cell.last == UInt8(ascii: "\r") { cell.removeLast() }
                try endRecord()
                recordLine = line + 1
            } else {
                cell.append(byte)
            }
            if byte == newline { line += 1 }
            index += 1
        }
        guard !isQuoted else {
            throw ScalebenchError(.invalidInput, "a quote is never closed", at: "\(file):\(recordLine)")
        }
        if !cells.isEmpty || !cell.isEmpty { try endRecord() }
        return records
    }
}

// MARK: - Writing

extension DelimitedText {
    /// One line of CSV with its newline; cells that need quotes get them. A spreadsheet would run a cell that begins like
    /// a formula, so such a cell gets an apostrophe in front.
    package static func line(_ cells: [String]) -> String {
        let quoted = cells.map { cell in
            let cell = isFormula(cell) ? "'" + cell : cell
            return cell.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
                ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
        }
        return quoted.joined(separator: ",") + "\n"
    }

    /// The cell as it was before `line` put an apostrophe in front.
    private static func withoutApostrophe(_ cell: String) -> String {
        guard cell.utf8.first == UInt8(ascii: "'"), isFormula(String(cell.dropFirst())) else { return cell }
        return String(cell.dropFirst())
    }

    private static func isFormula(_ cell: String) -> Bool {
        guard let first = cell.first, "=+-@\t".contains(first) else { return false }
        return Double(cell) == nil
    }
}
