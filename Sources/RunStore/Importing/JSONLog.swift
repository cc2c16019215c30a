// Logs with one JSON object per line, or with one list of objects. Nested objects are flattened with "/": levanter's `{"event":"log","step":5,
// "metrics":{"eval":{"loss":3}}}` has the metric `eval/loss`. A line may carry a logger's prefix before its object. Lines
// without a step hold the settings of the run.

import Foundation
import ScalebenchCore

/// Reads JSONL logs.
enum JSONLog {
    /// Bytes of a line. An object of numbers takes some thirty times as much memory.
    private static let longestLine = 1 << 20, longestList = 1 << 25

    /// Whether a file begins like an object, or a list of objects.
    static func begins(_ data: Data) -> Bool {
        data.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{") || isList(data)
    }

    private static func isList(_ data: Data) -> Bool {
        data.lazy.filter { !" \t\r\n".utf8.contains($0) }.prefix(2).elementsEqual("[{".utf8)
    }

    static func read(_ content: LogContent) throws -> TrainingLog.Run {
        var collected = Lines(stepNames: content.stepColumn.map { [$0] } ?? TableLog.stepNames), notes: [String] = []
        if isList(content.data), content.data.count <= longestList,
            case .array(let objects)? = try? JSONInput.decode(JSONValue.self, from: content.data, allowsJSON5: true)
        {
            for object in objects { collected.add(object) }
        } else {
            notes = try readLines(content, into: &collected)
        }
        guard collected.hasSteps else {
            throw TrainingLog.NoLog(
                error: ScalebenchError(
                    .invalidInput, "no line has a step", at: content.file,
                    hint: "name its key with --step-column; looked for "
                        + collected.stepNames.joined(separator: ", ")))
        }
        var run = collected.run
        run.notes = notes
        return run
    }

    /// Returns what is to be said of how the lines were read.
    private static func readLines(_ content: LogContent, into collected: inout Lines) throws -> [String] {
        var rest = content.data[...], number = 0
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            let isWhole = line.endIndex < rest.endIndex
            rest = rest[line.endIndex...].dropFirst()
            number += 1
            guard let start = line.firstIndex(of: UInt8(ascii: "{")) else { continue }
            let place = "\(content.file):\(number)"
            guard line.count <= longestLine else { throw tooLong(line.count, at: place) }
            guard let object = object(line[start...]) else {
                let error = ScalebenchError(
                    .invalidInput, "not a JSON object", at: place, hint: "one object per line")
                guard !collected.isEmpty else { throw TrainingLog.NoLog(error: error) }
                // A writer that was killed leaves half a line at the end.
                guard !isWhole else { throw error }
                return ["the last line is cut off"]
            }
            collected.add(object)
        }
        return []
    }

    private static func tooLong(_ count: Int, at place: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "the line has \(count) bytes", at: place,
            hint: "a line of a log holds one step's metrics, in at most \(longestLine) bytes")
    }

    private static func object(_ line: Data) -> JSONValue? {
        // Python writes NaN and Infinity as bare words, which JSON5 reads.
        let value = try? JSONInput.decode(JSONValue.self, from: line, allowsJSON5: true)
        if case .object = value { return value }
        return nil
    }

    /// What the lines so far say.
    struct Lines {
        let stepNames: [String]
        private var series: [String: [(step: Int, value: Double)]] = [:]
        private var order: [String] = []
        private var settings: [(key: String, value: String)] = []
        private(set) var hasSteps = false
        private(set) var isEmpty = true

        init(stepNames: [String]) { self.stepNames = stepNames }

        var run: TrainingLog.Run {
            var run = TrainingLog.Run(series: order.map { .init(metric: $0, points: series[$0]!) })
            run.facts = RunFacts(settings, from: "the log")
            return run
        }

        mutating func add(_ object: JSONValue) {
            isEmpty = false
            guard case .object(var fields) = object else { return }
            // Levanter nests the logged values one level deeper.
            if case .object(let metrics) = fields["metrics"] {
                fields["metrics"] = nil
                fields.merge(metrics) { outer, _ in outer }
            }
            let values = numbers(.object(fields))
            let name = stepNames.first { values[$0] != nil }
            if let name, let step = Int(exactly: values[name]!) {
                if step >= 0 { add(values, at: step, except: name) }
            } else if case .object = fields["config"], case .object(let summary)? = fields["summary"] {
                // The final values of a run of Weights & Biases, as levanter writes them beside its checkpoints.
                let last = numbers(.object(summary))
                add(last, at: stepNames.lazy.compactMap { last[$0] }.compactMap { Int(exactly: $0) }.first ?? 0)
                settings += JSONValue.object(fields).settings
            } else {
                settings += JSONValue.object(fields).settings
            }
        }

        private mutating func add(_ values: [String: Double], at step: Int, except name: String? = nil) {
            hasSteps = true
            for (metric, value) in values.sorted(by: { $0.key < $1.key }) where metric != name {
                if series[metric] == nil { order.append(metric) }
                series[metric, default: []].append((step, value))
            }
        }
    }

    /// Every number of an object by its path.
    static func numbers(_ object: JSONValue) -> [String: Double] {
        var result: [String: Double] = [:]
        flatten(object, "", into: &result)
        return result
    }

    private static func flatten(_ value: JSONValue, _ path: String, into result: inout [String: Double]) {
        switch value {
        case .integer(let number): result[path] = Double(number)
        case .number(let number): result[path] = number
        case .string(let text):
            // Weights & Biases writes numbers that are not finite as text.
            let words = ["NaN": Double.nan, "Infinity": .infinity, "-Infinity": -.infinity]
            if let number = words[text] { result[path] = number }
        case .object(let fields):
            for (key, field) in fields { flatten(field, path.isEmpty ? key : "\(path)/\(key)", into: &result) }
        case .null, .bool, .array: break
        }
    }
}
