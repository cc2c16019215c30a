// The .idx file beside a Megatron-LM .bin: number type and lengths of the sequences. Layout, little-endian:
// "MMIDIDX\0\0" · u64 version 1 · u8 type · u64 sequences · u64 documents · i32 lengths[sequences] · i64 offsets …
// Only type and lengths are used; the tokens lie in the .bin without a header, one sequence after the other.

import ScalebenchCore

/// What an .idx file says of its .bin.
struct MegatronIndex: Equatable {
    static let magic = Array("MMIDIDX\0\0".utf8)
    private static let headerBytes = 34

    var element: TokenElement
    var lengths: [Int32]

    /// Reads the .idx file at `path`. Its size is a few bytes per sequence.
    init(path: String) throws {
        let source = try ByteSource(path)
        func damaged(_ message: String) -> ScalebenchError {
            ScalebenchError(.damagedData, message, at: path, hint: "restore the .idx file, or state --dtype instead")
        }
        var bytes: [UInt8] = []
        func read(_ count: Int) throws {
            while bytes.count < count {
                guard let piece = try source.next() else { throw damaged("the index ends too early") }
                bytes += piece
            }
        }
        try read(Self.headerBytes)
        guard bytes.starts(with: Self.magic), Self.number(bytes, at: 9) == 1 else {
            throw damaged("not an index that Megatron-LM wrote")
        }
        let types: [UInt8: TokenElement] = [1: .uint8, 2: .int8, 3: .int16, 4: .int32, 5: .int64, 8: .uint16]
        guard let element = types[bytes[17]] else {
            throw ScalebenchError(.invalidInput, "the tokens are not whole numbers", at: path)
        }
        let sequences = Self.number(bytes, at: 18)
        guard sequences <= 1 << 40 else { throw damaged("the index ends too early") }
        try read(Self.headerBytes + Int(sequences) * 4)
        self.element = element
        lengths = bytes.withUnsafeBytes { raw in
            (0..<Int(sequences)).map {
                Int32(littleEndian: raw.loadUnaligned(fromByteOffset: Self.headerBytes + 4 * $0, as: Int32.self))
            }
        }
        guard lengths.allSatisfy({ $0 >= 0 }) else { throw damaged("a sequence has a negative length") }
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }
}
