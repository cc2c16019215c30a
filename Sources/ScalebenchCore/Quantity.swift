// Numbers as people read them.

import Foundation

/// Short spellings of counts, durations and bytes. Negative numbers have a minus sign, not a hyphen.
package enum Quantity {
    /// Three significant digits with a prefix: `12.3 M`, `1.02 P`.
    package static func short(_ value: Double) -> String { short(value, unit: "") }

    /// An amount of floating-point operations: `5.15 TFLOPs`, `120 FLOPs`.
    package static func flops(_ value: Double) -> String { short(value, unit: "FLOPs") }

    /// A scale with what it counts: `5.15 TFLOPs`, `7 G parameters`, `131 k tokens`.
    package static func scale(_ value: Double, _ axis: ScaleAxis) -> String {
        axis == .flops ? flops(value) : "\(short(value)) \(axis.unit)"
    }

    /// A unit follows its prefix without a space.
    private static func short(_ value: Double, unit: String) -> String {
        guard value.isFinite else { return "–" }
        let value = rounded(value), thousands = value == 0 ? 0 : Int(floor(log10(abs(value)) / 3 + 1e-12))
        let suffix = unit.isEmpty ? "" : " \(unit)"
        guard thousands > 0 else { return significant(value) + suffix }
        guard thousands <= prefixes.count else { return scientific(value) + suffix }
        return "\(significant(value / pow(1000, Double(thousands)))) \(prefixes[thousands - 1])\(unit)"
    }

    private static let prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"]

    /// `5.34 × 10⁻⁶`: for numbers that neither decimals nor prefixes suit.
    package static func scientific(_ value: Double, digits: Int = 3) -> String {
        let parts = String(format: "%.\(digits - 1)e", value).split(separator: "e")
        guard parts.count == 2, let mantissa = Double(parts[0]), let exponent = Int(parts[1]) else { return "–" }
        return "\(significant(mantissa, digits: digits)) × 10\(superscript(exponent))"
    }

    /// `⁻⁶`: an exponent.
    package static func superscript(_ exponent: Int) -> String {
        let digits: [Character: Character] = [
            "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
            "-": "⁻",
        ]
        return String(String(exponent).map { digits[$0] ?? $0 })
    }

    /// `−0.0312`, `+0.0312` where signs are asked for. Zero has no direction: it is `0.0000`, or `+0.0000`.
    package static func fixed(_ value: Double, decimals: Int, isSigned: Bool = false) -> String {
        let text = shortFixed(abs(value), decimals) ?? String(format: "%.\(decimals)f", abs(value))
        let isNegative = value < 0 && Double(text) != 0
        return (isNegative ? "−" : isSigned ? "+" : "") + text
    }

    /// What `String(format:)` gives, in a small part of its time: lists have very many numbers. It is nil for numbers that
    /// are too long for it.
    private static func shortFixed(_ value: Double, _ decimals: Int) -> String? {
        guard (0..<powersOfTen.count).contains(decimals) else { return nil }
        let scaled = value * powersOfTen[decimals]
        guard scaled < 0x1p52 else { return nil }
        // The product's own rounding decides where it fell on a half.
        let below = scaled.rounded(.down), beyondHalf = scaled - below - 0.5
        let error = beyondHalf != 0 ? beyondHalf : (-scaled).addingProduct(value, powersOfTen[decimals])
        let isUp = error > 0 || (error == 0 && Int(below) % 2 == 1)
        var digits = Array(String(Int(below) + (isUp ? 1 : 0)).utf8)
        guard decimals > 0 else { return String(decoding: digits, as: UTF8.self) }
        let missing = decimals + 1 - digits.count
        if missing > 0 { digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing), at: 0) }
        digits.insert(UInt8(ascii: "."), at: digits.count - decimals)
        return String(decoding: digits, as: UTF8.self)
    }

    /// They are exact.
    private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    /// To three significant digits, so that the unit is chosen for what is shown: 999,999.9 is 1 M.
    private static func rounded(_ value: Double) -> Double {
        guard value != 0 else { return 0 }
        let unit = pow(10, floor(log10(abs(value))) - 2)
        let result = (value / unit).rounded() * unit
        return result.isFinite ? result : value
    }

    /// `1 run`, `3 runs`: a count with its noun.
    package static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// `45 s`, `3 min 20 s`, `2 h 5 min`, `3.2 days`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "–" }
        if seconds < 10 { return significant(seconds, digits: 2) + " s" }
        if seconds >= 172_800 { return short(seconds / 86_400) + " days" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }

    /// `1.5 GiB`.
    package static func bytes(_ count: Double) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = count, unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return significant(value) + " " + units[unit]
    }

    /// `digits` significant digits without trailing zeros after the point; a power of ten only below a millionth.
    package static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0" : "–" }
        guard abs(value) >= 1e-6 else { return scientific(value, digits: digits) }
        let magnitude = Int(floor(log10(abs(value))))
        var text = fixed(value, decimals: max(0, digits - 1 - magnitude))
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }
}
