// A night's outcome for people: sentences first, then a table. The same content as JUnit for continuous integration.

import Comparison
import Foundation
package import RunStore
package import ScalebenchCore

/// One night of a nightly job.
package struct NightReport: Sendable {
    package var job: String
    package var date: String
    package var entries: [Entry]

    /// One question of the night.
    package struct Entry: Sendable {
        package var suite: String
        /// Tonight's record; nil where the comparison failed.
        package var record: HistoryRecord?
        /// The record of the last night before; it is nil for the first night.
        package var previous: HistoryRecord?
        /// Why the comparison failed, or some of its runs did; nil where nothing failed.
        package var error: ScalebenchError?

        package init(
            suite: String, record: HistoryRecord?, previous: HistoryRecord?, error: ScalebenchError?
        ) {
            self.suite = suite
            self.record = record
            self.previous = previous
            self.error = error
        }
    }

    package init(job: String, date: String, entries: [Entry]) {
        self.job = job
        self.date = date
        self.entries = entries
    }
}

extension NightReport {
    private var lines: [HistoryRecord.Line] { entries.flatMap { $0.record?.night?.lines ?? [] } }

    /// What happened, in one sentence.
    private var headline: String {
        let name = { (line: HistoryRecord.Line) in SafeText.line(line.candidate, limit: 40) }
        let worse = lines.filter { $0.regression != nil }.map(name)
        let better = lines.filter { $0.improvement != nil }.map(name)
        let failed = entries.filter { $0.error != nil }.map { SafeText.line($0.suite, limit: 40) }
        var parts: [String] = []
        if !worse.isEmpty { parts.append("\(worse.joined(separator: ", ")) became worse.") }
        if !failed.isEmpty { parts.append("Something failed in \(failed.joined(separator: ", ")).") }
        if parts.isEmpty { parts.append("Nothing became worse.") }
        if !better.isEmpty { parts.append("\(better.joined(separator: ", ")) became better.") }
        return parts.joined(separator: " ")
    }

    /// The sentences on one question.
    private func sentences(_ entry: Entry) -> [String] {
        var result = entry.error.map { ["\(SafeText.line($0.message, limit: 200))"] } ?? []
        guard let record = entry.record else { return result }
        result += record.night?.lines.map(NightPhrase.sentence) ?? []
        for pair in record.pairs {
            let before = entry.previous?.pairs.first { $0.a == pair.a && $0.b == pair.b }
            guard let before, before.verdict != pair.verdict else { continue }
            result.append(
                "\(SafeText.line(pair.b, limit: 40)) against \(SafeText.line(pair.a, limit: 40)): "
                    + "\(NightPhrase.verdict(pair)) now, \(NightPhrase.verdict(before)) the night before.")
        }
        return result
    }

    private static let header = ["suite", "candidate", "against", "verdict", "better", "gap nats/token [90 %]"]

    private var rows: [[String]] {
        entries.flatMap { entry in
            (entry.record?.pairs ?? []).map { pair in
                [
                    SafeText.line(entry.suite, limit: 40), SafeText.line(pair.b, limit: 40),
                    SafeText.line(pair.a, limit: 40), NightPhrase.verdict(pair),
                    pair.probabilityBBetter.map(Phrase.percent) ?? "–", Phrase.interval(pair.gap, Phrase.gap),
                ]
            }
        }
    }

    /// The night for a terminal; ends with a newline.
    package var text: String {
        var table = TextTable(header: Self.header, leftColumns: 4)
        for row in rows { table.add(row) }
        let told = entries.flatMap { entry in sentences(entry).map { "  \(SafeText.line(entry.suite)): \($0)" } }
        return "\(job), \(date): \(headline)\n\n" + told.map { $0 + "\n" }.joined()
            + (rows.isEmpty ? "" : "\n\(table.text)\n")
    }

    /// The night as Markdown for a step summary; ends with a newline.
    package var markdown: String {
        var result = ["## \(escaped(job)), \(date): \(escaped(headline))", ""]
        for entry in entries {
            result += sentences(entry).map { "- **\(escaped(SafeText.line(entry.suite)))**: \(escaped($0))" }
        }
        if !rows.isEmpty {
            result += ["", Self.markdownRow(Self.header), Self.markdownRow(Self.header.map { _ in "---" })]
            result += rows.map { Self.markdownRow($0.map(escaped)) }
        }
        return result.joined(separator: "\n") + "\n"
    }

    private static func markdownRow(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    private func escaped(_ text: String) -> String { LeaderboardReport.escaped(text) }

    /// The night as a JUnit document: a test per candidate, which fails where the candidate became worse and is skipped
    /// where its verdict is open.
    package var jUnit: String {
        let suites = entries.map { entry -> String in
            let cases = cases(entry)
            let count = { (tag: String) in cases.count { $0.contains("<\(tag)") } }
            return "  <testsuite name=\"\(XMLText.attribute(entry.suite))\" tests=\"\(cases.count)\" "
                + "failures=\"\(count("failure"))\" errors=\"\(count("error"))\" skipped=\"\(count("skipped"))\">\n"
                + cases.joined() + "  </testsuite>\n"
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"\(XMLText.attribute(job))\">\n"
            + suites.joined() + "</testsuites>\n"
    }

    private func cases(_ entry: Entry) -> [String] {
        func element(_ name: String, _ tag: String?, _ message: String) -> String {
            let head =
                "    <testcase classname=\"\(XMLText.attribute(entry.suite))\" name=\"\(XMLText.attribute(name))\""
            guard let tag else { return head + "/>\n" }
            return head + ">\n      <\(tag) message=\"\(XMLText.attribute(message))\"/>\n    </testcase>\n"
        }
        var cases = entry.error.map { [element("comparison", "error", $0.message)] } ?? []
        for pair in entry.record?.pairs ?? [] {
            let line = entry.record?.night?.lines.first { $0.candidate == pair.b }
            if let line, line.regression != nil {
                cases.append(element(pair.b, "failure", NightPhrase.sentence(line)))
            } else if pair.verdict == .unresolved || pair.verdict == .crossoverRisk {
                cases.append(element(pair.b, "skipped", NightPhrase.verdict(pair)))
            } else {
                cases.append(element(pair.b, nil, ""))
            }
        }
        return cases
    }
}

/// Text in XML attributes.
private enum XMLText {
    static func attribute(_ text: String) -> String {
        SafeText.line(text, limit: 500).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
