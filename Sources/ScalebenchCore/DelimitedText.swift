// Comma-separated tables (RFC 4180), read by bytes so that errors can name the line. A library would hand out rows
// without their line numbers, and those are what a user needs to mend a file.

package import Foundation

/// The rows of a CSV text with a header line.
package struct DelimitedText: Sendable {
    package let header: [String]
    /// Every row with the line of the file it starts on. A row has as many cells as the header.
    package let rows: [(line: Int, cells: [String])]

    /// - Throws: `invalidInput` for an empty table, an open quote, or a row whose cell count is not the header's.
    package init(_ data: Data, file: String) throws {
        var records = try Self.records(of: data, file: file)
        guard !records.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the table is empty", at: file, hint: "the first line names the columns")
        }
        header = records.removeFirst().cells
        for record in records where record.cells.count != header.count {
            throw ScalebenchError(
                .invalidInput, "\(record.cells.count) cells, the header has \(header.count)",
                at: "\(file):\(record.line)", hint: "quote cells that hold a comma")
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

    private static func records(of data: Data, file: String) throws -> [(line: Int, cells: [String])] {
        var records: [(line: Int, cells: [String])] = []
        var cells: [String] = [], cell: [UInt8] = []
        var line = 1, recordLine = 1, isQuoted = false, wasQuoted = false
        let quote = UInt8(ascii: "\""), newline = UInt8(ascii: "\n")

        func endCell() {
            cells.append(String(decoding: cell, as: UTF8.self))
            cell.removeAll(keepingCapacity: true)
            wasQuoted = false
        }
        func endRecord() {
            endCell()
            if cells != [""] { records.append((recordLine, cells)) }
            cells = []
        }

        let bytes = [UInt8](data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
        var index = 0
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
            } else if byte == UInt8(ascii: ",") {
                endCell()
            } else if byte == newline {
                if cell.last == UInt8(ascii: "\r") { cell.removeLast() }
                endRecord()
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
        if !cells.isEmpty || !cell.isEmpty { endRecord() }
        return records
    }
}

// MARK: - Writing

extension DelimitedText {
    /// One line of CSV with its newline; cells that need quotes get them.
    package static func line(_ cells: [String]) -> String {
        let quoted = cells.map { cell in
            cell.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
                ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
        }
        return quoted.joined(separator: ",") + "\n"
    }
}
