// A checksum of cells of the index. SQLite has none of its own, and a flipped bit would show another loss in every list.

import Foundation

/// FNV-1a over the bytes of cells: where a single byte differs, so does the sum.
struct RowChecksum {
    private var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01b3

    /// The sum as the index holds it.
    var number: Int { Int(truncatingIfNeeded: sum) }

    init(_ cells: [StoreIndex.Value] = []) {
        for cell in cells { add(cell) }
    }

    mutating func add(_ cell: StoreIndex.Value) {
        switch cell {
        case .null: add(byte: 0)
        case .integer(let number): add(UInt64(truncatingIfNeeded: number))
        case .number(let number): add(number.bitPattern)
        case .text(let text):
            for byte in text.utf8 { add(byte: byte) }
            // No text holds this byte, so that two cells never look like two others.
            add(byte: 0xff)
        case .data(let data): data.withUnsafeBytes { for byte in $0 { add(byte: byte) } }
        }
    }

    private mutating func add(_ bits: UInt64) {
        var bits = bits
        for _ in 0..<8 {
            add(byte: UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    private mutating func add(byte: UInt8) { sum = (sum ^ UInt64(byte)) &* Self.prime }
}
