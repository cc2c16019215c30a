// Logs made of lines of text: a line starts with the step, and a mark precedes the value. Everything else in the file
// (the training script itself, samples, tables of GPUs) is ignored.

import Foundation

/// Reads such logs by the patterns of their lines.
enum TextLog {
    /// Lines such as `<start>250… <mark>3.91…`. They are matched as bytes for speed: logs can have a million lines.
    struct Pattern: Sendable {
        let metric: String
        fileprivate let start: [UInt8]
        fileprivate let mark: [UInt8]

        init(metric: String, start: String, mark: String) {
            self.metric = metric
            self.start = Array(start.utf8)
            self.mark = Array(mark.utf8)
        }
    }

    /// A line that tells something of the run: what it begins with, and what the number behind that is.
    typealias Fact = (mark: String, fact: any (WritableKeyPath<TrainingLog.Run, Double?> & Sendable))

    /// The most frequent format among the first hundred lines that have one; nil where no line has.
    static func mostFrequent(in data: Data, _ formats: [LogFormat]) -> LogFormat? {
        var counts = formats.map { _ in 0 }, found = 0
        forEachLine(data) { line in
            guard let index = formats.firstIndex(where: { $0.lines.contains { match(line, $0) != nil } }) else {
                return true
            }
            counts[index] += 1
            found += 1
            return found < 100
        }
        guard found > 0 else { return nil }
        return formats.indices.max { counts[$0] < counts[$1] }.map { formats[$0] }
    }

    static func read(_ data: Data, _ patterns: [Pattern], facts: [Fact]) -> TrainingLog.Run {
        var run = TrainingLog.Run()
        run.series = patterns.map { TrainingLog.Series(metric: $0.metric, points: []) }
        forEachLine(data) { line in
            for (index, pattern) in patterns.enumerated() {
                if let point = match(line, pattern) { run.series[index].points.append(point) }
            }
            for (mark, fact) in facts where line.starts(with: mark.utf8) {
                run[keyPath: fact] = number(line.dropFirst(mark.utf8.count))
            }
            return true
        }
        return run
    }

    private typealias Line = ArraySlice<UInt8>

    /// Calls `body` with every line, without its indentation, until `body` returns false.
    private static func forEachLine(_ data: Data, _ body: (Line) -> Bool) {
        let bytes = [UInt8](data)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            guard body(bytes[start..<end].drop { $0 == UInt8(ascii: " ") }) else { return }
            start = end + 1
        }
    }

    private static func match(_ line: Line, _ pattern: Pattern) -> (step: Int, value: Double)? {
        guard line.starts(with: pattern.start) else { return nil }
        let rest = line.dropFirst(pattern.start.count), digits = rest.prefix { (48...57).contains($0) }
        guard let step = Int(String(decoding: digits, as: UTF8.self)),
            let value = text(after: pattern.mark, in: rest[digits.endIndex...]).flatMap(number)
        else { return nil }
        return (step, value)
    }

    private static func text(after mark: [UInt8], in line: Line) -> Line? {
        guard line.count >= mark.count else { return nil }
        for start in line.startIndex...(line.endIndex - mark.count)
        where line[start] == mark[0] && line[start...].starts(with: mark) {
            return line[(start + mark.count)...]
        }
        return nil
    }

    /// The number that a text begins with; digits may be grouped by commas.
    private static func number(_ text: Line) -> Double? {
        let word = text.drop { $0 == UInt8(ascii: " ") }.prefix { !" \r|".utf8.contains($0) }
        var digits = String(decoding: word, as: UTF8.self)
        if digits.hasSuffix(",") { digits.removeLast() }
        if digits.wholeMatch(of: /[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?/) != nil { digits.replace(",", with: "") }
        return Double(digits)
    }
}
