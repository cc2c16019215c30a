// Where the objects of a JSON text begin and end, found by brackets and quotes alone.

import Foundation
import ScalebenchCore

/// The outermost objects of a text, whether they are in a list or follow each other.
struct JSONRecords {
    struct Place {
        /// The number of the object, counted from 1.
        var index: Int
        /// The line that it begins on, counted from 1.
        var line: Int
        var bytes: Range<Int>
    }

    let data: Data
    let isList: Bool
    private(set) var places: [Place] = []

    /// - Throws: `invalidInput` for brackets that are not closed, and for what is no object.
    init(_ data: Data, file: String) throws {
        let text = Data(data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
        self.data = text
        isList = text.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "[")
        var scan = Scan(listDepth: isList ? 1 : 0)
        let bytes = text.span
        for index in bytes.indices {
            if let record = try scan.take(bytes[index], at: index, file: file) {
                places.append(Place(index: places.count + 1, line: record.line, bytes: record.bytes))
            }
        }
        guard scan.depth == 0, !scan.isQuoted else {
            throw ScalebenchError(
                .invalidInput, "the JSON ends before its brackets are closed", at: "\(file):\(scan.recordLine)",
                hint: "the file is incomplete")
        }
        guard !places.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the table has no rows", at: file, hint: "add an object per finished run")
        }
    }

    /// The state between two bytes.
    private struct Scan {
        let listDepth: Int
        var depth = 0, isQuoted = false, isEscaped = false
        var line = 1, start = 0, recordLine = 1

        init(listDepth: Int) { self.listDepth = listDepth }

        /// Takes one byte.
        /// - Returns: the object that ends with it.
        mutating func take(_ byte: UInt8, at index: Int, file: String) throws -> (line: Int, bytes: Range<Int>)? {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                }
                return nil
            }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == listDepth {
                    guard byte == UInt8(ascii: "{") else { throw noObject(byte, file) }
                    (start, recordLine) = (index, line)
                }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw noObject(byte, file) }
                depth -= 1
                if depth == listDepth { return (recordLine, start..<index + 1) }
            default:
                if byte == UInt8(ascii: "\""), depth > listDepth { isQuoted = true }
                guard depth > listDepth || " \t\r\n,".utf8.contains(byte) else { throw noObject(byte, file) }
            }
            return nil
        }

        private func noObject(_ byte: UInt8, _ file: String) -> ScalebenchError {
            ScalebenchError(
                .invalidInput,
                "expected an object with the names of its columns, found \(Character(UnicodeScalar(byte)))",
                at: "\(file):\(line)", hint: "write one object per run: DataFrame.to_json(FILE, orient=\"records\")")
        }
    }
}
