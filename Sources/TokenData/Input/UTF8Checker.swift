// Checks whether bytes are UTF-8 and finds the first wrong one. Source: The Unicode Standard, table 3-7 (well-formed
// byte sequences).

/// Checks a stream of bytes that arrives in pieces.
struct UTF8Checker {
    /// Bytes found good so far.
    private(set) var count = 0
    /// Line ends among them.
    private(set) var lines = 0
    private var continuations = 0
    private var low: UInt8 = 0x80, high: UInt8 = 0xBF

    /// Whether the bytes so far end between two characters.
    var isComplete: Bool { continuations == 0 }

    /// Takes in `bytes`; returns false at the first byte that may not stand there, whose offset is then `count`.
    mutating func check(_ bytes: [UInt8]) -> Bool {
        for byte in bytes {
            if continuations > 0 {
                guard low <= byte, byte <= high else { return false }
                continuations -= 1
                low = 0x80
                high = 0xBF
            } else if byte >= 0x80 {
                switch byte {
                case 0xC2...0xDF: continuations = 1
                case 0xE0...0xEF:
                    continuations = 2
                    if byte == 0xE0 { low = 0xA0 }
                    if byte == 0xED { high = 0x9F }
                case 0xF0...0xF4:
                    continuations = 3
                    if byte == 0xF0 { low = 0x90 }
                    if byte == 0xF4 { high = 0x8F }
                default: return false
                }
            } else if byte == UInt8(ascii: "\n") {
                lines += 1
            }
            count += 1
        }
        return true
    }
}
