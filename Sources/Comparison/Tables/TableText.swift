// A table in any text format that people export: cells between delimiters, or JSON. It gives names and cells; what they
// mean is the business of LossTable.

package import Foundation
import ScalebenchCore

/// The named columns and the cells of a table.
package struct TableText: Sendable {
    /// The names of the columns.
    package private(set) var header: [String]
    /// Every row that has a cell with content, with the place in the file that it starts at.
    package private(set) var rows: [(line: Int, cells: [String])]
    package let layout: Layout

    /// How a table is written.
    package struct Layout: Sendable, Equatable {
        /// `delimited`, `json` or `jsonLines`.
        package var format: Format
        /// The character between cells; nil in JSON.
        package var delimiter: Character?
        /// Whether the characters are those of UTF-16, as Excel's "Unicode text" is.
        package var isUTF16 = false

        package enum Format: String, Sendable { case delimited, json, jsonLines }

        /// What a row is counted in: lines, or records of a document that may be one line.
        var rowNoun: String { format == .json ? "record" : "line" }

        /// The place of a row, for errors.
        func place(_ row: Int, in file: String) -> String {
            format == .json ? "\(file):record \(row)" : "\(file):\(row)"
        }
    }

    /// - Throws: `invalidInput` for bytes that are no table, with what converts them where that is known.
    package init(_ data: Data, file: String) throws {
        var text = data, isUTF16 = false
        if let decoded = try Self.fromUTF16(data, file: file) {
            text = decoded
            isUTF16 = true
        }
        try ForeignFormat.refuse(text, file: file)
        try MarkupFormat.refuse(text, file: file)
        guard String(validating: text, as: UTF8.self) != nil else {
            let names = ForeignFormat.names(file)
            throw ScalebenchError(
                .invalidInput, "the characters are not those of UTF-8", at: file,
                hint:
                    "for a file of older Windows programs: iconv -f WINDOWS-1252 -t UTF-8 \(names.file) > \(names.table)"
            )
        }
        var layout: Layout, table: (header: [String], rows: [(line: Int, cells: [String])])
        if JSONTable.begins(text) {
            (table, layout) = try JSONTable.read(text, file: file)
        } else {
            (table, layout) = try Self.delimited(text, file: file)
        }
        layout.isUTF16 = isUTF16
        header = table.header.map { $0.trimmingCharacters(in: .whitespaces) }
        rows = table.rows.filter { row in row.cells.contains { !$0.isEmpty } }
        self.layout = layout
    }

    /// The same table with a column for every name such as `optimizer+schedule` that joins the names of two or more.
    func joining(_ columns: [(role: String, name: String)]) -> TableText {
        var table = self
        for (_, name) in columns where !table.header.contains(name) {
            let places = name.split(separator: "+").map { part in header.firstIndex(of: String(part)) }
            guard places.count > 1, places.allSatisfy({ $0 != nil }) else { continue }
            let known = places.compactMap { $0 }
            table.header.append(name)
            for row in table.rows.indices {
                table.rows[row].cells.append(known.map { rows[row].cells[$0] }.joined(separator: " "))
            }
        }
        return table
    }

    // MARK: - Characters

    /// The UTF-8 text of a file in UTF-16; nil for other files.
    private static func fromUTF16(_ data: Data, file: String) throws -> Data? {
        let head = Array(data.prefix(4))
        guard head.count == 4 else { return nil }
        let encoding: String.Encoding
        switch (head[0], head[1]) {
        case (0xFF, 0xFE) where head[2] != 0 || head[3] != 0, (0xFE, 0xFF): encoding = .utf16
        // Without a mark, the zero bytes of Latin letters tell.
        case (1..., 0) where head[2] > 0 && head[3] == 0: encoding = .utf16LittleEndian
        default: return nil
        }
        guard let text = String(data: data, encoding: encoding) else {
            throw ScalebenchError(
                .invalidInput, "the characters are not those of UTF-16, as its first bytes say", at: file,
                hint: "save it as UTF-8")
        }
        return Data(text.utf8)
    }

    // MARK: - Delimited text

    private static let newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

    private static func delimited(
        _ data: Data, file: String
    ) throws -> ((header: [String], rows: [(line: Int, cells: [String])]), Layout) {
        var text = data
        // Old Macintosh programs end lines with a carriage return alone.
        if text.contains(carriageReturn), !text.contains(newline) {
            text = Data(text.map { $0 == carriageReturn ? newline : $0 })
        }
        let (start, skipped, stated) = Self.start(of: text)
        let names = text[start...].prefix { $0 != newline }
        let delimiter = try stated ?? Self.delimiter(of: names, file: file)
        // Empty lines stand for those that are skipped, so that lines are counted as in the file.
        text = Data(repeating: newline, count: skipped) + text[start...]
        let table = try DelimitedText(text, file: file, delimiter: delimiter)
        let layout = Layout(format: .delimited, delimiter: Character(UnicodeScalar(delimiter)))
        guard delimiter == UInt8(ascii: "|") else { return ((table.header, table.rows), layout) }
        return (withoutFrame(table), layout)
    }

    /// Where the line of names begins, the number of lines before it, and the character between cells where one of these
    /// says so.
    private static func start(of text: Data) -> (index: Int, lines: Int, delimiter: UInt8?) {
        var index = text.startIndex + (text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0), lines = 0
        var line = text[index...].prefix { $0 != newline }
        // Excel may say which character stands between cells.
        if line.starts(with: Data("sep=".utf8)), line.count > 4, line.endIndex < text.endIndex {
            return (line.endIndex + 1, 1, line[line.startIndex + 4])
        }
        // Remarks come before the names, unless they are the names, as NumPy writes them.
        while line.first == UInt8(ascii: "#"), line.endIndex < text.endIndex {
            let next = text[(line.endIndex + 1)...].prefix { $0 != newline }
            guard next.first == UInt8(ascii: "#") || mostDelimiters(next) > mostDelimiters(line) else { break }
            index = line.endIndex + 1
            line = next
            lines += 1
        }
        return (index, lines, nil)
    }

    private static func mostDelimiters(_ line: Data) -> Int {
        ",;\t|".utf8.map { byte in line.count { $0 == byte } }.max() ?? 0
    }

    /// The character that is most often between the names of columns.
    private static func delimiter(of line: Data, file: String) throws -> UInt8 {
        var counts: [UInt8: Int] = [:], isQuoted = false
        let candidates = ",;\t|".utf8
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, candidates.contains(byte) { counts[byte, default: 0] += 1 }
        }
        let best = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? UInt8(ascii: ",")
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard counts[best] != nil || words.count < 3 else {
            let names = ForeignFormat.names(file)
            throw ScalebenchError(
                .invalidInput, "the columns are separated by spaces", at: "\(file):1",
                hint: ForeignFormat.python("pandas.read_csv('\(names.file)', sep=r'\\s+')", names.table))
        }
        return best
    }

    /// A table of bars without what only frames it, as Markdown has it.
    private static func withoutFrame(
        _ table: DelimitedText
    ) -> (header: [String], rows: [(line: Int, cells: [String])]) {
        let kept = table.rows.filter { row in
            !row.cells.allSatisfy { cell in cell.allSatisfy { "-:+= ".contains($0) } }
        }
        return (table.header, kept.map { ($0.line, $0.cells.map { $0.trimmingCharacters(in: .whitespaces) }) })
    }
}
