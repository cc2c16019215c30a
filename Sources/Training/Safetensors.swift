// Reading and writing safetensors, the format in which other libraries read our weights. Layout: 8 bytes little-endian
// length n of the header; n bytes of JSON `{"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__":
// {string: string}}`, padded with spaces; then the numbers, offsets counted from the end of the header.
// Only F32 is read and written. Source: https://github.com/huggingface/safetensors#format

import Foundation
import ScalebenchCore

/// One file of named float32 tensors.
package enum Safetensors {
    /// A tensor to be written or filled; row-major, as many values as the product of `shape`.
    package struct Tensor<Values> {
        package var name: String
        package var shape: [Int]
        package var values: Values

        package init(name: String, shape: [Int], values: Values) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// Writes the tensors in the given order to a new file at `path` and flushes it to disk.
    package static func write(
        _ tensors: [Tensor<UnsafeBufferPointer<Float>>], metadata: [String: String], to path: String
    ) throws {
        var entries: [String: JSONValue] = ["__metadata__": .object(metadata.mapValues(JSONValue.string))]
        var offset = 0
        for tensor in tensors {
            precondition(tensor.values.count == tensor.shape.reduce(1, *), "shape of \(tensor.name)")
            let end = offset + tensor.values.count * 4
            entries[tensor.name] = .object([
                "dtype": .string("F32"), "shape": .array(tensor.shape.map(JSONValue.integer)),
                "data_offsets": .array([.integer(offset), .integer(end)]),
            ])
            offset = end
        }
        var header = Data(JSONValue.object(entries).canonicalText.utf8)
        header.append(Data(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        defer { close(descriptor) }
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header).withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
        for tensor in tensors {
            try writeAll(UnsafeRawBufferPointer(tensor.values), to: descriptor, path: path)
        }
        guard fsync(descriptor) == 0 else { throw unwritable(path, errno) }
    }

    /// Fills every tensor of `tensors` from the file at `path`; the file may hold more.
    /// - Returns: the file's metadata.
    /// - Throws: `damagedData` when the file is not safetensors, or lacks a tensor of that name and shape.
    package static func read(
        into tensors: [Tensor<UnsafeMutableBufferPointer<Float>>], from path: String
    ) throws -> [String: String] {
        let data = try InputFile.read(path)
        guard data.count >= 8 else { throw damaged(path, "it is shorter than its header") }
        let length = data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self).littleEndian }
        guard length <= UInt64(data.count - 8) else { throw damaged(path, "it is shorter than its header") }
        let start = 8 + Int(length)
        guard case .object(let entries)? = try? JSONInput.decode(JSONValue.self, from: data[8..<start]) else {
            throw damaged(path, "its header is not a JSON object")
        }
        for tensor in tensors {
            guard case .object(let entry)? = entries[tensor.name],
                entry["dtype"] == .string("F32"),
                entry["shape"] == .array(tensor.shape.map(JSONValue.integer)),
                case .array(let offsets)? = entry["data_offsets"], offsets.count == 2,
                case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1],
                // In this order no sum and no difference overflows.
                begin >= 0, end >= begin, end <= data.count - start, end - begin == tensor.values.count * 4
            else { throw damaged(path, "tensor \"\(tensor.name)\" is missing or has another shape") }
            data.copyBytes(to: UnsafeMutableRawBufferPointer(tensor.values), from: start + begin..<start + end)
        }
        guard case .object(let metadata)? = entries["__metadata__"] else { return [:] }
        return metadata.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, min($0.count, 1 << 30)) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw unwritable(path, written < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(written)
        }
    }

    private static func unwritable(_ path: String, _ code: Int32) -> ScalebenchError {
        ScalebenchError(
            .inputOutput, "cannot be written", at: path,
            hint: "check that the folder is writable and the disk has space", cause: String(cString: strerror(code)))
    }

    private static func damaged(_ path: String, _ cause: String) -> ScalebenchError {
        ScalebenchError(.damagedData, "not the expected safetensors file", at: path, cause: cause)
    }
}
