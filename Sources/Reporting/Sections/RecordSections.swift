// The differences of the recipes, the cost, and the origin of every number.

import Comparison
import ScalebenchCore

extension ReportSection {
    static let recipes = ReportSection(id: "recipes", title: "What differs") { content in
        guard !content.runs.isEmpty || !content.differences.isEmpty else { return nil }
        let names = content.result.candidates.map { SafeText.line($0) }
        if content.differences.isEmpty { return tag("p") { "Nothing differs: the recipes resolve to the same runs." } }
        return ReportTable(
            header: ["field of the resolved run", "at"] + names,
            rows: content.differences.map { [$0.path, $0.label] + $0.values.map { SafeText.line($0) } }
        ).markup
    }

    static let cost = ReportSection(id: "cost", title: "Plan and cost") { content in
        guard !content.costs.isEmpty else { return nil }
        let total = content.costs.reduce(0) { $0 + $1.flops }
        var table = ReportTable(header: [
            "rung", "runs", "parameters", "tokens per run", "FLOPs in all", "share", "core time",
        ])
        for cost in content.costs {
            table.rows.append([
                cost.label, String(cost.runs), range(cost.parameters), range(cost.tokensPerRun),
                Quantity.short(cost.flops), Phrase.percent(cost.flops / total), Quantity.duration(cost.seconds),
            ])
        }
        let seconds = content.costs.reduce(0) { $0 + $1.seconds }
        table.rows.append([
            "all", String(content.costs.reduce(0) { $0 + $1.runs }), "", "", Quantity.short(total), "100 %",
            Quantity.duration(seconds),
        ])
        return table.markup
    }

    static let provenance = ReportSection(id: "provenance", title: "Provenance") { content in
        .joined([
            tag("dl", ["class": "provenance"]) {
                for (name, value) in content.provenance {
                    tag("div") {
                        tag("dt") { SafeText.line(name) }
                        tag("dd") { SafeText.line(value, limit: 200) }
                    }
                }
            },
            content.runs.isEmpty ? .empty : runs(content),
        ])
    }

    private static func runs(_ content: ReportContent) -> Markup {
        tag("details") {
            tag("summary") { "All \(content.runs.count) runs" }
            ReportTable(
                header: ["run", "rung", "candidate", "seed", "status", "final loss", "core time", "started"],
                rows: content.runs.map { run in
                    [
                        run.id, run.label,
                        run.candidates.map { SafeText.line(content.result.candidates[$0], limit: 40) }
                            .joined(separator: " = "),
                        String(run.seed), run.status, run.finalLoss.map(Phrase.loss) ?? "–",
                        run.seconds.map(Quantity.duration) ?? "–", run.started.map { SafeText.line($0) } ?? "–",
                    ]
                }
            ).markup
        }
    }

    private static func range(_ values: ClosedRange<Double>) -> String {
        values.lowerBound == values.upperBound
            ? Quantity.short(values.lowerBound)
            : "\(Quantity.short(values.lowerBound))–\(Quantity.short(values.upperBound))"
    }
}
