// The verdicts on several metrics of the same runs: a sentence that names what B loses, a line per metric, and what each
// metric's own result shows.

package import Comparison
package import Foundation
import ScalebenchCore

/// Renders the verdicts on several metrics for a terminal and as a page.
package enum MetricsReport {
    /// The whole result; ends with a newline.
    package static func text(_ result: MetricsResult) -> String {
        guard let first = result.metrics.first else { return "" }
        var parts = [
            "Reference A: \(SafeText.line(first.candidates[0])); target \(Quantity.short(first.targetScale)) \(first.axis.unit)",
            summaries(result).joined(separator: "\n"), table(result).text,
        ]
        if let line = expectedMistakes(result) { parts.append(line) }
        let notes = findings(result).flatMap {
            [mark($0) + SafeText.line($0.message, limit: 400), "  → " + SafeText.line($0.advice, limit: 400)]
        }
        if !notes.isEmpty { parts.append(notes.joined(separator: "\n")) }
        let rest = result.notJudged.map(sentence)
        if !rest.isEmpty { parts.append(rest.joined(separator: "\n")) }
        parts.append("One metric in full: --metric '\(SafeText.line(first.metricName, limit: 100))'")
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// The page: the table of metrics, then a part for each.
    package static func html(_ result: MetricsResult) -> Data {
        let first = result.metrics[0]
        let overview = HTMLPage.Part(id: "metrics", title: "Metrics", body: overview(result))
        let parts = result.metrics.enumerated().map { index, one in
            let id = "metric-\(index + 1)", body = body(one, prefix: id + "-")
            return HTMLPage.Part(
                id: id, title: SafeText.line(one.metricName), body: index == 0 ? body : folded(one, body))
        }
        let heading = tag("p", ["class": "context"]) {
            "reference A: "
            tag("bdi") { SafeText.line(first.candidates[0]) }
            " · target \(Quantity.short(first.targetScale)) \(first.axis.unit) · \(Quantity.count(result.metrics.count, "metric"))"
        }
        return HTMLPage(title: Phrase.contest(first.candidates), heading: heading, parts: [overview] + parts).data
    }

    // MARK: - Parts

    @MarkupBuilder private static func overview(_ result: MetricsResult) -> Markup {
        for line in summaries(result) { tag("p", ["class": "answer"]) { line } }
        ReportTable(table(result)).markup
        if let line = expectedMistakes(result) { tag("p") { line } }
        for one in result.notJudged { tag("p") { sentence(one) } }
    }

    /// One metric with its pictures.
    private static func body(_ one: CompareResult, prefix: String) -> Markup {
        var content = ReportContent(one)
        content.prefix = prefix
        let sections: [ReportSection] = [.verdict, .scaling, .gap, .findings]
        return .joined(sections.compactMap { $0.body(content) } + [losses(one)])
    }

    /// Leaves the outcome to be seen until the reader opens the rest.
    private static func folded(_ one: CompareResult, _ body: Markup) -> Markup {
        let outcomes = one.pairs.prefix(3).map { pair in
            let chance = pair.probabilityABetter.map { ", probability that A is better \(Phrase.percent($0))" } ?? ""
            let name = one.pairs.count > 1 ? "\(SafeText.line(pair.b, limit: 40)): " : ""
            return name + Phrase.verdict(pair) + chance
        }
        let rest = one.pairs.count > 3 ? "; \(one.pairs.count - 3) more" : ""
        return tag("details", ["class": "folded"]) {
            tag("summary") { outcomes.joined(separator: "; ") + rest }
            body
        }
    }

    private static func losses(_ result: CompareResult) -> Markup {
        tag("details") {
            tag("summary") { "The losses of every rung" }
            ReportTable(result.lossesByCandidate).markup
        }
    }

    /// A sentence for every candidate B.
    private static func summaries(_ result: MetricsResult) -> [String] {
        let names = result.metrics[0].pairs.map(\.b)
        return names.map { name in
            let pairs = result.metrics.compactMap { one in
                one.pairs.first { $0.b == name }.map { (metric: one.metricName, pair: $0) }
            }
            func metrics(_ verdict: Verdict) -> [String] {
                pairs.filter { $0.pair.verdict == verdict }.map { SafeText.line($0.metric, limit: 40) }
            }
            let worse = metrics(.aBetter), better = metrics(.bBetter), equal = metrics(.equivalent)
            let open = pairs.count - worse.count - better.count - equal.count
            let lead = worse.isEmpty ? "is worse on no metric" : "is worse on \(named(worse))"
            return "\(SafeText.line(name)) \(lead), better on \(better.count) of \(pairs.count)"
                + (equal.isEmpty ? "" : ", equivalent on \(equal.count)")
                + (open > 0 ? ", and undecided on \(open)." : ".")
        }
    }

    private static func named(_ names: [String]) -> String {
        names.count <= 5
            ? Phrase.list(names) : "\(names.count) metrics, first \(names.prefix(3).joined(separator: ", "))"
    }

    /// A line for every metric and pair.
    private static func table(_ result: MetricsResult) -> TextTable {
        let hasMany = result.metrics.contains { $0.pairs.count > 1 }
        var table = TextTable(
            header: ["metric"] + (hasMany ? ["candidate B"] : []) + [
                "verdict", "probability that A is better", "gap at the target, one run of each [90 %]",
            ], leftColumns: hasMany ? 3 : 2)
        for one in result.metrics {
            let form = one.input?.isMaximized == true ? " (its error)" : ""
            for pair in one.pairs.sorted(by: { ($0.probabilityABetter ?? 0.5) > ($1.probabilityABetter ?? 0.5) }) {
                table.add(
                    [SafeText.line(one.metricName, limit: 40) + form]
                        + (hasMany ? [SafeText.line(pair.b, limit: 30)] : [])
                        + [
                            Phrase.verdict(pair), pair.probabilityABetter.map(Phrase.percent) ?? "–",
                            Phrase.interval(pair.gap, or: pair.observed?.gap, Phrase.gap),
                        ])
            }
        }
        return table
    }

    /// How many of the named winners are expected to be wrong; nil with fewer than two.
    private static func expectedMistakes(_ result: MetricsResult) -> String? {
        let risks = result.metrics.flatMap(\.pairs).compactMap { pair -> Double? in
            switch pair.verdict {
            case .aBetter: pair.probabilityABetter.map { 1 - $0 }
            case .bBetter: pair.probabilityABetter
            default: nil
            }
        }
        guard risks.count > 1 else { return nil }
        let sum = risks.reduce(0, +)
        return "Every verdict is about its metric alone: of \(risks.count) winners, "
            + (sum < 0.01 ? "less than 0.01" : Quantity.significant(sum, digits: 2)) + " are expected to be wrong."
    }

    private static func sentence(_ one: MetricsResult.NotJudged) -> String {
        "! \(SafeText.line(one.metric)) is not judged: \(SafeText.line(one.reason, limit: 300))"
            + (one.hint.map { " (\(SafeText.line($0, limit: 300)))" } ?? "")
    }

    private static func mark(_ finding: Finding) -> String { finding.severity == .warning ? "! " : "· " }

    /// What the reading of the table has to say, each once.
    private static func findings(_ result: MetricsResult) -> [Finding] {
        var known: Set<Finding> = []
        return result.metrics.flatMap { $0.pairs.flatMap(\.findings) }.filter {
            ["tableReading", "unfinishedRuns"].contains($0.code) && known.insert($0).inserted
        }
    }
}

extension CompareResult {
    var metricName: String { input?.metric ?? "loss" }
}
