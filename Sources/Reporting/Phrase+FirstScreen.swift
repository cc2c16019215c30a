// What a reader wants to know first: what holds, how sure it is, by how much, and what would make it surer.

import Comparison
import ScalebenchCore
import ScalingLaws

extension Phrase {
    /// The probability behind a verdict, the rule, and how good the method was on this ladder.
    static func howSure(_ pair: PairResult, of result: CompareResult) -> String {
        [probability(pair, of: result), trackRecord([pair])].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func probability(_ pair: PairResult, of result: CompareResult) -> String {
        if pair.verdict == .equivalent {
            let thresholds = result.suite?.thresholds ?? VerdictThresholds()
            let margin = Quantity.significant(100 * thresholds.equivalenceMargin)
            return "The 90 % interval of the expected gap lies within ± \(margin) % of the loss."
        }
        guard pair.gap != nil, let probability = pair.probabilityABetter else { return "" }
        let leader = SafeText.line(probability >= 0.5 ? pair.a : pair.b, limit: 60)
        return
            "\(leader) is better with probability \(percent(max(probability, 1 - probability))). The rule names a winner "
            + "from \(rule(result)) on."
    }

    /// The probability from which on the rule names a winner.
    private static func rule(_ result: CompareResult) -> String {
        let thresholds = result.suite?.thresholds ?? VerdictThresholds()
        return Quantity.significant(100 * thresholds.decisiveProbability) + " %"
    }

    /// How every rung was predicted from those below it; empty where none could be.
    static func trackRecord(_ pairs: [PairResult]) -> String {
        guard let line = methodOnThisLadder(pairs.flatMap(\.methodOnThisLadder)) else { return "" }
        return line.prefix(1).uppercased() + line.dropFirst() + "."
    }

    /// The expected gap in words; empty where one diverged.
    static func howMuch(_ pair: PairResult, unit: String) -> String {
        guard let gap = pair.expectedGap, pair.verdict != .equivalent || gap.point != 0 else { return "" }
        let lower = SafeText.line(gap.point >= 0 ? pair.a : pair.b, limit: 60)
        let ends = [gap.interval90.lower, gap.interval90.upper].map { gap.point >= 0 ? $0 : -$0 }.sorted()
        let number = { (value: Double) in Quantity.fixed(value, decimals: 4) }
        return "The loss of \(lower) is expected to be lower by \(number(abs(gap.point)))\(unit) "
            + "(90 % interval: \(number(ends[0])) to \(number(ends[1])))."
    }

    /// The cheapest way to a decision, or why none is proposed.
    static func whatHelps(_ pair: PairResult) -> String {
        if let next = pair.nextRuns.first { return nextStep(next) }
        switch pair.verdict {
        case .aBetter, .bBetter, .equivalent:
            let target = pair.observed == nil ? " Training both at the target would show it." : ""
            return "Nothing more is needed: the verdict is decided by the rule.\(target)"
        case .crossoverRisk, .unresolved:
            guard let finding = pair.findings.first(where: { ["noNextRun", "notJudged"].contains($0.code) }) else {
                return "No further runs are proposed; the findings say what limits the verdict."
            }
            let message = SafeText.line(finding.message, limit: 400), advice = SafeText.line(finding.advice, limit: 400)
            return "\(message.prefix(1).uppercased())\(message.dropFirst()): \(advice)."
        }
    }

    /// `1 better, 12 worse, 3 equivalent, 4 unresolved`: how the others stand to the reference.
    static func outcomes(_ result: CompareResult) -> String {
        let words: [(Verdict, String)] = [
            (.bBetter, "better"), (.aBetter, "worse"), (.equivalent, "equivalent"),
            (.crossoverRisk, "may cross"), (.unresolved, "unresolved"),
        ]
        let counts = words.compactMap { verdict, word in
            let count = result.pairs.count { $0.verdict == verdict }
            return count > 0 ? "\(count) \(word)" : nil
        }
        return "Of \(result.pairs.count) others, by the rule (a winner from \(rule(result)) on): "
            + counts.joined(separator: ", ") + "."
    }
}
