// Numbers of JSON5 text on which Foundation's reader traps, found before it sees them.

import Foundation

enum JSON5Numbers {
    /// Whether an exponent outside of texts and comments is a sign alone, as in `5e+`, which is no number.
    static func haveBareExponent(_ data: Data) -> Bool {
        data.withUnsafeBytes { bytes in
            var index = 0
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText(bytes, &index)
                case UInt8(ascii: "/"): skipComment(bytes, &index)
                case UInt8(ascii: "e"), UInt8(ascii: "E"):
                    if isBareExponent(bytes, index) { return true }
                    index += 1
                default: index += 1
                }
            }
            return false
        }
    }

    private static func isBareExponent(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        guard index > 0, isDigit(bytes[index - 1]) || bytes[index - 1] == UInt8(ascii: "."), index + 1 < bytes.count,
            bytes[index + 1] == UInt8(ascii: "+") || bytes[index + 1] == UInt8(ascii: "-")
        else { return false }
        return index + 2 == bytes.count || !isDigit(bytes[index + 2])
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Moves behind the text that begins at `index`.
    private static func skipText(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) {
        let quote = bytes[index]
        index += 1
        while index < bytes.count, bytes[index] != quote { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
        index += 1
    }

    /// Moves behind the comment that begins at `index`, or behind a slash that begins none.
    private static func skipComment(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) {
        let kind = index + 1 < bytes.count ? bytes[index + 1] : 0
        index += 1
        if kind == UInt8(ascii: "/") {
            while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        } else if kind == UInt8(ascii: "*") {
            index += 1
            while index < bytes.count, bytes[index - 1] != UInt8(ascii: "*") || bytes[index] != UInt8(ascii: "/") {
                index += 1
            }
            index += 1
        }
    }
}
