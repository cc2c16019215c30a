// Bytes of a file in pieces, whatever it is compressed with: plain, gzip or zstd, told apart by their first bytes.
// gzip goes through zlib because Debian's libzstd is built without it; it replaces a `gzip` process per file.

import CZlib
import CZstd
package import Foundation
import ScalebenchCore

/// Reads a file from start to end. Memory is a few buffers, however large the file.
package final class ByteSource {
    /// The file, as the caller named it.
    package let path: String
    private let handle: FileHandle
    private let decoder: Decoder
    private static let pieceBytes = 1 << 17

    private enum Decoder {
        case plain
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
    }

    /// Opens the file at `path`; throws `notFound` or `inputOutput`.
    package init(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ScalebenchError(.notFound, "there is no such file", at: path)
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard !isFolder.boolValue, let handle = FileHandle(forReadingAtPath: path) else {
            throw ScalebenchError(
                .inputOutput, isFolder.boolValue ? "is a folder" : "cannot be read", at: path, hint: "name a file")
        }
        self.path = path
        self.handle = handle
        let magic = try handle.read(upToCount: 4) ?? Data()
        try handle.seek(toOffset: 0)
        if magic.starts(with: [0x1F, 0x8B]) {
            decoder = .gzip(GzipDecoder())
        } else if magic.elementsEqual([0x28, 0xB5, 0x2F, 0xFD]) {
            decoder = .zstd(ZstdDecoder())
        } else {
            decoder = .plain
        }
    }

    deinit { try? handle.close() }

    /// The next piece of at least one byte, or nil at the end. Throws `damagedData` for broken or truncated compression.
    package func next() throws -> Data? {
        while true {
            let input = try handle.read(upToCount: Self.pieceBytes) ?? Data()
            let output: Data
            do {
                switch decoder {
                case .plain: output = input
                case .gzip(let decoder): output = try decoder.decode(input)
                case .zstd(let decoder): output = try decoder.decode(input)
                }
            } catch let error as DecodingFailure {
                throw ScalebenchError(
                    .damagedData, "cannot be decompressed", at: path, hint: "the file is damaged or incomplete",
                    cause: error.cause)
            }
            if !output.isEmpty { return output }
            if input.isEmpty { return nil }
        }
    }

    /// Everything at once, for files that are small; throws `invalidInput` beyond `limit` bytes.
    package static func readAll(_ path: String, limit: Int = 1 << 30) throws -> Data {
        let source = try ByteSource(path)
        var data = Data()
        while let piece = try source.next() {
            data += piece
            guard data.count <= limit else {
                throw ScalebenchError(.invalidInput, "larger than \(limit) bytes", at: path)
            }
        }
        return data
    }
}

private struct DecodingFailure: Error { var cause: String }

/// gzip, several members in a row included.
private final class GzipDecoder {
    private var stream = z_stream()
    private var insideMember = false

    init() {
        // 15 window bits, plus 16 for the gzip wrapper with its checksum.
        precondition(
            inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK, "zlib")
    }

    deinit { inflateEnd(&stream) }

    /// Decodes one piece of input; an empty piece is the end of the file.
    func decode(_ input: Data) throws -> Data {
        if input.isEmpty {
            guard !insideMember else { throw DecodingFailure(cause: "the gzip data end too early") }
            return Data()
        }
        var input = [UInt8](input)
        var output = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        try input.withUnsafeMutableBufferPointer { bytes in
            stream.next_in = bytes.baseAddress
            stream.avail_in = UInt32(bytes.count)
            // zlib may hold back output after it has taken all input: go on until a buffer is not filled.
            var filled = true
            while stream.avail_in > 0 || filled {
                if !insideMember {
                    if stream.avail_in == 0 { break }
                    inflateReset(&stream)
                    insideMember = true
                }
                let (status, count) = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                output.append(contentsOf: buffer[..<count])
                filled = count == buffer.count
                switch status {
                case Z_STREAM_END: insideMember = false
                case Z_OK: break
                case Z_BUF_ERROR where stream.avail_in == 0: filled = false
                default: throw DecodingFailure(cause: stream.msg.map { String(cString: $0) } ?? "zlib error \(status)")
                }
            }
        }
        return output
    }
}

/// zstd, several frames in a row included.
private final class ZstdDecoder {
    private let stream: OpaquePointer
    /// What zstd still expects of the current frame; 0 between frames.
    private var expected = 0

    init() {
        guard let stream = ZSTD_createDStream() else { fatalError("zstd: out of memory") }
        self.stream = stream
    }

    deinit { ZSTD_freeDStream(stream) }

    /// Decodes one piece of input; an empty piece is the end of the file.
    func decode(_ input: Data) throws -> Data {
        if input.isEmpty {
            guard expected == 0 else { throw DecodingFailure(cause: "the zstd data end too early") }
            return Data()
        }
        var output = Data()
        var buffer = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
        try [UInt8](input).withUnsafeBytes { bytes in
            var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            var filled = true
            while source.pos < source.size || filled {
                let (status, count) = buffer.withUnsafeMutableBytes { target in
                    var sink = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    let status = ZSTD_decompressStream(stream, &sink, &source)
                    return (status, sink.pos)
                }
                guard ZSTD_isError(status) == 0 else {
                    throw DecodingFailure(cause: String(cString: ZSTD_getErrorName(status)))
                }
                output.append(contentsOf: buffer[..<count])
                filled = count == buffer.count
                if count > 0 || source.pos > 0 { expected = status }
            }
        }
        return output
    }
}
