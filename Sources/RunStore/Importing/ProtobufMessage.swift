// The wire format of protocol buffers, as far as event files need it (protobuf.dev/programming-guides/encoding).

import Foundation

/// The fields of one message, read one after the other. Bytes that are no message end the reading.
struct ProtobufMessage: Sequence, IteratorProtocol {
    enum Value {
        /// Integers, enumerations and truth values.
        case integer(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// Texts, bytes, messages within this one, and packed numbers.
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> (field: Int, value: Value)? {
        guard let key = varint(), let field = Int(exactly: key >> 3), field > 0 else { return nil }
        switch key & 7 {
        case 0: return varint().map { (field, .integer($0)) }
        case 1: return fixed(8).map { (field, .fixed64($0)) }
        case 2:
            guard let count = varint().flatMap({ Int(exactly: $0) }), count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return (field, .bytes(rest.prefix(count)))
        case 5: return fixed(4).map { (field, .fixed32(UInt32($0))) }
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).littleEndian
    }
}

extension ProtobufMessage.Value {
    var bytes: ArraySlice<UInt8>? {
        if case .bytes(let bytes) = self { return bytes }
        return nil
    }

    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    var integer: UInt64? {
        if case .integer(let value) = self { return value }
        return nil
    }

    /// A float, a double, or the one number of a packed list of `width` bytes per number.
    func number(width: Int) -> Double? {
        switch self {
        case .fixed32(let bits): Double(Float(bitPattern: bits))
        case .fixed64(let bits): Double(bitPattern: bits)
        case .bytes(let bytes) where bytes.count == width:
            width == 4
                ? Double(Float(bitPattern: UInt32(bytes.littleEndian))) : Double(bitPattern: bytes.littleEndian)
        default: nil
        }
    }
}

extension Collection where Element == UInt8 {
    /// At most eight bytes as one number.
    var littleEndian: UInt64 {
        var value: UInt64 = 0
        for (index, byte) in enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
        return value
    }
}
