// Many candidates on one screen, the same in every renderer: each against the reference, and who beats whom among the
// likeliest to be the best.

import Comparison
import ScalebenchCore
import ScalingLaws

struct Standings {
    /// A candidate against the reference.
    struct Row {
        let name: String
        /// P(it is better than the reference) for one run of each.
        let probability: Double?
        let gap: String
        let gapAlone: String
        let verdict: String
    }

    /// The best first.
    let rows: [Row]
    private let headToHead: BestResult.HeadToHead?

    init(_ result: CompareResult) {
        func rank(_ pair: PairResult) -> (Double, Double) {
            (pair.probabilityABetter ?? (pair.verdict == .bBetter ? 0 : 1), pair.gap?.point ?? .infinity)
        }
        rows = result.pairs.sorted { rank($0) < rank($1) }.map(Row.init)
        headToHead = result.best?.headToHead
    }

    // MARK: - Against the reference

    static let versusTitle = "Each against the reference A, the best first (gap: loss − loss of A, one run of each)"

    /// - Parameters:
    ///   - shown: how many candidates have a row.
    ///   - names: the longest name; a longer one loses its middle.
    ///   - best: the verdict on all, where a column shows everyone's probability to be the best.
    func versus(shown: Int, names: Int, hasIntervals: Bool = true, best: BestResult? = nil) -> TextTable {
        var table = TextTable(
            header: ["candidate", "beats A", hasIntervals ? "gap to A [90 %]" : "gap to A"]
                + (best == nil ? [] : ["best of all"]) + ["verdict"], spacing: 2, lastIsLeft: true)
        for row in rows.prefix(shown) {
            let standing = best?.candidates.first { $0.candidate == row.name }
            table.add(
                [
                    Phrase.name(row.name, limit: names), row.probability.map(Phrase.percent) ?? "–",
                    hasIntervals ? row.gap : row.gapAlone,
                ] + (best == nil ? [] : [standing.map { Phrase.percent($0.probabilityBest) } ?? "–"]) + [row.verdict])
        }
        return table
    }

    // MARK: - Who beats whom

    var headToHeadTitle: String? {
        headToHead.map { duels in
            let luck = rows.count > 2 ? ", the leader's luck taken off" : ""
            let which = rows.count < duels.candidates.count ? "" : " among the likeliest \(duels.candidates.count)"
            return "Who beats whom\(which): P(row is better than column)\(luck)"
        }
    }

    /// Rows and columns are numbered in the order of the rows; nil where nobody could be compared.
    func headToHead(names: Int) -> TextTable? {
        guard let duels = headToHead else { return nil }
        var table = TextTable(header: ["candidate"] + duels.candidates.indices.map { "\($0 + 1)" })
        for (index, name) in duels.candidates.enumerated() {
            table.add(
                ["\(index + 1) \(Phrase.name(name, limit: names))"]
                    + duels.probabilityBetter[index].map { $0.map(Phrase.percent) ?? "–" })
        }
        return table
    }
}

extension Standings.Row {
    fileprivate init(_ pair: PairResult) {
        name = pair.b
        probability = pair.probabilityABetter.map { 1 - $0 }
        let bare = pair.observed?.gap
        gap = Phrase.interval(pair.gap, or: bare, Phrase.gap)
        gapAlone = (pair.gap?.point ?? bare).map(Phrase.gap) ?? "–"
        verdict =
            switch pair.verdict {
            case .aBetter: "worse"
            case .bBetter: "better"
            default: Phrase.verdict(pair.verdict)
            }
    }
}

extension Phrase {
    /// A name of at most `limit` characters. The ends of long names tell more than their middle.
    static func name(_ name: String, limit: Int) -> String {
        let line = SafeText.line(name, limit: 400)
        guard line.count > limit else { return line }
        let tail = limit * 2 / 5
        return line.prefix(limit - tail - 1) + "…" + line.suffix(tail)
    }
}
