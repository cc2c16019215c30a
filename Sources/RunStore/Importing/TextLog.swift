// Logs made of lines of text: a line starts with the step, and a mark precedes the value. Everything else in the file
// (the training script itself, samples, tables of GPUs) is ignored.

import Foundation
import ScalebenchCore

/// Reads such logs by the patterns of their lines.
enum TextLog {
    /// Lines such as `<start>250<after>… <mark>3.91…`. They are matched as bytes for speed: logs can have a million lines.
    struct Pattern: Sendable {
        let metric: String
        fileprivate let start: [UInt8]
        fileprivate let after: [UInt8]
        fileprivate let mark: [UInt8]

        init(metric: String, start: String, after: String = "", mark: String) {
            self.metric = metric
            self.start = Array(start.utf8)
            self.after = Array(after.utf8)
            self.mark = Array(mark.utf8)
        }
    }

    /// A value that is stated once, on a line of its own, and the line that states its step.
    struct Final: Sendable {
        let metric: String
        let mark: String
        let stepMark: String
    }

    /// A line that tells something of the run: what it begins with, and what the number behind that is.
    struct Fact: Sendable {
        enum Kind { case parameters, tokens, flops, tokensPerStep }

        let mark: String
        let kind: Kind
        let unit: Double

        init(_ mark: String, _ kind: Kind, unit: Double = 1) {
            self.mark = mark
            self.kind = kind
            self.unit = unit
        }
    }

    /// The most frequent format among the first hundred lines that have one; nil where no line has.
    static func mostFrequent(in data: Data, _ formats: [LogFormat]) -> LogFormat? {
        var counts = formats.map { _ in 0 }, found = 0
        forEachLine(data) { line in
            guard let index = formats.firstIndex(where: { $0.matches(line) }) else { return true }
            counts[index] += 1
            found += 1
            return found < 100
        }
        guard found > 0 else { return nil }
        return formats.indices.max { counts[$0] < counts[$1] }.map { formats[$0] }
    }

    static func read(_ data: Data, _ patterns: [Pattern], finals: [Final], facts: [Fact]) -> TrainingLog.Run {
        var run = TrainingLog.Run()
        run.series = (patterns.map(\.metric) + finals.map(\.metric)).map { .init(metric: $0, points: []) }
        var values = finals.map { _ in (value: Double?.none, step: Double?.none) }
        var total: Int?
        forEachLine(data) { line in
            for (index, pattern) in patterns.enumerated() {
                guard let point = match(line, pattern) else { continue }
                run.series[index].points.append(point)
                total = self.total(line, pattern) ?? total
            }
            for (index, final) in finals.enumerated() {
                values[index].value = number(line, after: final.mark) ?? values[index].value
                values[index].step = number(line, after: final.stepMark) ?? values[index].step
            }
            for fact in facts {
                if let value = number(line, after: fact.mark) { run.note(fact, value * fact.unit) }
            }
            return true
        }
        for (index, final) in values.enumerated() {
            guard let value = final.value, let step = final.step.flatMap({ Int(exactly: $0) }) else { continue }
            run.series[patterns.count + index].points.append((step, value))
        }
        let last = run.series.lazy.compactMap { $0.points.last?.step }.max()
        if let last, let total, Double(last) < longestGap * Double(total) {
            run.incomplete = "it ends at step \(last) of \(total)"
        }
        return run
    }

    /// Not every program logs its last step, but one that has come to its end logged one of the last.
    private static let longestGap = 0.95

    typealias Line = ArraySlice<UInt8>

    /// Calls `body` with every line, without its indentation, until `body` returns false. A line may end in the return
    /// that lets a terminal overwrite it.
    private static func forEachLine(_ data: Data, _ body: (Line) -> Bool) {
        let bytes = [UInt8](data)
        var start = 0
        while start < bytes.count {
            let end =
                bytes[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
            guard body(bytes[start..<end].drop { $0 == UInt8(ascii: " ") }) else { return }
            start = end + 1
        }
    }

    fileprivate static func match(_ line: Line, _ pattern: Pattern) -> (step: Int, value: Double)? {
        guard line.starts(with: pattern.start) else { return nil }
        let rest = line.dropFirst(pattern.start.count), digits = rest.prefix { (48...57).contains($0) }
        guard rest[digits.endIndex...].starts(with: pattern.after),
            let step = Int(String(decoding: digits, as: UTF8.self)),
            let value = text(after: pattern.mark, in: rest[digits.endIndex...]).flatMap(number)
        else { return nil }
        return (step, value)
    }

    /// The last step that a line announces, as in `step 00010/02000`.
    private static func total(_ line: Line, _ pattern: Pattern) -> Int? {
        let rest = line.dropFirst(pattern.start.count).drop { (48...57).contains($0) }
        guard rest.first == UInt8(ascii: "/") else { return nil }
        return Int(String(decoding: rest.dropFirst().prefix { (48...57).contains($0) }, as: UTF8.self))
    }

    /// The number on a line that begins with `mark`.
    fileprivate static func number(_ line: Line, after mark: String) -> Double? {
        line.starts(with: mark.utf8) ? number(line.dropFirst(mark.utf8.count)) : nil
    }

    private static func text(after mark: [UInt8], in line: Line) -> Line? {
        guard line.count >= mark.count else { return nil }
        for start in line.startIndex...(line.endIndex - mark.count)
        where line[start] == mark[0] && line[start...].starts(with: mark) {
            return line[(start + mark.count)...]
        }
        return nil
    }

    /// The number that a text begins with; digits may be grouped by commas, and a unit such as M may follow.
    private static func number(_ text: Line) -> Double? {
        let word = text.drop { $0 == UInt8(ascii: " ") }.prefix { !" |".utf8.contains($0) }
        var digits = String(decoding: word, as: UTF8.self)
        if digits.hasSuffix(",") { digits.removeLast() }
        return Double(digits) ?? ScaledNumber.parse(digits)
    }
}

extension LogFormat {
    fileprivate func matches(_ line: TextLog.Line) -> Bool {
        lines.contains { TextLog.match(line, $0) != nil }
            || finals.contains { TextLog.number(line, after: $0.mark) != nil }
    }
}

extension TrainingLog.Run {
    /// Keeps what a line of the log states. A later line counts: a log may be that of a run that went on.
    fileprivate mutating func note(_ fact: TextLog.Fact, _ value: Double) {
        guard value > 0, value.isFinite else { return }
        let stated = RunFacts.Stated(value, from: "\"\(fact.mark)\"")
        switch fact.kind {
        case .parameters: facts.parameters = stated
        case .tokens: facts.tokens = stated
        case .flops: facts.flops = stated
        case .tokensPerStep: tokensPerStep = value
        }
    }
}
