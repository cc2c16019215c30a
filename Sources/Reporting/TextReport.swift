// The comparison as a terminal shows it: the ladder, the verdict in a sentence, what to mind, what to do next.

package import Comparison
import ScalebenchCore

/// Renders a comparison for a terminal.
package enum TextReport {
    /// The whole result; ends with a newline.
    package static func render(_ result: CompareResult) -> String {
        var parts = [heading(result), ladder(result)]
        for pair in result.pairs { parts.append(verdict(pair, of: result)) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func heading(_ result: CompareResult) -> String {
        var lines: [String] = []
        if let suite = result.suite {
            lines.append("\(SafeText.line(suite.name)) v\(suite.version) on \(SafeText.line(suite.dataset))")
        }
        if let question = result.question { lines.append(SafeText.line(question, limit: 200)) }
        lines.append("Reference A: \(SafeText.line(result.candidates[0]))")
        return lines.joined(separator: "\n")
    }

    private static func ladder(_ result: CompareResult) -> String {
        let onePair = result.pairs.count == 1
        var header = ["rung", result.axis.unit, "runs"] + result.candidates.map { SafeText.line($0, limit: 30) }
        if onePair { header.append("gap (+: A better) [90 %]") }
        var table = TextTable(header: header)
        for rung in result.ladder {
            let runs = rung.candidates.map { String($0.runs) }
            var cells = [
                rung.isTarget ? rung.label + " (target)" : rung.label, Quantity.short(rung.scale),
                Set(runs).count == 1 ? runs[0] : runs.joined(separator: "/"),
            ]
            cells += rung.candidates.map { candidate in
                if candidate.meanLoss == nil, candidate.diverged > 0 { return "diverged" }
                let mark = candidate.diverged > 0 ? " (\(candidate.diverged) diverged)" : ""
                return Phrase.interval(candidate.loss, or: candidate.meanLoss, Phrase.loss) + mark
            }
            if onePair {
                let gap = result.pairs[0].rungGaps.first { $0.label == rung.label }
                cells.append(Phrase.interval(gap?.gap, or: gap?.meanGap, Phrase.gap))
            }
            table.add(cells)
        }
        return "Final loss\(Phrase.unit(result)), mean over runs [90 %]\n" + table.text
    }

    private static func verdict(_ pair: PairResult, of result: CompareResult) -> String {
        var lines = ["VERDICT  \(pair.verdict.rawValue)", Phrase.sentence(pair, unit: Phrase.unit(result))]
        lines.append(numbers(pair, of: result))
        if let line = Phrase.methodOnThisLadder(pair.methodOnThisLadder) { lines.append("  " + line) }
        if !pair.findings.isEmpty { lines.append("") }
        for finding in pair.findings {
            lines.append("\(finding.severity == .warning ? "!" : "·") \(SafeText.line(finding.message, limit: 400))")
            lines.append("  → \(SafeText.line(finding.advice, limit: 400))")
        }
        if let next = pair.nextRuns.first { lines += ["", Phrase.nextStep(next)] }
        return lines.joined(separator: "\n")
    }

    private static func numbers(_ pair: PairResult, of result: CompareResult) -> String {
        let numbers = VerdictNumbers(pair, of: result)
        var table = TextTable(header: ["at the target"] + numbers.header)
        for row in numbers.rows { table.add([row.label] + row.values) }
        return table.text
    }
}
