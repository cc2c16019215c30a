// The number types in which other programs store tokens; little-endian throughout.

/// How one token lies in a file.
package enum TokenElement: String, Sendable, CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64

    package var bytes: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32: 4
        case .uint64, .int64: 8
        }
    }

    /// The tokens in `bytes`, whole elements. A number that is not a token (negative, or beyond 32 bits) ends the list.
    func tokens(in bytes: ArraySlice<UInt8>) -> [UInt32] {
        bytes.withUnsafeBytes { raw in
            switch self {
            case .uint8: raw.map(UInt32.init)
            case .uint16: Self.plain(raw) { UInt32(UInt16(littleEndian: $0)) }
            case .uint32: Self.plain(raw) { UInt32(littleEndian: $0) }
            case .int8: Self.checked(raw, Int8.self)
            case .int16: Self.checked(raw, Int16.self)
            case .int32: Self.checked(raw, Int32.self)
            case .uint64: Self.checked(raw, UInt64.self)
            case .int64: Self.checked(raw, Int64.self)
            }
        }
    }

    private static func plain<Element: FixedWidthInteger>(
        _ raw: UnsafeRawBufferPointer, _ convert: (Element) -> UInt32
    ) -> [UInt32] {
        let width = MemoryLayout<Element>.size
        return (0..<raw.count / width).map { convert(raw.loadUnaligned(fromByteOffset: $0 * width, as: Element.self)) }
    }

    private static func checked<Element: FixedWidthInteger>(
        _ raw: UnsafeRawBufferPointer, _ type: Element.Type
    ) -> [UInt32] {
        let width = MemoryLayout<Element>.size
        var tokens: [UInt32] = []
        tokens.reserveCapacity(raw.count / width)
        for index in 0..<raw.count / width {
            let value = Element(littleEndian: raw.loadUnaligned(fromByteOffset: index * width, as: Element.self))
            guard let token = UInt32(exactly: value) else { break }
            tokens.append(token)
        }
        return tokens
    }
}
