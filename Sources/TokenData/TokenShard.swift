// One shard file, open for reading by frame.

import CZstd
import Foundation
import ScalebenchCore

/// The frames of a shard whose seek table has been checked against the manifest. Holds no open file.
package struct TokenShard: Sendable {
    let path: String
    let type: TokenType
    let table: SeekTable
    /// Tokens in the shard.
    package let tokens: Int
    /// SHA-256 of the decompressed bytes, as the manifest states it.
    let sha256: String

    /// Checks that the file at `path` is the shard that `entry` describes; costs the seek table only.
    package init(path: String, entry: DatasetManifest.Shard, type: TokenType) throws {
        let (table, bytes) = try SeekTable.read(from: try ShardFile(path))
        func damaged(_ message: String) -> ScalebenchError {
            ScalebenchError(
                .damagedData, message, at: path,
                hint:
                    "the file is not the one dataset.json describes; restore it, or remove the folder to have the data set made again"
            )
        }
        let decompressed = table.frames.reduce(0) { $0 + $1.decompressedBytes }
        guard decompressed == entry.tokens * type.bytes else {
            throw damaged(
                "holds \(decompressed) bytes of tokens where dataset.json says \(entry.tokens) tokens of "
                    + "\(type.bytes) bytes")
        }
        guard table.frames.allSatisfy({ $0.decompressedBytes % type.bytes == 0 }) else {
            throw damaged("a frame does not hold whole tokens")
        }
        guard ContentHash.sha256(bytes) == entry.seekTableSHA256 else {
            throw damaged("the checksum of the seek table is wrong")
        }
        self.path = path
        self.type = type
        self.table = table
        self.tokens = entry.tokens
        self.sha256 = entry.sha256
    }
}

/// Decodes frames; owns zstd's working memory, so one belongs to one thread.
final class FrameDecoder {
    private let context: OpaquePointer
    private var compressed: [UInt8] = []

    init() {
        guard let context = ZSTD_createDCtx() else { fatalError("zstd: out of memory") }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// The tokens of one frame. Throws `damagedData` unless they are what the seek table promised and all lie below
    /// `vocabularySize`.
    func decode(_ index: Int, of shard: TokenShard, below vocabularySize: Int) throws -> [UInt32] {
        try tokens(in: try decodeBytes(index, of: shard), of: shard, below: vocabularySize)
    }

    /// The tokens that `bytes` of `shard` stand for.
    func tokens(in bytes: [UInt8], of shard: TokenShard, below vocabularySize: Int) throws -> [UInt32] {
        let tokens: [UInt32] = bytes.withUnsafeBytes { raw in
            switch shard.type {
            case .uint16: raw.bindMemory(to: UInt16.self).map { UInt32(UInt16(littleEndian: $0)) }
            case .uint32: raw.bindMemory(to: UInt32.self).map { UInt32(littleEndian: $0) }
            }
        }
        var largest: UInt32 = 0
        for token in tokens { largest = max(largest, token) }
        guard Int(largest) < vocabularySize else {
            throw ScalebenchError(
                .damagedData, "token \(largest) lies outside the vocabulary of \(vocabularySize)", at: shard.path,
                hint: "check vocabularySize in dataset.json")
        }
        return tokens
    }

    /// The decoded bytes of one frame, checked against the seek table and zstd's own checksum.
    func decodeBytes(_ index: Int, of shard: TokenShard) throws -> [UInt8] {
        let frame = shard.table.frames[index]
        if compressed.count < frame.compressedBytes {
            compressed = [UInt8](repeating: 0, count: frame.compressedBytes)
        }
        let file = try ShardFile(shard.path)
        return try compressed.withUnsafeMutableBytes { buffer in
            let input = UnsafeMutableRawBufferPointer(rebasing: buffer[..<frame.compressedBytes])
            try file.read(at: shard.table.offsets[index], into: input)
            let checksum = Data(input[(frame.compressedBytes - 4)...]).littleEndian(at: 0)
            guard checksum == frame.checksum,
                ZSTD_getFrameContentSize(input.baseAddress, input.count) == UInt64(frame.decompressedBytes),
                ZSTD_findFrameCompressedSize(input.baseAddress, input.count) == input.count
            else { throw damaged(index, of: shard, "it is not the frame the seek table describes") }
            return try [UInt8](unsafeUninitializedCapacity: frame.decompressedBytes) { output, count in
                let size = ZSTD_decompressDCtx(
                    context, output.baseAddress, frame.decompressedBytes, input.baseAddress, input.count)
                guard ZSTD_isError(size) == 0, size == frame.decompressedBytes else {
                    throw damaged(index, of: shard, String(cString: ZSTD_getErrorName(size)))
                }
                count = size
            }
        }
    }

    private func damaged(_ index: Int, of shard: TokenShard, _ cause: String) -> ScalebenchError {
        ScalebenchError(
            .damagedData, "frame \(index) of \(shard.table.frames.count) is damaged", at: shard.path,
            hint: "restore the file, or remove the folder to have the data set made again", cause: cause)
    }
}
