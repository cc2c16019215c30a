// The history of a store as text: suite by suite, in the order of time.

import Foundation
package import RunStore
import ScalebenchCore

/// Renders the comparisons of the past.
package enum HistoryReport {
    /// The records for a terminal, which are in the order of time; ends with a newline.
    /// - Parameter limit: at most this many of the last comparisons of every suite.
    package static func text(_ records: [HistoryRecord], limit: Int) -> String {
        let suites = Dictionary(grouping: records) { $0.suite.name }
        return suites.keys.sorted().map { suite(suites[$0]!, limit: limit) }.joined(separator: "\n")
    }

    private static func suite(_ records: [HistoryRecord], limit: Int) -> String {
        let name = SafeText.line(records[0].suite.name)
        var table = TextTable(
            header: [
                "night or time (UTC)", "commit", "candidate", "against", "verdict", "better", "gap nats/token [90 %]",
                "",
            ],
            leftColumns: 5)
        var recipes: [String: String] = [:], rows: [[String]] = []
        for record in records {
            for pair in record.pairs {
                let recipe = record.candidates.first { $0.name == pair.b }?.recipe ?? ""
                let line = record.night?.lines.first { $0.candidate == pair.b }
                let isOther = recipes.updateValue(recipe, forKey: pair.b).map { $0 != recipe } ?? false
                let notes = [
                    isOther ? "recipe changed" : nil, line?.regression.map { "worse since \(SafeText.line($0.since))" },
                    line?.improvement.map { "better since \(SafeText.line($0.since))" },
                ]
                rows.append([
                    record.night.map { SafeText.line($0.date) } ?? time(record.time), NightPhrase.commit(record),
                    SafeText.line(pair.b, limit: 30),
                    SafeText.line(pair.a, limit: 30), NightPhrase.verdict(pair),
                    pair.probabilityBBetter.map(Phrase.percent) ?? "–", Phrase.interval(pair.gap, Phrase.gap),
                    notes.compactMap { $0 }.joined(separator: ", "),
                ])
            }
        }
        for row in rows.suffix(limit) { table.add(row) }
        let hidden = rows.count > limit ? "\n  \(rows.count - limit) earlier; raise --limit" : ""
        return "\(name): \(Quantity.count(records.count, "comparison"))\n\n\(table.text)\(hidden)\n"
    }

    /// `2026-11-28 02:00`.
    private static func time(_ text: String) -> String {
        SafeText.line(String(text.prefix(16).replacing("T", with: " ")))
    }
}
