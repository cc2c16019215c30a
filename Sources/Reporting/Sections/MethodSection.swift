// How well the method predicts the rungs of this very ladder, so that readers can judge how far to trust the verdict.

import Comparison
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let method = ReportSection(id: "method", title: "The method on this ladder") { content in
        let pairs = content.result.pairs.filter { !$0.methodOnThisLadder.isEmpty }
        guard !pairs.isEmpty else { return nil }
        return .joined(
            [tag("p") { "Every rung is predicted from those below it, as the target is from all of them." }]
                + pairs.map { pair in
                    .joined([
                        pairs.count > 1
                            ? tag("h3") { "\(SafeText.line(pair.b)) against \(SafeText.line(pair.a))" } : .empty,
                        table(pair).markup,
                    ])
                })
    }

    private static func table(_ pair: PairResult) -> ReportTable {
        ReportTable(
            header: ["rung", "from rungs", "gap predicted [90 %]", "gap measured", "inside", "P(winner) predicted"],
            rows: pair.methodOnThisLadder.map { row in
                [
                    row.label, String(row.rungsBelow), Phrase.interval(row.predictedGap, Phrase.gap),
                    Phrase.gap(row.observedGap),
                    row.predictedGap.interval90.contains(row.observedGap) ? "yes" : "no",
                    Phrase.percent(row.probabilityOfWinner),
                ]
            })
    }
}
