// The comparison as a terminal shows it: the ladder, the verdict in a sentence, what to mind, what to do next.

package import Comparison
import ScalebenchCore
import ScalingLaws

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
        return "Final loss\(unit(result)), mean over runs [90 %]\n" + table.text
    }

    private static func verdict(_ pair: PairResult, of result: CompareResult) -> String {
        var lines = ["VERDICT  \(pair.verdict.rawValue)", Phrase.sentence(pair, unit: unit(result))]
        lines += numbers(pair, of: result)
        if !pair.findings.isEmpty { lines.append("") }
        for finding in pair.findings {
            lines.append("\(finding.severity == .warning ? "!" : "·") \(SafeText.line(finding.message, limit: 400))")
            lines.append("  → \(SafeText.line(finding.advice, limit: 400))")
        }
        if let next = pair.nextRuns.first { lines += ["", nextStep(next)] }
        return lines.joined(separator: "\n")
    }

    private static func numbers(_ pair: PairResult, of result: CompareResult) -> [String] {
        var table = TextTable(header: ["at the target", "value [90 %]"])
        let p = pair.predicted
        let isObserved = pair.observed != nil
        let before = isObserved ? " (predicted from the ladder)" : ""
        if isObserved { table.add(["verdict\(before)", p.verdict.rawValue]) }
        table.add(["probability that A is better\(before)", p.probabilityABetter.map(Phrase.percent) ?? "–"])
        table.add(["loss of A\(before)", Phrase.interval(p.lossA, Phrase.loss)])
        table.add(["loss of B\(before)", Phrase.interval(p.lossB, Phrase.loss)])
        table.add(["gap, one run of each\(before)", Phrase.interval(p.gap, Phrase.gap)])
        if let observed = pair.observed {
            let loss = { (value: Double?) in value.map(Phrase.loss) ?? "diverged" }
            table.add(["loss of A (observed)", loss(observed.lossA)])
            table.add(["loss of B (observed)", loss(observed.lossB)])
            let error = observed.evaluationStandardError.map { " ± \(Phrase.loss($0))" } ?? ""
            table.add(["gap (observed ± evaluation error)", (observed.gap.map(Phrase.gap) ?? "–") + error])
        }
        if result.axis != .parameters {
            table.add(["compute B needs to reach A's loss", multiplier(pair.computeMultiplier)])
        }
        table.add(["curves cross", crossing(pair.crossover, axis: result.axis)])
        if let regret = pair.expectedRegret {
            table.add(["expected regret of choosing A, of B", "\(Phrase.loss(regret.a)), \(Phrase.loss(regret.b))"])
        }
        return [table.text]
    }

    private static func multiplier(_ estimate: Estimate?) -> String {
        guard let estimate else { return "–" }
        return Phrase.interval(estimate) { Phrase.multiplier($0) + "×" }
    }

    private static func crossing(_ crossover: CrossoverResult?, axis: ScaleAxis) -> String {
        guard let crossover else { return "–" }
        switch crossover.statement {
        case .noneUpTo: return "no, up to \(Quantity.short(crossover.searchedUpTo)) \(axis.unit)"
        case .between:
            guard let interval = crossover.scale?.interval90 else { return "–" }
            return "between \(Quantity.short(interval.lower)) and \(Quantity.short(interval.upper)) \(axis.unit)"
        case .cannotBePlaced:
            guard let clear = crossover.noneUpTo else { return "cannot be placed" }
            return "not below \(Quantity.short(clear)) \(axis.unit); beyond, cannot be placed"
        }
    }

    private static func nextStep(_ next: NextRun) -> String {
        let cost = next.flops.map { " (\(Quantity.short($0)) FLOPs in all)" } ?? ""
        return
            "Cheapest next step: \(next.runsPerCandidate) more run\(next.runsPerCandidate == 1 ? "" : "s") of each at "
            + "\(next.label)\(cost): probability of naming the right winner \(percent(next.probabilityRightNow)) → "
            + "\(percent(next.probabilityRightAfter))."
    }

    /// One decimal: what a few runs add is small.
    private static func percent(_ probability: Double) -> String {
        Quantity.significant(100 * probability) + " %"
    }

    private static func unit(_ result: CompareResult) -> String {
        result.suite == nil ? "" : " nats/token"
    }
}
