// Bytes of a file in pieces, whatever it is compressed with: plain, gzip or zstd, told apart by their first bytes.

package import Foundation
import ScalebenchCore

/// Reads a file, or standard input under the name `-`, from start to end. Memory is two buffers, however large the file
/// and however much it expands.
package final class ByteSource {
    /// The file, as the caller named it.
    package let path: String
    /// Bytes of the file itself read so far, before decompression.
    package private(set) var bytesRead = 0

    private let handle: FileHandle
    private let decompressor: (any Decompressor)?
    /// Bytes read from the file and not yet decompressed.
    private var input: [UInt8] = []
    private var inputStart = 0
    private var isAtEnd = false
    private var output: [UInt8] = []
    /// What `peek` has read ahead.
    private var peeked: [UInt8]?

    private static let inputBytes = 1 << 17
    private static let outputBytes = 1 << 18

    /// Opens the file at `path`; throws what `InputFile.open` throws.
    package init(_ path: String) throws {
        self.path = path == "-" ? "standard input" : path
        handle = path == "-" ? .standardInput : try InputFile.open(path)
        input = try Self.read(handle, self.path)
        bytesRead = input.count
        if input.starts(with: [0x1F, 0x8B]) {
            decompressor = GzipDecompressor()
        } else if input.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            decompressor = ZstdDecompressor()
        } else {
            let suffix = (path as NSString).pathExtension
            guard suffix != "gz", suffix != "zst" else {
                throw ScalebenchError(
                    .damagedData, "named .\(suffix), but it does not begin as such a file", at: path,
                    hint: "get the file again, or rename it")
            }
            decompressor = nil
        }
        if decompressor != nil { output = [UInt8](repeating: 0, count: Self.outputBytes) }
    }

    deinit { if handle !== FileHandle.standardInput { try? handle.close() } }

    /// Bytes of the file at `path` as it lies on disk, for a progress bar; nil for what has no size.
    package static func size(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }

    /// The piece that `next` will return, without taking it: at least 64 KiB, or all there is.
    package func peek() throws -> [UInt8] {
        var head = peeked ?? []
        while head.count < 1 << 16, let piece = try read() { head += piece }
        peeked = head.isEmpty ? nil : head
        return head
    }

    /// The next piece of at least one byte, or nil at the end. Throws `damagedData` where decompression fails.
    package func next() throws -> [UInt8]? {
        if let piece = peeked {
            peeked = nil
            return piece
        }
        return try read()
    }

    private func read() throws -> [UInt8]? {
        guard let decompressor else {
            if inputStart == input.count { try refill() }
            let piece = input[inputStart...]
            inputStart = input.count
            return piece.isEmpty ? nil : Array(piece)
        }
        while true {
            if inputStart == input.count { try refill() }
            let step: DecompressionStep
            do {
                step = try input[inputStart...].withUnsafeBytes { source in
                    try output.withUnsafeMutableBytes { try decompressor.step(source, isLast: isAtEnd, into: $0) }
                }
            } catch let error as DecompressionFailure {
                throw ScalebenchError(
                    .damagedData, "cannot be decompressed", at: path, hint: "the file is damaged or incomplete",
                    cause: error.cause)
            }
            inputStart += step.consumed
            if step.produced > 0 { return Array(output[..<step.produced]) }
            if isAtEnd, inputStart == input.count { return nil }
        }
    }

    private func refill() throws {
        guard !isAtEnd else { return }
        input = try Self.read(handle, path)
        inputStart = 0
        bytesRead += input.count
        isAtEnd = input.isEmpty
    }

    private static func read(_ handle: FileHandle, _ path: String) throws -> [UInt8] {
        do {
            return try [UInt8](handle.read(upToCount: inputBytes) ?? Data())
        } catch {
            throw ScalebenchError(.inputOutput, "cannot be read", at: path, cause: error.systemWords)
        }
    }

    /// The whole file at once, for small files; throws `invalidInput` beyond `limit` bytes.
    package static func readAll(_ path: String, limit: Int = 200_000_000) throws -> Data {
        let source = try ByteSource(path)
        var data = Data()
        while let piece = try source.next() {
            data.append(contentsOf: piece)
            guard data.count <= limit else {
                throw ScalebenchError(
                    .invalidInput, "larger than \(limit / 1_000_000) MB", at: path,
                    hint: "split the file, or keep the rows that matter")
            }
        }
        return data
    }
}
