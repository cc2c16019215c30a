// Logs made of lines of text: a line starts with the step, and a mark precedes the value. Everything else in the file
// (the training script itself, samples, tables of GPUs) is ignored.

import Foundation

/// Reads llm.c, modded-nanogpt and nanochat.
enum TextLog {
    /// Lines such as `<start>250… <mark>3.91…`. They are matched as bytes for speed: logs can have a million lines.
    private struct Pattern {
        var format: LogFormat
        var metric: String
        var start: [UInt8]
        var mark: [UInt8]

        init(format: LogFormat, metric: String, start: String, mark: String) {
            self.format = format
            self.metric = metric
            self.start = Array(start.utf8)
            self.mark = Array(mark.utf8)
        }
    }

    private static let patterns = [
        Pattern(format: .llmC, metric: "val_loss", start: "s:", mark: " tel:"),
        Pattern(format: .llmC, metric: "train_loss", start: "s:", mark: " trl:"),
        Pattern(format: .moddedNanoGPT, metric: "val_loss", start: "step:", mark: " val_loss:"),
        Pattern(format: .moddedNanoGPT, metric: "train_loss", start: "step:", mark: " train_loss:"),
        Pattern(format: .nanochat, metric: "val_bpb", start: "Step ", mark: "| Validation bpb:"),
        Pattern(format: .nanochat, metric: "train_loss", start: "step ", mark: "| loss:"),
    ]

    /// The lines that nanochat prints about a run before it begins.
    private static let facts: [(mark: String, fact: any (WritableKeyPath<TrainingLog.Run, Double?> & Sendable))] = [
        ("Number of parameters:", \.parameters), ("Total number of training tokens:", \.tokens),
        ("Total training FLOPs estimate:", \.flops),
    ]

    /// The most frequent format among the first hundred lines that have one; nil where no line has.
    static func sniff(_ data: Data) -> LogFormat? {
        var counts: [LogFormat: Int] = [:], found = 0
        forEachLine(data) { line in
            guard let pattern = patterns.first(where: { match(line, $0) != nil }) else { return true }
            counts[pattern.format, default: 0] += 1
            found += 1
            return found < 100
        }
        return LogFormat.allCases.filter { counts[$0] != nil }.max { counts[$0]! < counts[$1]! }
    }

    static func read(_ data: Data, _ format: LogFormat) -> TrainingLog.Run {
        var run = TrainingLog.Run()
        let own = patterns.filter { $0.format == format }
        run.series = own.map { TrainingLog.Series(metric: $0.metric, points: []) }
        forEachLine(data) { line in
            for (index, pattern) in own.enumerated() {
                if let point = match(line, pattern) { run.series[index].points.append(point) }
            }
            guard format == .nanochat else { return true }
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
        return Double(String(decoding: word.filter { $0 != UInt8(ascii: ",") }, as: UTF8.self))
    }
}
