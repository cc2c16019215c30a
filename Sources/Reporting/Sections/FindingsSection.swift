// What weakens the verdict, and the runs that would help, the cheapest way to a decision first.

import Comparison
import ScalebenchCore

extension ReportSection {
    static let findings = ReportSection(id: "findings", title: "Findings") { content in
        let pairs = content.result.pairs.filter { !$0.shownFindings.isEmpty || !$0.nextRuns.isEmpty }
        guard !pairs.isEmpty else { return nil }
        if content.result.hasMany { return shared(content.result.pairs) }
        return Markup.joined(
            pairs.map { pair in
                tag("article") {
                    if content.result.pairs.count > 1 {
                        tag("h3") { "\(SafeText.line(pair.a)) against \(SafeText.line(pair.b))" }
                    }
                    if !pair.shownFindings.isEmpty { findingList(pair.shownFindings) }
                    if !pair.nextRuns.isEmpty { nextRuns(table(pair.nextRuns)) }
                }
            })
    }

    /// The findings of many pairs, each once, and the cheapest next step of every pair.
    @MarkupBuilder private static func shared(_ pairs: [PairResult]) -> Markup {
        let findings = SharedFindings(pairs), open = pairs.filter { !$0.nextRuns.isEmpty }
        if !(findings.ofAll + findings.ofSome).isEmpty {
            tag("p") { "B stands for the other candidate of every pair." }
            findingList(findings.ofAll + findings.ofSome)
        }
        if !open.isEmpty {
            tag("details") {
                tag("summary") { "The cheapest next step of every pair" }
                nextRuns(table(open.map { $0.nextRuns[0] }, names: open.map { SafeText.line($0.b, limit: 40) }))
            }
        }
    }

    @MarkupBuilder private static func nextRuns(_ table: ReportTable) -> Markup {
        tag("p") {
            """
            These runs are the next steps, the cheapest way to a decision first. The expected cost is that of the runs and, \
            where they do not decide, of the target; 100 % is what the target still costs for both (or cost, once it is trained).
            """
        }
        table.markup
    }

    /// - Parameter names: the candidates B in the order of the runs, where these are of several pairs.
    private static func table(_ runs: [ProposedRun], names: [String]? = nil) -> ReportTable {
        let header = [
            "more runs at", "of each", "FLOPs in all", "P(right winner) now", "after", "P(decided)", "expected cost",
        ]
        return ReportTable(
            header: (names == nil ? [] : ["candidate B"]) + header,
            rows: runs.enumerated().map { index, run in
                (names.map { [$0[index]] } ?? []) + [
                    run.label, String(run.runsPerCandidate), run.flops.map(Quantity.short) ?? "–",
                    Phrase.percent(run.probabilityRightNow), Phrase.percent(run.probabilityRightAfter),
                    Phrase.percent(run.probabilityDecided), Phrase.costShare(run.expectedCost),
                ]
            })
    }
}

/// The findings, each with its advice.
func findingList(_ findings: [Finding]) -> Markup {
    tag("ul", ["class": "findings"]) {
        for finding in findings {
            tag("li", ["class": finding.severity.rawValue]) {
                tag("p") {
                    tag("strong") { finding.severity == .warning ? "Warning" : "Note" }
                    ": \(SafeText.line(finding.message, limit: 400))"
                }
                tag("p", ["class": "advice"]) { "→ \(SafeText.line(finding.advice, limit: 400))" }
            }
        }
    }
}
