// A loss curve drawn with characters: Braille patterns (two by four dots each), or stars where the terminal has no
// Unicode.

import Foundation
package import ScalebenchCore

/// Draws a curve for a terminal.
package enum CurvePlot {
    /// The curve over tokens, or over steps where tokens are unknown; points without a loss are left out.
    ///
    /// The result is lines joined by newlines, axes included; it is empty with fewer than two points to draw.
    package static func render(_ curve: LossCurve, columns: Int = 64, rows: Int = 12, isUnicode: Bool) -> String {
        let usesTokens = curve.points.allSatisfy { $0.tokens != nil }
        let points = curve.points.compactMap { point in
            point.loss.map { (x: Double(usesTokens ? point.tokens! : point.step), y: $0) }
        }
        guard points.count >= 2, let low = points.map(\.y).min(), let high = points.map(\.y).max() else { return "" }
        let first = points[0].x, last = points[points.count - 1].x
        var canvas = Canvas(columns: columns, rows: rows, isUnicode: isUnicode)
        // A flat curve lies in the middle.
        let middle = high == low
        let places = points.map { point in
            (
                x: Int(((point.x - first) / (last - first) * Double(canvas.width - 1)).rounded()),
                y: Int(((middle ? 0.5 : (high - point.y) / (high - low)) * Double(canvas.height - 1)).rounded())
            )
        }
        for (start, end) in zip(places, places.dropFirst()) { canvas.line(from: start, to: end) }
        return framed(canvas.lines, low: low, high: high, from: first, to: last, unit: usesTokens ? "tokens" : "steps")
    }

    private static func framed(
        _ lines: [String], low: Double, high: Double, from: Double, to: Double, unit: String
    ) -> String {
        let top = Phrase.loss(high), bottom = Phrase.loss(low)
        let margin = max(top.count, bottom.count)
        let padded = { (text: String) in String(repeating: " ", count: margin - text.count) + text }
        let rows = lines.enumerated().map { index, line in
            let label = index == 0 ? top : index == lines.count - 1 ? bottom : ""
            return "  \(padded(label)) | \(line)".trimmingSuffix(" ")
        }
        let left = Quantity.short(from), right = "\(Quantity.short(to)) \(unit)"
        let gap = String(repeating: " ", count: max(1, (lines.first?.count ?? 0) - left.count - right.count))
        return (rows + ["  \(padded(""))   \(left)\(gap)\(right)"]).joined(separator: "\n")
    }

    private struct Canvas {
        let columns: Int
        let rows: Int
        let isUnicode: Bool
        private var dots: [Bool]

        init(columns: Int, rows: Int, isUnicode: Bool) {
            self.columns = columns
            self.rows = rows
            self.isUnicode = isUnicode
            dots = Array(repeating: false, count: columns * rows * (isUnicode ? 8 : 1))
        }

        var width: Int { columns * (isUnicode ? 2 : 1) }
        var height: Int { rows * (isUnicode ? 4 : 1) }

        mutating func line(from: (x: Int, y: Int), to: (x: Int, y: Int)) {
            let steps = max(abs(to.x - from.x), abs(to.y - from.y), 1)
            for step in 0...steps {
                let share = Double(step) / Double(steps)
                let x = Double(from.x) + share * Double(to.x - from.x)
                let y = Double(from.y) + share * Double(to.y - from.y)
                dots[Int(y.rounded()) * width + Int(x.rounded())] = true
            }
        }

        var lines: [String] {
            (0..<rows).map { row in
                String((0..<columns).map { column in isUnicode ? braille(row, column) : star(row, column) })
            }
        }

        private func star(_ row: Int, _ column: Int) -> Character { dots[row * width + column] ? "*" : " " }

        /// Bits of the dots by row, the left column first.
        private static let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

        private func braille(_ row: Int, _ column: Int) -> Character {
            var pattern: UInt32 = 0
            for y in 0..<4 {
                for x in 0..<2 where dots[(4 * row + y) * width + 2 * column + x] { pattern |= Self.bits[y][x] }
            }
            return pattern == 0 ? " " : Character(Unicode.Scalar(0x2800 + pattern)!)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        String(self[..<(lastIndex { $0 != character }.map(index(after:)) ?? startIndex)])
    }
}
