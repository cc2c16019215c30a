// Sizes as people write them in names and tables: `10M`, `1.5B`, `124,439,808`, `3e8`.

import Foundation

/// Reads numbers that may end in a unit of size.
package enum ScaledNumber {
    /// B and G are both 10⁹, as in "a 7B model". Case does not matter: no size is a thousandth.
    private static let units: [Character: Double] = [
        "k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12,
    ]

    /// The number; nil for any other text, and for what is not finite.
    package static func parse(_ text: some StringProtocol) -> Double? {
        var digits = text.trimmingCharacters(in: .whitespaces)
        var unit = 1.0
        if let last = digits.last, let value = units[Character(last.lowercased())] {
            unit = value
            digits.removeLast()
            digits = digits.trimmingCharacters(in: .whitespaces)
        }
        // "10_000" and "124,439,808" group digits; "1,5" does not, and is refused.
        if digits.wholeMatch(of: /[0-9]{1,3}(?:[,_][0-9]{3})+(?:\.[0-9]*)?/) != nil {
            digits.removeAll { $0 == "," || $0 == "_" }
        }
        // No "inf", "nan" and hexadecimal digits.
        guard digits.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let number = Double(digits) else {
            return nil
        }
        // 4.7M must read as 4,700,000 and not as what the product of two binary numbers happens to be.
        let value = unit == 1 ? number : Double("\(digits)e\(Int(log10(unit)))") ?? number * unit
        return value.isFinite ? value : nil
    }
}
