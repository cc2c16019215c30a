// Numbers as people and spreadsheets write them: 10M, 1.3B, 2e9, 1,000,000, 1 000 000, 3,14, 45 %.

import Foundation

/// The mark between the whole part of a number and its decimals.
public enum DecimalMark: String, CaseIterable, Sendable {
    case point, comma

    var byte: UInt8 { self == .point ? UInt8(ascii: ".") : UInt8(ascii: ",") }
    var other: DecimalMark { self == .point ? .comma : .point }
}

/// A number with what was read into it.
package struct TableNumber {
    package var value: Double
    /// Whether a word such as M or billion followed the number.
    var hasSuffix = false
    /// Whether a percent sign followed it; the value is then the share.
    var isPercent = false

    /// Reads a cell.
    /// - Parameter takesSuffix: whether a word such as M may follow, as it may for counts.
    /// - Returns: nil for a text that is no number.
    package init?(_ text: String, decimal: DecimalMark = .point, takesSuffix: Bool = false) {
        if decimal == .point, let value = Double(text) {
            self.value = value
            return
        }
        var core = text.trimmingCharacters(in: .whitespaces)[...], factor = 1.0
        if core.hasSuffix("%") {
            core = core.dropLast()
            factor = 0.01
            isPercent = true
        } else if takesSuffix, let (rest, unit) = Self.withoutSuffix(core) {
            core = rest
            factor = unit
            hasSuffix = true
        }
        guard let plain = Self.plain(Self.trimmed(core), decimal: decimal), let number = Double(plain) else {
            return nil
        }
        value = number * factor
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    // MARK: - Suffixes

    /// What a word after a number, or in brackets after a column's name, multiplies by; nil for other words.
    static func unit(_ word: String) -> Double? {
        switch word.lowercased() {
        case "k", "thousand", "thousands": 1e3
        case "m", "mn", "mm", "mio", "million", "millions": 1e6
        case "b", "g", "bn", "billion", "billions": 1e9
        case "t", "tn", "trillion", "trillions": 1e12
        case "p", "pflop", "pflops": 1e15
        case "eflop", "eflops": 1e18
        case "zflop", "zflops": 1e21
        case "param", "params", "parameters", "token", "tokens", "tok", "flop", "flops": 1
        default: nil
        }
    }

    /// The text before one or two words such as `M` and `M params`, with their product.
    private static func withoutSuffix(_ text: Substring) -> (rest: Substring, unit: Double)? {
        var rest = text, factor = 1.0, count = 0
        while count < 2, rest.last?.isLetter == true {
            let word = String(String(rest.reversed().prefix { $0.isLetter }).reversed())
            guard let unit = unit(word) else { break }
            factor *= unit
            rest = trimmed(rest.dropLast(word.count))
            count += 1
        }
        return count == 0 ? nil : (rest, factor)
    }

    // MARK: - Marks

    /// The number as Swift reads it; nil where its thousands are not in groups of three.
    private static func plain(_ text: Substring, decimal: DecimalMark) -> String? {
        let mark: Character = decimal == .point ? "." : ",", other: Character = decimal == .point ? "," : "."
        let parts = text.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first else { return nil }
        let decimals = parts.count == 2 ? "." + parts[1] : ""
        guard parts.count < 2 || !parts[1].contains(other) else { return nil }
        let separators: [Character] = [other, " ", "\u{A0}", "\u{202F}", "\u{2009}", "'", "\u{2019}", "_"]
        guard let separator = separators.first(where: first.contains) else { return first + decimals }
        let groups = first.split(separator: separator, omittingEmptySubsequences: false)
        let head = groups[0].drop { $0 == "-" || $0 == "+" }
        guard (1...3).contains(head.count), groups.dropFirst().allSatisfy({ $0.count == 3 }),
            groups.dropFirst().allSatisfy({ $0.allSatisfy(\.isNumber) })
        else { return nil }
        return groups.joined() + decimals
    }
}

/// What the cells of a column tell about the decimal mark.
struct DecimalEvidence {
    /// For each mark the first row that can only be read with it, and the first that can be read with both.
    private(set) var certain: [DecimalMark: Int] = [:]
    /// The first rows with a comma, and with a point, that may stand before decimals or between thousands.
    private(set) var open: [DecimalMark: Int] = [:]

    /// - Parameter cells: the texts of a column with their rows.
    init(_ cells: some Sequence<(row: Int, text: String)>) {
        for (row, text) in cells {
            guard let seen = Self.marks(text) else { continue }
            if seen.isCertain {
                if certain[seen.decimal] == nil { certain[seen.decimal] = row }
            } else if open[seen.decimal] == nil {
                open[seen.decimal] = row
            }
        }
    }

    /// The decimal mark of a number with commas or points, and whether it can be no other; nil for others.
    private static func marks(_ text: String) -> (decimal: DecimalMark, isCertain: Bool)? {
        var commas = 0, points = 0, last = DecimalMark.point, before = 0, after = 0, startsWithZero = false
        var hasExponent = false
        loop: for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "."):
                last = byte == UInt8(ascii: ",") ? .comma : .point
                if last == .comma { commas += 1 } else { points += 1 }
                after = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if commas + points == 0 {
                    if before == 0 { startsWithZero = byte == UInt8(ascii: "0") }
                    before += 1
                } else {
                    after += 1
                }
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                hasExponent = before + after > 0
                break loop
            case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: " "), UInt8(ascii: "'"), UInt8(ascii: "_"), 0x80...:
                continue
            default:
                // A suffix may end a number; a text that begins with a letter is none.
                if before + after == 0 { return nil }
                break loop
            }
        }
        guard commas + points > 0 else { return nil }
        if commas > 0, points > 0 { return (last, true) }
        // Several of one mark stand between thousands, so that the other one is left for decimals.
        if commas + points > 1 { return (last.other, true) }
        let mayGroup = (1...3).contains(before) && !startsWithZero && after == 3 && !hasExponent
        return (last, !mayGroup)
    }
}
