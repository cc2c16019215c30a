// Columns of text for terminals: widths counted in characters, control characters made harmless.

import ScalingLaws

/// A table with a header line; the first columns are flush left, the others flush right.
package struct TextTable: Sendable {
    /// The rows, the header first.
    private(set) var rows: [[String]]
    private let spacing: Int
    private let leftColumns: Int
    private let lastIsLeft: Bool

    /// - Parameters:
    ///   - spacing: the spaces between columns.
    ///   - leftColumns: how many of the first columns hold words.
    ///   - lastIsLeft: whether the last column holds words, too.
    package init(header: [String], spacing: Int = 3, leftColumns: Int = 1, lastIsLeft: Bool = false) {
        rows = [header]
        self.spacing = spacing
        self.leftColumns = leftColumns
        self.lastIsLeft = lastIsLeft
    }

    package mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The table as lines joined by newlines, indented by two spaces.
    package var text: String { lines { trimmed("  " + $0) }.joined(separator: "\n") }

    /// The rows in columns side by side, each filled from above and under a header of its own; indented as `text` is.
    func lines(inColumns count: Int) -> [String] {
        let header = lines[0], body = Array(lines.dropFirst()), height = max((body.count + count - 1) / count, 1)
        let starts = stride(from: 0, to: max(body.count, 1), by: height)
        let first = starts.map { _ in header }.joined(separator: "  ")
        let others = (0..<height).map { row in
            starts.compactMap { start in start + row < body.count ? body[start + row] : nil }.joined(separator: "  ")
        }
        return ([first] + others).map { trimmed("  " + $0) }
    }

    /// Lines of equal length.
    private var lines: [String] { lines { $0 } }

    /// What `finish` makes of each line.
    private func lines(_ finish: @Sendable (String) -> String) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.count > column ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        let size = 1024
        return inParallel((rows.count + size - 1) / size) { piece in
            rows[piece * size..<min(rows.count, (piece + 1) * size)].map { finish(line($0, widths)) }
        }.flatMap(\.self)
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        // Bytes are appended in a small part of the time that characters take.
        var line: [UInt8] = []
        line.reserveCapacity(2 * (widths.reduce(0, +) + spacing * widths.count))
        func pad(_ count: Int) { line.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, count))) }
        for (index, cell) in row.enumerated() {
            if index > 0 { pad(spacing) }
            let isLeft = index < leftColumns || (lastIsLeft && index == widths.count - 1)
            let missing = widths[index] - Self.width(cell)
            if !isLeft { pad(missing) }
            line.append(contentsOf: cell.utf8)
            if isLeft { pad(missing) }
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// The characters of a cell. In ASCII without line ends every byte is one, and counting bytes is fast.
    private static func width(_ cell: String) -> Int {
        cell.utf8.allSatisfy { $0 < 0x80 && $0 != 0x0D } ? cell.utf8.count : cell.count
    }

    private func trimmed(_ line: String) -> String {
        let end = line.utf8.lastIndex { $0 != UInt8(ascii: " ") }
        return end.map { String(line[...$0]) } ?? ""
    }
}
