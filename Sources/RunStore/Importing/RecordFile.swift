// The records of an event file (TensorFlow's TFRecord): u64 length, u32 masked CRC-32C of the length, the bytes, u32 masked
// CRC-32C of the bytes; all little-endian.

import Foundation
import TokenData

/// Reads the records of a file one by one, however large it is.
struct RecordFile {
    private var source: ByteSource
    private var buffer: [UInt8] = []
    private var start = 0
    /// Where the next record begins.
    private var offset = 0

    /// A record that is longer holds images or a graph, and no scalars; it is skipped without being held.
    private static let longest = 1 << 22

    /// What became of reading.
    enum Step {
        case record(ArraySlice<UInt8>)
        /// The record's bytes are not those that were written, or there are too many of them; the next one can be read.
        case damaged, skipped
        /// Nothing can be read from here on: the file ends within a record, or a length is not what was written.
        case cutOff, lost(offset: Int)
        case end
    }

    init(_ file: String) throws { source = try ByteSource(file) }

    /// Whether a file begins like a record.
    static func begins(_ data: Data) -> Bool {
        let header = [UInt8](data.prefix(12))
        return header.count == 12 && mask(crc(header[..<8])) == UInt32(header[8...].littleEndian)
    }

    mutating func next() throws -> Step {
        let header = try take(12)
        guard header.count == 12 else { return header.isEmpty ? .end : .cutOff }
        guard Self.mask(Self.crc(header.prefix(8))) == UInt32(header.suffix(4).littleEndian),
            let length = Int(exactly: header.prefix(8).littleEndian), length < 1 << 40
        else { return .lost(offset: offset) }
        guard length <= Self.longest else {
            guard try skip(length + 4) else { return .cutOff }
            offset += length + 16
            return .skipped
        }
        let body = try take(length + 4)
        guard body.count == length + 4 else { return .cutOff }
        offset += length + 16
        let content = body.dropLast(4)
        return Self.mask(Self.crc(content)) == UInt32(body.suffix(4).littleEndian) ? .record(content) : .damaged
    }

    /// The next `count` bytes, or as many as there are.
    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        if buffer.count - start < count {
            buffer.removeFirst(start)
            start = 0
            while buffer.count < count, let piece = try source.next() { buffer += piece }
        }
        let taken = buffer[start..<min(buffer.count, start + count)]
        start += taken.count
        return taken
    }

    private mutating func skip(_ count: Int) throws -> Bool {
        var left = count
        while left > 0 {
            let piece = try take(min(left, 1 << 18))
            if piece.isEmpty { return false }
            left -= piece.count
        }
        return true
    }

    // MARK: - CRC-32C

    /// The polynomial of Castagnoli, bits reversed.
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { value, byte in value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    }

    /// A CRC of bytes that hold CRCs would be weak; hence the mask.
    private static func mask(_ crc: UInt32) -> UInt32 { (crc >> 15 | crc << 17) &+ 0xA282_EAD8 }
}
