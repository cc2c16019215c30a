// The answer comes first: a sentence, the best next step, the numbers. The findings have a section of their own.

import Comparison
import ScalebenchCore

extension ReportSection {
    static let verdict = ReportSection(id: "verdict", title: "Verdict") { content in
        let result = content.result
        return Markup.joined(
            [result.best.map { best($0, of: result) } ?? .empty]
                + (result.hasMany ? [all(result)] : result.pairs.map { one($0, of: result) }) + [
                    result.notNeeded.map { rest in tag("p") { Phrase.notNeeded(rest) } } ?? .empty,
                    result.furtherRuns.map { further in tag("p") { Phrase.furtherRuns(further, result.pairs) } }
                        ?? .empty,
                ]
        )
    }

    private static func one(_ pair: PairResult, of result: CompareResult) -> Markup {
        tag("article", ["class": "verdict"]) {
            tag("p", ["class": "answer"]) {
                tag("strong", ["class": "chip \(pair.verdict.rawValue)"]) { Phrase.verdict(pair) }
                " "
                Phrase.sentence(pair, unit: Phrase.unit(result))
            }
            if let next = pair.nextRuns.first { tag("p") { Phrase.nextStep(next) } }
            numbers(pair, of: result).markup
            deviceTime(pair)
        }
    }

    private static func deviceTime(_ pair: PairResult) -> Markup {
        guard let line = pair.deviceTime.flatMap({ Phrase.deviceTime($0, compute: pair.computeMultiplier) }) else {
            return .empty
        }
        return tag("p") { line }
    }

    /// Many pairs: a line for each, and its numbers where they are asked for.
    private static func all(_ result: CompareResult) -> Markup {
        tag("article", ["class": "verdict"]) {
            tag("p") { "A is \(SafeText.line(result.candidates[0], limit: 40)); every row has another candidate as B." }
            ReportTable(result.pairTable).markup
            if let next = result.closestStep { tag("p") { next } }
            tag("details") {
                tag("summary") { "The numbers of every pair at the target" }
                for pair in result.pairs {
                    tag("h3") { "\(SafeText.line(pair.b)) against \(SafeText.line(pair.a))" }
                    tag("p") { Phrase.sentence(pair, unit: Phrase.unit(result)) }
                    numbers(pair, of: result).markup
                    deviceTime(pair)
                }
            }
        }
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
