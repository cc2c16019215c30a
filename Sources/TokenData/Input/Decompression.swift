// gzip and zstd as streams. gzip goes through zlib because Debian's libzstd is built without it; no `gzip` process is
// started. Both take several members or frames in a row, as their programs do.

import CZlib
import CZstd

/// The bytes that one call consumed and produced.
struct DecompressionStep {
    var consumed: Int
    var produced: Int
}

struct DecompressionFailure: Error { var cause: String }

/// A decompressor that keeps its state from call to call; belongs to one stream.
protocol Decompressor: AnyObject {
    /// Takes a part of `input` and fills a part of `output`. An output that was filled may leave more to come without
    /// further input. Throws for broken data, and if the stream is incomplete when `isLast`.
    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws -> DecompressionStep
}

final class GzipDecompressor: Decompressor {
    private var stream = z_stream()
    private var isInsideMember = false

    init() {
        // 15 window bits, plus 16 for the gzip wrapper with its checksum.
        precondition(
            inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK, "zlib")
    }

    deinit { inflateEnd(&stream) }

    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws -> DecompressionStep {
        if !isInsideMember {
            if input.isEmpty { return DecompressionStep(consumed: 0, produced: 0) }
            inflateReset(&stream)
            isInsideMember = true
        }
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(output.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        let step = DecompressionStep(
            consumed: input.count - Int(stream.avail_in), produced: output.count - Int(stream.avail_out))
        switch status {
        case Z_STREAM_END: isInsideMember = false
        case Z_OK: break
        case Z_BUF_ERROR where !isLast || step.produced > 0: break
        case Z_BUF_ERROR: throw DecompressionFailure(cause: "the gzip data end too early")
        default: throw DecompressionFailure(cause: stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        }
        return step
    }
}

final class ZstdDecompressor: Decompressor {
    private let stream: OpaquePointer
    private var isInsideFrame = false

    init() {
        guard let stream = ZSTD_createDStream() else { fatalError("zstd: out of memory") }
        self.stream = stream
    }

    deinit { ZSTD_freeDStream(stream) }

    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws -> DecompressionStep {
        guard !input.isEmpty || isInsideFrame else { return DecompressionStep(consumed: 0, produced: 0) }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var sink = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(stream, &sink, &source)
        guard ZSTD_isError(status) == 0 else {
            throw DecompressionFailure(cause: String(cString: ZSTD_getErrorName(status)))
        }
        isInsideFrame = status != 0
        guard !(isLast && isInsideFrame && sink.pos == 0 && source.pos == input.count) else {
            throw DecompressionFailure(cause: "the zstd data end too early")
        }
        return DecompressionStep(consumed: source.pos, produced: sink.pos)
    }
}
