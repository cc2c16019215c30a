// How nights are worded, the same in every renderer.

import Comparison
import Foundation
package import RunStore
import ScalebenchCore
import ScalingLaws

/// Words for nights and the history.
package enum NightPhrase {
    /// `1a2b3c4`, with a star where files were changed since that commit; a dash outside of a repository.
    package static func commit(_ record: HistoryRecord) -> String {
        guard let commit = record.commit else { return "–" }
        let isClean = record.uncommittedChanges ?? "none" == "none"
        return short(commit) + (isClean ? "" : "*")
    }

    private static func short(_ commit: String) -> String { SafeText.line(String(commit.prefix(7))) }

    /// `new wins`, `unresolved`.
    package static func verdict(_ pair: HistoryRecord.Pair) -> String {
        switch pair.verdict {
        case .aBetter: "\(SafeText.line(pair.a, limit: 30)) wins"
        case .bBetter: "\(SafeText.line(pair.b, limit: 30)) wins"
        default: Phrase.verdict(pair.verdict)
        }
    }

    /// What the nights say of a candidate, as sentences.
    package static func sentence(_ line: HistoryRecord.Line) -> String {
        let name = SafeText.line(line.candidate, limit: 60), rung = SafeText.line(line.rung)
        let changes = [line.regression.map { worse(name, rung, $0) }, line.improvement.map { better(name, rung, $0) }]
        if !changes.allSatisfy({ $0 == nil }) { return changes.compactMap { $0 }.joined(separator: " ") }
        let finite = line.losses.compactMap { $0 }
        guard !finite.isEmpty else { return "\(name) has no run of this night at \(rung)." }
        let loss = "its mean loss at \(rung) is \(Phrase.loss(finite.reduce(0, +) / Double(finite.count))) nats/token"
        guard line.nightsBefore > 0 else {
            return "\(name) has its first night: \(loss), from \(Quantity.count(finite.count, "run"))."
        }
        return "\(name) is no worse than in \(nights(line.nightsBefore)) before: \(loss), from "
            + "\(Quantity.count(finite.count, "run"))."
    }

    private static func nights(_ count: Int) -> String { count == 1 ? "the night" : "the \(count) nights" }

    private static func worse(_ name: String, _ rung: String, _ regression: HistoryRecord.LossShift) -> String {
        let since = SafeText.line(regression.since)
        guard let change = regression.change else {
            return "\(name) diverges at \(rung) since \(since). \(range(regression))"
        }
        let size = Phrase.interval(change) { percent($0) }
        return "\(name) is worse since \(since): its loss at \(rung) rose by \(size).\(others(regression)) "
            + range(regression)
    }

    private static func better(_ name: String, _ rung: String, _ improvement: HistoryRecord.LossShift) -> String {
        // How far the loss fell is positive; its interval is turned round.
        let size = improvement.change.map { " by \(Phrase.interval($0.negated) { percent($0) })" } ?? ""
        return "\(name) is better since \(SafeText.line(improvement.since)): its loss at \(rung) fell\(size)."
            + "\(others(improvement)) \(range(improvement))"
    }

    /// The other nights with which the change may have come, as a sentence after a space.
    private static func others(_ change: HistoryRecord.LossShift) -> String {
        let possible = change.possiblySince.map { SafeText.line($0) }
        return possible.first == possible.last
            ? "" : " The change may also have come between \(possible[0]) and \(possible[possible.count - 1])."
    }

    /// `1.2 %`, `0.034 %`.
    static func percent(_ share: Double) -> String {
        abs(share) >= 0.01
            ? String(format: "%.1f %%", 100 * share) : Quantity.significant(100 * share, digits: 2) + " %"
    }

    private static func range(_ regression: HistoryRecord.LossShift) -> String {
        let good =
            regression.lastGood == HistoryRecord.LossShift.baseline
            ? "The recorded baseline has the old losses"
            : "The night of \(SafeText.line(regression.lastGood)) was the last with the old losses"
        switch (regression.lastGoodCommit, regression.firstBadCommit) {
        case let (from?, to?) where from != to: return "\(good): see git log \(short(from))..\(short(to))."
        case let (from?, to?) where from == to:
            return
                "\(good). Commit \(short(to)) is the same on both sides, so look at uncommitted changes, candidate files, "
                + "data and machine."
        default: return "\(good)."
        }
    }
}
