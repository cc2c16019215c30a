// Checksums inside the files of a store: a digit that a disk or a person has changed would otherwise be another result.
//
//   {"event":"end","status":"completed","step":2000,"tokens":1024000,"seconds":30.2,"checksum":"9f86d08…"}
//
// A checksum is the last member of its line. It is the SHA-256, in hexadecimal digits, of everything before `,"checksum":`:
// in an event file all lines so far, elsewhere the line alone. Checkpoints and ends of runs have one, because the steps and
// evaluations before them count from then on; so have records of candidates, imported runs and the lines of the history.
// Files of earlier versions have none, and what has none is not checked.

package import Foundation

/// The bytes of a file so far.
package struct LineChecksum {
    private var before = IncrementalHash()

    private static let mark = Data(#","checksum":""#.utf8), end = Data(#""}"#.utf8)
    private static let digits = 64

    package init() {}

    /// Goes beyond these bytes.
    package mutating func add(_ bytes: some ContiguousBytes) {
        bytes.withUnsafeBytes { before.update($0) }
    }

    /// A line with a checksum.
    /// - Parameter line: a JSON object without its newline, which is not added yet.
    package func sealed(_ line: Data) -> Data {
        let content = line.dropLast()
        return content + Self.mark + Data(checksum(content).utf8) + Self.end
    }

    /// Whether a line and all before it are what was written; true also for a line without a checksum.
    /// - Parameter line: a line without its newline, which is not added yet.
    package func isRight(_ line: Data) -> Bool {
        guard line.count > Self.mark.count + Self.digits + Self.end.count, line.suffix(Self.end.count) == Self.end
        else { return true }
        let content = line.dropLast(Self.mark.count + Self.digits + Self.end.count)
        guard line[content.endIndex...].starts(with: Self.mark) else { return true }
        return line.dropLast(Self.end.count).suffix(Self.digits).elementsEqual(checksum(content).utf8)
    }

    /// What is wrong where a checksum of a document is.
    package static let isWrong = "the checksum is wrong: this is not what was written"

    /// A document on one line with its checksum and a newline.
    package static func document(_ value: some Encodable) throws -> Data {
        LineChecksum().sealed(try JSONDocument.line(value).dropLast()) + newline
    }

    /// Whether a document by itself is what was written, with or without the newline at its end.
    package static func isRight(document: Data) -> Bool {
        LineChecksum().isRight(document.suffix(1) == newline ? document.dropLast() : document)
    }

    private static let newline = Data("\n".utf8)

    private func checksum(_ content: Data) -> String {
        var hash = before
        content.withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }
}
