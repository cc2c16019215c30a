// Logs with one JSON object per line. Nested objects are flattened with "/": levanter's `{"event":"log","step":5,
// "metrics":{"eval":{"loss":3}}}` has the metric `eval/loss`. A line may carry a logger's prefix before its object.

import Foundation
import ScalebenchCore

/// Reads JSONL logs.
enum JSONLog {
    /// Bytes of a line. An object of numbers takes some thirty times as much memory.
    private static let longestLine = 1 << 20

    /// Whether a file begins like an object.
    static func begins(_ data: Data) -> Bool {
        data.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
    }

    static func read(_ data: Data, file: String, stepColumn: String?) throws -> TrainingLog.Run {
        let stepNames = stepColumn.map { [$0] } ?? TableLog.stepNames
        var series: [String: [(step: Int, value: Double)]] = [:], order: [String] = []
        var hasStep = false
        var rest = data[...], number = -1
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            number += 1
            guard let start = line.firstIndex(of: UInt8(ascii: "{")) else { continue }
            guard line.count <= longestLine else {
                throw ScalebenchError(
                    .invalidInput, "the line has \(line.count) bytes", at: "\(file):\(number + 1)",
                    hint: "a line of a log holds one step's metrics, in at most \(longestLine) bytes")
            }
            let values = try numbers(line[start...], at: "\(file):\(number + 1)")
            guard let name = stepNames.first(where: { values[$0] != nil }), let step = Int(exactly: values[name]!),
                step >= 0
            else {
                continue
            }
            hasStep = true
            for (metric, value) in values.sorted(by: { $0.key < $1.key }) where metric != name {
                if series[metric] == nil { order.append(metric) }
                series[metric, default: []].append((step, value))
            }
        }
        guard hasStep else {
            throw ScalebenchError(
                .invalidInput, "no line has a step", at: file,
                hint: "name its key with --step-column; looked for \(stepNames.joined(separator: ", "))")
        }
        return TrainingLog.Run(series: order.map { .init(metric: $0, points: series[$0]!) })
    }

    /// Every number of the object by its path.
    private static func numbers(_ line: Data, at place: String) throws -> [String: Double] {
        let object: JSONValue
        do {
            // Python writes NaN and Infinity as bare words, which JSON5 reads.
            object = try JSONInput.decode(JSONValue.self, from: line, allowsJSON5: true)
        } catch {
            throw ScalebenchError(.invalidInput, "not a JSON object", at: place, hint: "one object per line")
        }
        guard case .object(var fields) = object else { return [:] }
        // Levanter nests the logged values one level deeper.
        if case .object(let metrics) = fields["metrics"] {
            fields["metrics"] = nil
            fields.merge(metrics) { outer, _ in outer }
        }
        var result: [String: Double] = [:]
        flatten(.object(fields), "", into: &result)
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
