// Columns of text for terminals: widths counted in characters, control characters made harmless.

/// A table with a header line; the first columns are flush left, the others flush right.
package struct TextTable {
    /// The rows, the header first.
    private(set) var rows: [[String]]
    private let leftColumns: Int

    /// - Parameter leftColumns: how many of the first columns hold words.
    package init(header: [String], leftColumns: Int = 1) {
        rows = [header]
        self.leftColumns = leftColumns
    }

    package mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table as lines joined by newlines, indented by two spaces.
    package var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                return index < leftColumns ? cell + padding : padding + cell
            }
            return trimmed("  " + cells.joined(separator: "   "))
        }.joined(separator: "\n")
    }

    private func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }
}
