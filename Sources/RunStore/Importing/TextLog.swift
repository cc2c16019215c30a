// Logs made of lines of text: a start with the step, a mark with the value. Whatever else stands in the file (the
// training script itself, samples, tables of GPUs) is passed over.

import Foundation

/// Reads llm.c, modded-nanogpt and nanochat.
enum TextLog {
    /// Lines such as `<start>250… <mark>3.91…`.
    private struct Pattern {
        var format: LogFormat
        var metric: String
        var start: String
        var mark: String
    }

    private static let patterns = [
        Pattern(format: .llmC, metric: "val_loss", start: "s:", mark: " tel:"),
        Pattern(format: .llmC, metric: "train_loss", start: "s:", mark: " trl:"),
        Pattern(format: .moddedNanoGPT, metric: "val_loss", start: "step:", mark: " val_loss:"),
        Pattern(format: .moddedNanoGPT, metric: "train_loss", start: "step:", mark: " train_loss:"),
        Pattern(format: .nanochat, metric: "val_bpb", start: "Step ", mark: "| Validation bpb:"),
        Pattern(format: .nanochat, metric: "train_loss", start: "step ", mark: "| loss:"),
    ]

    /// What nanochat says of the run before it begins.
    private static let facts: [(mark: String, fact: any (WritableKeyPath<TrainingLog.Run, Double?> & Sendable))] = [
        ("Number of parameters:", \.parameters), ("Total number of training tokens:", \.tokens),
        ("Total training FLOPs estimate:", \.flops),
    ]

    /// The format of which there are most lines; nil where there is none.
    static func sniff(_ data: Data) -> LogFormat? {
        var counts: [LogFormat: Int] = [:]
        for line in lines(data) {
            guard let pattern = patterns.first(where: { match(line, $0) != nil }) else { continue }
            counts[pattern.format, default: 0] += 1
        }
        return LogFormat.allCases.filter { counts[$0] != nil }.max { counts[$0]! < counts[$1]! }
    }

    static func read(_ data: Data, _ format: LogFormat) -> TrainingLog.Run {
        var run = TrainingLog.Run()
        let own = patterns.filter { $0.format == format }
        run.series = own.map { TrainingLog.Series(metric: $0.metric, points: []) }
        for line in lines(data) {
            for (index, pattern) in own.enumerated() {
                if let point = match(line, pattern) { run.series[index].points.append(point) }
            }
            guard format == .nanochat else { continue }
            for (mark, fact) in facts where line.starts(with: mark.utf8) {
                run[keyPath: fact] = number(line.dropFirst(mark.utf8.count))
            }
        }
        return run
    }

    private typealias Line = Data.SubSequence

    private static func lines(_ data: Data) -> [Line] {
        data.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 == UInt8(ascii: " ") } }
    }

    private static func match(_ line: Line, _ pattern: Pattern) -> (step: Int, value: Double)? {
        guard line.starts(with: pattern.start.utf8) else { return nil }
        let digits = line.dropFirst(pattern.start.utf8.count).prefix { (48...57).contains($0) }
        guard let step = Int(String(decoding: digits, as: UTF8.self)),
            let mark = line.firstRange(of: Data(pattern.mark.utf8)), let value = number(line[mark.upperBound...])
        else { return nil }
        return (step, value)
    }

    /// The number that a text begins with; digits may be grouped by commas.
    private static func number(_ text: Line) -> Double? {
        let word = text.drop { $0 == UInt8(ascii: " ") }.prefix { !" \r|".utf8.contains($0) }
        return Double(String(decoding: word, as: UTF8.self).replacing(",", with: ""))
    }
}
