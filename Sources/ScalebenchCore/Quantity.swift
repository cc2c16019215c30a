// Numbers as people read them.

import Foundation

/// Short spellings of counts, durations and bytes.
package enum Quantity {
    /// Three significant digits: `12.3 M`, `1.02e15` from 10¹² on.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let value = rounded(value)
        switch abs(value) {
        case 1e12...: return String(format: "%.2e", value).replacingOccurrences(of: "e+", with: "e")
        case 1e9...: return significant(value / 1e9) + " G"
        case 1e6...: return significant(value / 1e6) + " M"
        case 1e3...: return significant(value / 1e3) + " k"
        default: return significant(value)
        }
    }

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

    /// `digits` significant digits, no exponent, no trailing zeros after the point.
    package static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0" : "–" }
        let magnitude = Int(floor(log10(abs(value))))
        let decimals = max(0, digits - 1 - magnitude)
        var text = String(format: "%.\(decimals)f", value)
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }
}
