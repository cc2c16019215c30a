// How comparisons of the past are worded.

import Comparison
import RunStore
import ScalebenchCore
import ScalingLaws

extension Phrase {
    /// `new beats base with probability 97 %`: the verdict on a pair of the past, without a full stop.
    static func outcome(_ pair: HistoryRecord.Pair) -> String {
        let a = SafeText.line(pair.a, limit: 40), b = SafeText.line(pair.b, limit: 40)
        let sure = { (probability: Double?) in probability.map { " with probability \(percent($0))" } ?? "" }
        let forB = pair.probabilityBBetter, diverged = pair.gap == nil ? ", which diverged" : ""
        switch pair.verdict {
        case .aBetter: return "\(a) beats \(b)" + sure(forB.map { 1 - $0 }) + diverged
        case .bBetter: return "\(b) beats \(a)" + sure(forB) + diverged
        case .equivalent: return "\(a) and \(b) are equivalent"
        case .crossoverRisk: return "\(a) and \(b) may change their order before the target"
        case .unresolved:
            guard let forB else { return "\(a) against \(b) is unresolved" }
            return "\(a) against \(b) is unresolved; \(forB > 0.5 ? b : a) leads" + sure(max(forB, 1 - forB))
        }
    }

    /// The verdict on a pair in two or three words: `new wins`, `unresolved`.
    static func verdict(_ pair: HistoryRecord.Pair) -> String {
        switch pair.verdict {
        case .aBetter: "\(SafeText.line(pair.a, limit: 40)) wins"
        case .bBetter: "\(SafeText.line(pair.b, limit: 40)) wins"
        default: verdict(pair.verdict)
        }
    }

    /// Says since when the losses of a candidate are larger or smaller, and between which commits that began.
    static func change(_ line: HistoryRecord.Line, _ shift: HistoryRecord.LossShift) -> String {
        let what =
            shift.change.map { change in
                let (size, word) = change.point < 0 ? (change.negated, "smaller") : (change, "larger")
                return "has a loss that is \(word) by \(interval(size, NightPhrase.percent)) at "
                    + SafeText.line(line.rung)
            } ?? "diverges at \(SafeText.line(line.rung))"
        let possible = shift.possiblySince.withoutRepetitions
        let range = possible.count == 2 ? " (between \(possible[0]) and \(possible[1]), 95 %)" : ""
        return
            "\(SafeText.line(line.candidate, limit: 40)) \(what) since \(SafeText.line(shift.since))"
            + "\(SafeText.line(range)). \(commits(shift))"
    }

    private static func commits(_ shift: HistoryRecord.LossShift) -> String {
        switch (shift.lastGoodCommit, shift.firstBadCommit) {
        case (let good?, let bad?) where good == bad:
            return "Both sides were made from commit \(commit(good)), so that the change is not in the repository."
        case (let good?, let bad?):
            return "The last commit before it is \(commit(good)), the first after it \(commit(bad))."
        default: return "The last night before it is \(SafeText.line(shift.lastGood)); the commits are not known."
        }
    }

    /// Ten digits of a commit.
    static func commit(_ hash: String) -> String { SafeText.line(String(hash.prefix(10))) }

    /// `2026-11-28 14:05`, UTC.
    static func time(_ text: String) -> String {
        SafeText.line(String(text.prefix(16))).replacing("T", with: " ")
    }
}
