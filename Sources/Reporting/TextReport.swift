// The comparison as a terminal shows it: the ladder, the verdict in a sentence, the findings, the best next step.

package import Comparison
import ScalebenchCore
import ScalingLaws

/// Renders a comparison for a terminal.
package enum TextReport {
    /// The whole result; ends with a newline.
    /// - Parameter report: the file of the report; nil where none is written.
    package static func render(_ result: CompareResult, report: String? = nil) -> String {
        let parts = result.hasMany ? ManyText(result).parts : few(result)
        let place =
            report.map { "Report: \(SafeText.line($0, limit: 1000))" }
            ?? (result.hasMany ? "--report FILE writes a page with all losses, pairs and findings." : nil)
        return ([heading(result).joined(separator: "\n")] + parts + [place].compactMap { $0 })
            .joined(separator: "\n\n") + "\n"
    }

    /// Everything about few candidates.
    private static func few(_ result: CompareResult) -> [String] {
        var parts: [String] = []
        if let best = result.best { parts.append(self.best(best, of: result)) }
        let standings = Standings(result)
        if let title = standings.headToHeadTitle, let table = standings.headToHead(names: 40) {
            parts.append(title + "\n" + table.text)
        }
        parts.append(ladder(result))
        for family in result.families ?? [] { parts.append(settings(FamilyNumbers(family, axis: result.axis))) }
        for pair in result.pairs { parts.append(verdict(pair, of: result)) }
        if let further = result.furtherRuns { parts.append(Phrase.furtherRuns(further, result.pairs)) }
        if let rest = result.notNeeded { parts.append(Phrase.notNeeded(rest)) }
        if let stopped = result.stoppedEarly {
            parts.append(Phrase.stoppedEarly(stopped, candidates: result.candidates))
        }
        let scaling =
            result.shownDiagnostics.flatMap(\.findings).flatMap { Self.lines($0) }
            + [Phrase.wellScaling(result)].compactMap { $0 }
        if !scaling.isEmpty { parts.append(scaling.joined(separator: "\n")) }
        if let gap = result.approximationGap { parts.append(approximation(gap)) }
        return parts
    }

    private static func heading(_ result: CompareResult) -> [String] {
        var lines: [String] = []
        if let suite = result.suite {
            lines.append("\(SafeText.line(suite.name)) v\(suite.version) on \(SafeText.line(suite.dataset))")
        }
        if let question = result.question { lines.append(SafeText.line(question, limit: 158)) }
        if let metric = Phrase.metric(result) { lines.append(metric) }
        let reference = SafeText.line(result.candidates[0])
        guard result.hasMany else { return lines + ["Reference A: \(reference)"] }
        let target = Quantity.scale(result.targetScale, result.axis)
        return lines + ["\(result.candidates.count) candidates, target \(target), reference A: \(reference)"]
    }

    static func headingLines(_ result: CompareResult) -> Int { heading(result).count }

    private static func best(_ best: BestResult, of result: CompareResult) -> String {
        let heading = Phrase.bestHeading(best)
        return heading.prefix(1).uppercased() + heading.dropFirst() + "\n"
            + Phrase.best(best, reference: result.candidates[0], unit: Phrase.unit(result))
    }

    private static func ladder(_ result: CompareResult) -> String {
        let onePair = result.pairs.count == 1
        let showsScale = !result.labelsAreScales
        var header = ["rung"] + (showsScale ? [result.axis.unit] : []) + ["runs"]
        header += result.candidates.map { SafeText.line($0, limit: 30) }
        if onePair { header.append("gap (+: A better) [90 %]") }
        var table = TextTable(header: header)
        for rung in result.ladder {
            let runs = rung.candidates.map { String($0.runs) }
            var cells = [rung.isTarget ? rung.label + " (target)" : rung.label]
            if showsScale { cells.append(Quantity.short(rung.scale)) }
            cells.append(Set(runs).count == 1 ? runs[0] : runs.joined(separator: "/"))
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

    private static func settings(_ numbers: FamilyNumbers) -> String {
        let sentences = [numbers.stabilityNote ?? "", numbers.target, numbers.copied, numbers.cost]
        let lines = [numbers.heading, numbers.drift, numbers.table.text] + sentences
        return (lines.filter { !$0.isEmpty } + numbers.findings.flatMap { Self.lines($0) }).joined(separator: "\n")
    }

    private static func approximation(_ gap: ApproximationGap) -> String {
        var header = ["above the entropy of \(Phrase.loss(gap.entropyNatsPerToken)) nats/token [90 %]"]
        header += gap.laws.map { SafeText.line($0.candidate, limit: 30) }
        var table = TextTable(header: header)
        let last = gap.rungs.last?.label ?? ""
        table.add(
            ["\(gap.rungs.first?.label ?? "") → \(last)"]
                + gap.laws.indices.map { index in
                    let excess = gap.rungs.compactMap { $0.candidates[index].excess?.point }
                    return [excess.first, excess.last].map { $0.map(Phrase.loss) ?? "–" }.joined(separator: " → ")
                })
        table.add(
            ["train − validation, \(last)"]
                + (gap.rungs.last?.candidates ?? []).map { Phrase.interval($0.trainMinusValidation, Phrase.gap) })
        table.add(["R² of a power law"] + gap.laws.map { $0.rSquared.map { Quantity.significant($0) } ?? "–" })
        table.add(
            ["floor fitted to the losses alone"]
                + gap.laws.map { law in
                    guard let floor = law.fittedFloor, let interval = law.fittedFloorInterval90 else { return "–" }
                    return "\(Phrase.loss(floor)) [\(Phrase.loss(interval.lower)), \(Phrase.loss(interval.upper))]"
                })
        return table.text
    }

    private static func verdict(_ pair: PairResult, of result: CompareResult) -> String {
        var lines = ["VERDICT  \(Phrase.verdict(pair))", Phrase.sentence(pair, unit: Phrase.unit(result))]
        lines.append(numbers(pair, of: result))
        if let early = pair.earlyForecast { lines.append("  " + Phrase.early(early)) }
        if let line = Phrase.methodOnThisLadder(pair.methodOnThisLadder) { lines.append("  " + line) }
        if let line = pair.deviceTime.flatMap({ Phrase.deviceTime($0, compute: pair.computeMultiplier) }) {
            lines.append("  " + line)
        }
        if !pair.shownFindings.isEmpty { lines.append("") }
        lines += pair.shownFindings.flatMap { Self.lines($0) }
        if let next = pair.nextRuns.first { lines += ["", Phrase.nextStep(next)] }
        return lines.joined(separator: "\n")
    }

    static func mark(_ finding: Finding) -> String { finding.severity == .warning ? "!" : "·" }

    private static func lines(_ finding: Finding) -> [String] {
        [
            "\(mark(finding)) \(SafeText.line(finding.message, limit: 400))",
            "  → \(SafeText.line(finding.advice, limit: 400))",
        ]
    }

    private static func numbers(_ pair: PairResult, of result: CompareResult) -> String {
        let numbers = VerdictNumbers(pair, of: result)
        var table = TextTable(header: ["at the target"] + numbers.header)
        for row in numbers.rows { table.add([row.label] + row.values) }
        return table.text
    }
}
