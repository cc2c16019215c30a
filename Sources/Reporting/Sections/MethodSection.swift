// How well the method predicts the rungs of this very ladder, so that readers can judge how far to trust the verdict.

import Comparison
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let method = ReportSection(id: "method", title: "The method on this ladder") { content in
        let pairs = content.result.pairs.filter { !$0.methodOnThisLadder.isEmpty }
        guard !pairs.isEmpty else { return nil }
        if content.result.hasMany { return summary(pairs, introduction(content.result)) }
        return .joined(
            [introduction(content.result)]
                + pairs.map { pair in
                    .joined([
                        pairs.count > 1
                            ? tag("h3") { "\(SafeText.line(pair.b)) against \(SafeText.line(pair.a))" } : .empty,
                        table(pair).markup,
                    ])
                })
    }

    private static func introduction(_ result: CompareResult) -> Markup {
        let most = Ladder.mostRungsHeldOut
        let rungs =
            result.ladder.count > most
            ? "\(most) rungs, evenly spread, are each predicted from those below them"
            : "Every rung is predicted from those below it"
        return tag("p") { "\(rungs), as the target is from all of them." }
    }

    /// Many pairs in one table.
    @MarkupBuilder private static func summary(_ pairs: [PairResult], _ introduction: Markup) -> Markup {
        introduction
        if let line = Phrase.methodOnThisLadder(pairs.flatMap(\.methodOnThisLadder)) {
            tag("p") { line.prefix(1).uppercased() + line.dropFirst() + "." }
        }
        tag("details") {
            tag("summary") { "The predictions of every pair" }
            ReportTable(
                header: ["candidate B"] + header,
                rows: pairs.flatMap { pair in
                    pair.methodOnThisLadder.map { [SafeText.line(pair.b, limit: 40)] + cells($0) }
                }
            ).markup
        }
    }

    private static func table(_ pair: PairResult) -> ReportTable {
        ReportTable(header: header, rows: pair.methodOnThisLadder.map(cells))
    }

    private static let header = [
        "rung", "from rungs", "gap predicted [90 %]", "gap measured", "inside", "P(winner) predicted",
    ]

    private static func cells(_ row: RungCheck) -> [String] {
        [
            row.label, String(row.rungsBelow), Phrase.interval(row.predictedGap, Phrase.gap),
            Phrase.gap(row.observedGap), row.predictedGap.interval90.contains(row.observedGap) ? "yes" : "no",
            Phrase.percent(row.probabilityOfWinner),
        ]
    }
}
