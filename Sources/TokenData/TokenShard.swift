// One shard file, open for reading by frame.

import CZstd
import Foundation
import ScalebenchCore

/// The frames of a shard whose seek table has been checked against the manifest. It holds no open file.
package struct TokenShard: Sendable {
    let path: String
    let type: TokenType
    let table: SeekTable
    /// Tokens in the shard.
    package let tokens: Int
    /// SHA-256 of the decompressed bytes, as the manifest states it.
    let sha256: String

    /// Checks that the file at `path` is the shard that `entry` describes; this reads the seek table only.
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

/// The decoded bytes of a frame, in memory that the next frame reuses.
final class FrameBuffer {
    private(set) var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var capacity = 0
    private(set) var type = TokenType.uint16

    deinit { bytes.baseAddress?.deallocate() }

    /// Makes the buffer `count` bytes long; its old content is lost.
    fileprivate func prepare(_ count: Int, _ type: TokenType) {
        if count > capacity {
            bytes.baseAddress?.deallocate()
            bytes = .allocate(byteCount: count, alignment: 64)
            capacity = count
        }
        bytes = UnsafeMutableRawBufferPointer(start: bytes.baseAddress, count: count)
        self.type = type
    }

    /// Tokens in the frame.
    var count: Int { bytes.count / type.bytes }

    /// Copies the tokens from `first` on into all of `target`.
    func copy(from first: Int, to target: UnsafeMutableBufferPointer<UInt32>) {
        precondition(first >= 0 && first + target.count <= count)
        guard let output = target.baseAddress, let input = bytes.baseAddress else { return }
        let length = target.count
        switch type {
        case .uint16:
            let source = input.assumingMemoryBound(to: UInt16.self) + first
            for index in 0..<length { output[index] = UInt32(UInt16(littleEndian: source[index])) }
        case .uint32:
            let source = input.assumingMemoryBound(to: UInt32.self) + first
            for index in 0..<length { output[index] = UInt32(littleEndian: source[index]) }
        }
    }

    /// All tokens of the frame.
    var tokens: [UInt32] {
        [UInt32](unsafeUninitializedCapacity: count) { target, written in
            copy(from: 0, to: UnsafeMutableBufferPointer(rebasing: target[..<count]))
            written = count
        }
    }

    fileprivate var largest: UInt32 {
        switch type {
        case .uint16:
            var largest: UInt16 = 0
            for token in bytes.assumingMemoryBound(to: UInt16.self) {
                largest = max(largest, UInt16(littleEndian: token))
            }
            return UInt32(largest)
        case .uint32:
            var largest: UInt32 = 0
            for token in bytes.assumingMemoryBound(to: UInt32.self) {
                largest = max(largest, UInt32(littleEndian: token))
            }
            return largest
        }
    }
}

/// Decodes frames; owns zstd's working memory and the file that was read last, so a decoder belongs to one thread.
final class FrameDecoder {
    private let context: OpaquePointer
    private var compressed = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
    private var file: ShardFile?

    init() {
        guard let context = ZSTD_createDCtx() else { fatalError("zstd: out of memory") }
        self.context = context
    }

    deinit {
        ZSTD_freeDCtx(context)
        compressed.deallocate()
    }

    /// Decodes the tokens of one frame into `buffer`. Throws `damagedData` unless they are what the seek table promised
    /// and all lie below `vocabularySize`.
    func decode(_ index: Int, of shard: TokenShard, below vocabularySize: Int, into buffer: FrameBuffer) throws {
        try decode(index, of: shard, into: buffer)
        // Sixteen-bit tokens always lie in a vocabulary of 65,536.
        guard vocabularySize < 1 << (8 * shard.type.bytes), Int(buffer.largest) >= vocabularySize else { return }
        throw ScalebenchError(
            .damagedData, "token \(buffer.largest) lies outside the vocabulary of \(vocabularySize)", at: shard.path,
            hint: "check vocabularySize in dataset.json")
    }

    /// Decodes one frame into `buffer`, checked against the seek table and zstd's own checksum.
    func decode(_ index: Int, of shard: TokenShard, into buffer: FrameBuffer) throws {
        let frame = shard.table.frames[index]
        if compressed.count < frame.compressedBytes {
            compressed.deallocate()
            compressed = .allocate(byteCount: frame.compressedBytes, alignment: 64)
        }
        if file?.path != shard.path { file = try ShardFile(shard.path) }
        let input = UnsafeMutableRawBufferPointer(rebasing: compressed[..<frame.compressedBytes])
        try file?.read(at: shard.table.offsets[index], into: input)
        let checksum = UInt32(
            littleEndian: input.loadUnaligned(fromByteOffset: input.count - 4, as: UInt32.self))
        guard checksum == frame.checksum,
            ZSTD_getFrameContentSize(input.baseAddress, input.count) == UInt64(frame.decompressedBytes),
            ZSTD_findFrameCompressedSize(input.baseAddress, input.count) == input.count
        else { throw damaged(index, of: shard, "it is not the frame the seek table describes") }
        buffer.prepare(frame.decompressedBytes, shard.type)
        let size = ZSTD_decompressDCtx(
            context, buffer.bytes.baseAddress, buffer.bytes.count, input.baseAddress, input.count)
        guard ZSTD_isError(size) == 0, size == frame.decompressedBytes else {
            throw damaged(index, of: shard, String(cString: ZSTD_getErrorName(size)))
        }
    }

    private func damaged(_ index: Int, of shard: TokenShard, _ cause: String) -> ScalebenchError {
        ScalebenchError(
            .damagedData, "frame \(index) of \(shard.table.frames.count) is damaged", at: shard.path,
            hint: "restore the file, or remove the folder to have the data set made again", cause: cause)
    }
}
