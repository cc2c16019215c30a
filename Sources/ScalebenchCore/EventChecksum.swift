// Checksums inside event files: a digit that a disk or a person has changed would otherwise be another result.
//
//   {"event":"end","status":"completed","step":2000,"tokens":1024000,"seconds":30.2,"checksum":"9f86d08…"}
//
// A checksum is the last member of its line. It is the SHA-256, in hexadecimal digits, of everything in the file before
// `,"checksum":`. Checkpoints and ends have one, because the steps and evaluations before them count from then on. Files of
// earlier versions have none, and what has none is not checked.

package import Foundation

/// The bytes of an event file so far.
package struct EventChecksum {
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

    private func checksum(_ content: Data) -> String {
        var hash = before
        content.withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }
}
