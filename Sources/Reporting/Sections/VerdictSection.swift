// The answer comes first: a sentence, the best next step, the numbers. The findings have a section of their own.

import Comparison
import ScalebenchCore

extension ReportSection {
    static let verdict = ReportSection(id: "verdict", title: "Verdict") { content in
        let result = content.result
        return Markup.joined(
            [result.best.map { best($0, of: result) } ?? .empty]
                + result.pairs.map { pair in
                    tag("article", ["class": "verdict"]) {
                        tag("p", ["class": "answer"]) {
                            tag("strong", ["class": "chip \(pair.verdict.rawValue)"]) { Phrase.verdict(pair) }
                            " "
                            Phrase.sentence(pair, unit: Phrase.unit(result))
                        }
                        if let next = pair.nextRuns.first { tag("p") { Phrase.nextStep(next) } }
                        numbers(pair, of: result).markup
                    }
                } + [
                    result.notNeeded.map { rest in tag("p") { Phrase.notNeeded(rest) } } ?? .empty,
                    result.furtherRuns.map { further in tag("p") { Phrase.furtherRuns(further, result.pairs) } }
                        ?? .empty,
                ]
        )
    }

    @MarkupBuilder private static func best(_ best: BestResult, of result: CompareResult) -> Markup {
        tag("article", ["class": "verdict"]) {
            tag("p", ["class": "answer"]) {
                tag("strong", ["class": best.winner == nil ? "chip unresolved" : "chip aBetter"]) {
                    Phrase.bestHeading(best)
                }
                " "
                Phrase.best(best, reference: result.candidates[0], unit: Phrase.unit(result))
            }
            ReportTable(
                header: ["candidate", "best of all", "expected gap to \(SafeText.line(result.candidates[0])) [90 %]"],
                rows: best.candidates.map { one in
                    [
                        SafeText.line(one.candidate), Phrase.percent(one.probabilityBest),
                        one.candidate == result.candidates[0]
                            ? "reference" : Phrase.interval(one.expectedGapToReference, Phrase.gap),
                    ]
                }
            ).markup
        }
    }

    private static func numbers(_ pair: PairResult, of result: CompareResult) -> ReportTable {
        let numbers = VerdictNumbers(pair, of: result)
        return ReportTable(
            header: ["at the target"] + numbers.header, rows: numbers.rows.map { [$0.label] + $0.values })
    }

    static let findings = ReportSection(id: "findings", title: "Findings") { content in
        let pairs = content.result.pairs.filter { !$0.findings.isEmpty || !$0.nextRuns.isEmpty }
        guard !pairs.isEmpty else { return nil }
        return Markup.joined(
            pairs.map { pair in
                tag("article") {
                    if content.result.pairs.count > 1 {
                        tag("h3") { "\(SafeText.line(pair.a)) against \(SafeText.line(pair.b))" }
                    }
                    if !pair.findings.isEmpty { findingList(pair.findings) }
                    if !pair.nextRuns.isEmpty { nextRuns(pair.nextRuns) }
                }
            })
    }

    @MarkupBuilder private static func nextRuns(_ runs: [ProposedRun]) -> Markup {
        tag("p") {
            """
            These runs are the next steps, the cheapest way to a decision first. The expected cost is that of the runs and, \
            where they do not decide, of the target; 100 % is what the target still costs for both (or cost, once it is trained).
            """
        }
        ReportTable(
            header: [
                "more runs at", "of each", "FLOPs in all", "P(right winner) now", "after", "P(decided)",
                "expected cost",
            ],
            rows: runs.map {
                [
                    $0.label, String($0.runsPerCandidate), $0.flops.map(Quantity.short) ?? "–",
                    Phrase.percent($0.probabilityRightNow), Phrase.percent($0.probabilityRightAfter),
                    Phrase.percent($0.probabilityDecided), Phrase.costShare($0.expectedCost),
                ]
            }
        ).markup
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
