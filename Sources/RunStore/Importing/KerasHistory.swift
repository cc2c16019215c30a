// Keras' `History.history`, written as JSON: an object with a list of numbers per metric, one for each epoch.

import Foundation
import ScalebenchCore

/// Reads histories.
enum KerasHistory {
    /// Whether a file begins like an object whose first value is a list.
    static func begins(_ head: Data) -> Bool {
        String(decoding: head.prefix(1000), as: UTF8.self).prefixMatch(of: /\s*\{\s*"[^"]*"\s*:\s*\[/) != nil
    }

    static func read(_ content: LogContent) throws -> TrainingLog.Run {
        let value = try? JSONInput.decode(JSONValue.self, from: content.data, allowsJSON5: true)
        guard case .object(let fields)? = value else {
            throw TrainingLog.NoLog(
                error: ScalebenchError(.invalidInput, "not a JSON object of lists", at: content.file))
        }
        var run = TrainingLog.Run()
        for (metric, value) in fields.sorted(by: { $0.key < $1.key }) {
            guard case .array(let values) = value else { continue }
            let numbers = values.map { JSONLog.numbers(.object(["": $0]))[""] }
            // A list of anything else is no metric.
            guard !numbers.isEmpty, numbers.allSatisfy({ $0 != nil }) else { continue }
            run.series.append(.init(metric: metric, points: numbers.enumerated().map { ($0.offset, $0.element!) }))
        }
        guard !run.series.isEmpty else {
            throw TrainingLog.NoLog(
                error: ScalebenchError(.invalidInput, "no list of numbers", at: content.file))
        }
        return run
    }
}
