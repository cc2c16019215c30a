// Reading whole lines from a file that another program appends to.

import Foundation
import ScalebenchCore

/// The lines of a growing file, each exactly once. What follows the last newline is left for later.
struct LineTail {
    struct Line {
        /// The line's number, counted from 1.
        var number: Int
        var text: Data
    }

    /// The number of the line that comes next.
    private(set) var nextNumber = 1
    /// Whether bytes follow the last newline that was seen.
    private(set) var hasTornLine = false
    let path: String
    private var offset = 0
    /// Bytes that the file may have.
    private let limit: Int

    init(_ path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// The lines completed since the last call; none while the file does not exist.
    /// - Throws: `invalidInput` for what is not a regular file, `runFailed` when lines that were already read have gone, or the
    ///   file is larger than its limit.
    mutating func newLines() throws -> [Line] {
        guard access(path, F_OK) == 0 else { return [] }
        let handle = try InputFile.open(path)
        defer { try? handle.close() }
        let length = Int(try handle.seekToEnd())
        guard length >= offset else {
            throw ScalebenchError(
                .runFailed, "lines that were already read have gone", at: path,
                hint: "append to the file; do not write it anew")
        }
        guard length <= limit else {
            throw ScalebenchError(
                .runFailed, "the trainer's events take more than \(Quantity.bytes(Double(limit)))", at: path,
                hint: "write an event per step and per evaluation, and nothing that the format does not have")
        }
        guard length > offset else { return [] }
        try handle.seek(toOffset: UInt64(offset))
        guard let data = try handle.readToEnd() else { return [] }
        guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else {
            hasTornLine = true
            return []
        }
        offset += end + 1
        hasTornLine = end + 1 < data.count
        return data[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { text in
            defer { nextNumber += 1 }
            return Line(number: nextNumber, text: text)
        }
    }
}
