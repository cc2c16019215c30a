// The last lines that a trainer printed, as an error quotes them. Of a job with many processes, those whose lines are
// marked are quoted one by one, because one of them may hide what another one said: torchrun begins a line with
// "[default1]:" where it is told to (`--tee`), and PyTorch begins each line of an error with "[rank1]:".

import Foundation
import ScalebenchCore

/// What a trainer printed into a file.
struct TrainerOutput {
    let path: String

    /// How many of the last lines are quoted, and how many characters of each.
    private static let quotedLines = 10, quotedCharacters = 300
    /// The same for each of the processes, and how many of those are quoted.
    private static let linesPerProcess = 3, quotedProcesses = 4
    private static let mostBytes = 256 << 10

    /// The last lines after the first `start` bytes, without control characters; nil where there are none.
    func quoted(from start: Int) -> String? {
        guard let handle = InputFile.openIfPresent(path) else { return nil }
        defer { try? handle.close() }
        guard let size = try? handle.seekToEnd(),
            (try? handle.seek(toOffset: UInt64(max(start, Int(size) - Self.mostBytes)))) != nil,
            let data = try? handle.readToEnd()
        else { return nil }
        let parts = Self.parts(of: String(decoding: data, as: UTF8.self))
        let common = parts.common.suffix(Self.quotedLines).map { "  | " + Self.safe($0) }
        let sections = [
            common.isEmpty ? nil : (["the trainer printed last"] + common).joined(separator: "\n"),
            Self.quoted(parts.processes),
        ].compactMap { $0 }
        return sections.isEmpty ? nil : sections.joined(separator: "\n")
    }

    /// The lines of each process in the order of the first, and those that name none.
    private static func parts(of text: String) -> (common: [Substring], processes: [(name: String, lines: [Substring])])
    {
        // A name begins with a letter and ends with a number; a time of day or a word such as [INFO] is none.
        let mark = /\[([A-Za-z][^\]\s]{0,60}[0-9])\]:\s?/
        var common: [Substring] = [], processes: [(name: String, lines: [Substring])] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let match = line.prefixMatch(of: mark) else {
                common.append(line)
                continue
            }
            let name = String(match.1), said = line[match.range.upperBound...]
            if said.allSatisfy(\.isWhitespace) { continue }
            if let index = processes.firstIndex(where: { $0.name == name }) {
                processes[index].lines.append(said)
            } else {
                processes.append((name, [said]))
            }
        }
        return (common, processes)
    }

    /// Processes that ended with the same line apart from numbers are quoted once.
    private static func quoted(_ processes: [(name: String, lines: [Substring])]) -> String? {
        var seen: Set<Substring> = []
        let distinct = processes.filter { seen.insert(($0.lines.last ?? "").replacing(/[0-9]+/, with: "#")).inserted }
        guard !distinct.isEmpty else { return nil }
        let shown = distinct.prefix(quotedProcesses)
        let lines = shown.flatMap { process in
            process.lines.suffix(linesPerProcess).map { "  [\(SafeText.line(process.name))] " + safe($0) }
        }
        let others = processes.count - shown.count
        let note = others == 0 ? "" : ", \(others) more in the log"
        return (["its processes printed last\(note)"] + lines).joined(separator: "\n")
    }

    private static func safe(_ line: Substring) -> String { SafeText.line(String(line), limit: quotedCharacters) }
}
