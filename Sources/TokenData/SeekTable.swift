// The seek table at the end of a shard: where each frame begins and what it must decode to.
// Source: "Zstandard Seekable Format" 0.1.0 (facebook/zstd, contrib/seekable_format). The table is a skippable frame,
// so plain `zstd -d` passes over it. Layout, little-endian:
//   u32 0x184D2A5E · u32 bytes that follow · entries · u32 frames · u8 descriptor · u32 0x8F92EAB1
//   entry: u32 compressed bytes · u32 decompressed bytes · u32 checksum (descriptor bit 7 set)
// The checksum is the low half of the XXH64 of the decoded frame: the very four bytes that zstd writes at the end of a
// frame with a content checksum. A manifest that names the SHA-256 of the table thereby fixes every frame of the shard,
// and opening a shard reads its table, not its tokens.

import Foundation
import ScalebenchCore

/// The frames of one shard in order.
struct SeekTable: Sendable, Equatable {
    struct Frame: Sendable, Equatable {
        var compressedBytes: Int
        var decompressedBytes: Int
        var checksum: UInt32
    }

    private(set) var frames: [Frame] = []
    /// Offset of each frame in the file.
    private(set) var offsets: [Int] = []
    /// Bytes of all frames together: where the table itself begins.
    private(set) var framesEnd = 0

    /// Frames larger than this are refused before memory is taken for them.
    static let largestFrameBytes = 4 << 20
    private static let skippableMagic: UInt32 = 0x184D_2A5E
    private static let seekableMagic: UInt32 = 0x8F92_EAB1
    private static let footerBytes = 9
    private static let entryBytes = 12

    mutating func append(_ frame: Frame) {
        frames.append(frame)
        offsets.append(framesEnd)
        framesEnd += frame.compressedBytes
    }
}

// MARK: - Bytes

extension SeekTable {
    /// The whole skippable frame.
    func encoded() -> Data {
        var data = Data(capacity: frames.count * Self.entryBytes + 17)
        data.append(littleEndian: Self.skippableMagic)
        data.append(littleEndian: UInt32(frames.count * Self.entryBytes + Self.footerBytes))
        for frame in frames {
            data.append(littleEndian: UInt32(frame.compressedBytes))
            data.append(littleEndian: UInt32(frame.decompressedBytes))
            data.append(littleEndian: frame.checksum)
        }
        data.append(littleEndian: UInt32(frames.count))
        data.append(0x80)
        data.append(littleEndian: Self.seekableMagic)
        return data
    }

    /// Reads the table at the end of `file`; throws `damagedData` where it does not describe exactly this file.
    static func read(from file: ShardFile) throws -> (table: SeekTable, bytes: Data) {
        func damaged(_ message: String) -> ScalebenchError {
            ScalebenchError(
                .damagedData, message, at: file.path,
                hint:
                    "the file is truncated or is not a shard in the zstd seekable format; restore it, or remove the folder to have the data set made again"
            )
        }
        guard file.size >= 8 + footerBytes else { throw damaged("too short for a shard") }
        let footer = try file.read(at: file.size - footerBytes, count: footerBytes)
        guard footer.littleEndian(at: 5) == seekableMagic else { throw damaged("no seek table at the end") }
        guard footer[4] == 0x80 else { throw damaged("the seek table has no frame checksums") }
        let count = Int(footer.littleEndian(at: 0))
        let tableBytes = 8 + count * entryBytes + footerBytes
        guard tableBytes <= file.size else { throw damaged("the seek table is longer than the file") }

        let bytes = try file.read(at: file.size - tableBytes, count: tableBytes)
        guard bytes.littleEndian(at: 0) == skippableMagic, Int(bytes.littleEndian(at: 4)) == tableBytes - 8 else {
            throw damaged("the seek table has no valid header")
        }
        var table = SeekTable()
        for index in 0..<count {
            let at = 8 + index * entryBytes
            let frame = Frame(
                compressedBytes: Int(bytes.littleEndian(at: at)),
                decompressedBytes: Int(bytes.littleEndian(at: at + 4)),
                checksum: bytes.littleEndian(at: at + 8))
            guard (1...largestFrameBytes).contains(frame.decompressedBytes), frame.compressedBytes > 4,
                frame.compressedBytes <= file.size
            else { throw damaged("frame \(index) has an impossible size") }
            table.append(frame)
        }
        guard table.framesEnd + tableBytes == file.size else {
            throw damaged("the seek table does not add up to the file's size")
        }
        return (table, bytes)
    }
}

extension Data {
    mutating func append(littleEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// The 32-bit number `offset` bytes after the start.
    func littleEndian(at offset: Int) -> UInt32 {
        (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[startIndex + offset + $1]) << (8 * UInt32($1)) }
    }
}
