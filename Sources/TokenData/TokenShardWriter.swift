// Tokens → one shard file: independent zstd frames, each with a content checksum, and a seek table at the end.
// `zstd -d` yields the tokens and nothing else, which is the headerless `.bin` of nanoGPT-style trainers.
// Writing is not atomic by itself: a shard is written inside a folder that is renamed once everything is in it.

import CZstd
import Foundation
import ScalebenchCore

/// Writes one shard; `finish()` closes it and says what is in it.
package final class TokenShardWriter {
    /// Tokens per frame, except in the last one: 128 KiB of `uint16`; see the table in datasets/README.md.
    package static let frameTokens = 65_536

    private let path: String
    private let type: TokenType
    private let level: Int32
    private let file: OutputFile
    private let context: OpaquePointer
    private var pending: [UInt8] = []
    private var compressed: [UInt8]
    private var table = SeekTable()
    private var hash = IncrementalHash()
    private var tokens = 0

    /// Tokens appended so far.
    package var tokensAppended: Int { tokens + pending.count / type.bytes }

    /// Creates the file at `path`, replacing what is there. `level` is zstd's compression level.
    package init(path: String, type: TokenType, level: Int = 3) throws {
        let file = try OutputFile(path)
        guard let context = ZSTD_createCCtx() else { fatalError("zstd: out of memory") }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        self.path = path
        self.type = type
        self.level = Int32(level)
        self.file = file
        self.context = context
        compressed = [UInt8](repeating: 0, count: ZSTD_compressBound(Self.frameTokens * type.bytes))
        pending.reserveCapacity(Self.frameTokens * type.bytes)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Appends tokens; each must fit the shard's type.
    package func append(_ tokens: ArraySlice<UInt32>) throws {
        var rest = tokens
        while !rest.isEmpty {
            let count = min(rest.count, Self.frameTokens - pending.count / type.bytes)
            append(rest.prefix(count), upTo: count)
            rest = rest.dropFirst(count)
            if pending.count == Self.frameTokens * type.bytes { try writeFrame() }
        }
    }

    private func append(_ tokens: ArraySlice<UInt32>, upTo count: Int) {
        tokens.withUnsafeBufferPointer { tokens in
            switch type {
            case .uint16:
                precondition(tokens.allSatisfy { $0 <= 65_535 }, "token does not fit uint16")
                let narrow = [UInt16](unsafeUninitializedCapacity: count) { target, written in
                    for index in 0..<count { target[index] = UInt16(truncatingIfNeeded: tokens[index]).littleEndian }
                    written = count
                }
                narrow.withUnsafeBytes { pending.append(contentsOf: $0) }
            case .uint32:
                let wide = [UInt32](unsafeUninitializedCapacity: count) { target, written in
                    for index in 0..<count { target[index] = tokens[index].littleEndian }
                    written = count
                }
                wide.withUnsafeBytes { pending.append(contentsOf: $0) }
            }
        }
    }

    /// Writes the last frame and the seek table, and flushes everything to disk.
    package func finish() throws -> DatasetManifest.Shard {
        if !pending.isEmpty { try writeFrame() }
        let bytes = table.encoded()
        try file.write(bytes)
        try file.finish()
        return DatasetManifest.Shard(
            file: (path as NSString).lastPathComponent, tokens: tokens, sha256: hash.finalize(),
            seekTableSHA256: ContentHash.sha256(bytes))
    }

    private func writeFrame() throws {
        let size = compressed.withUnsafeMutableBytes { output in
            pending.withUnsafeBytes { input in
                hash.update(input)
                return ZSTD_compress2(context, output.baseAddress, output.count, input.baseAddress, input.count)
            }
        }
        precondition(ZSTD_isError(size) == 0, "zstd: \(String(cString: ZSTD_getErrorName(size)))")
        let frame = Data(compressed[..<size])
        try file.write(frame)
        // With the checksum flag the frame ends in the low half of the XXH64 of its content.
        table.append(
            SeekTable.Frame(
                compressedBytes: size, decompressedBytes: pending.count, checksum: frame.littleEndian(at: size - 4)))
        tokens += pending.count / type.bytes
        pending.removeAll(keepingCapacity: true)
    }
}
