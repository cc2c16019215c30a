// Runs as a table, each with a link to its page where it has one.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

/// The runs of candidates.
struct RunTable {
    let index: SiteIndex
    let runs: [RunID: RunSummary]
    let page: String

    /// A page that lists more runs would be slow to open.
    private static let most = 400

    /// A run under the candidate that uses it.
    struct Row {
        let candidate: String
        let run: SiteCandidate.Run
    }

    /// The newest runs of these; the rest is counted underneath.
    /// - Parameter all: where the others are listed, in words.
    @MarkupBuilder func markup(_ rows: [Row], caption: String, all: String) -> Markup {
        let dated = rows.sorted {
            (runs[$0.run.id]?.date ?? "", $0.run.id.rawValue) > (runs[$1.run.id]?.date ?? "", $1.run.id.rawValue)
        }
        let shown = Array(dated.prefix(Self.most)), rest = rows.count - shown.count
        table(shown, caption).markup
        if rest > 0 { tag("p") { "\(rest) older runs are not listed here; \(all) has all of them." } }
        if shown.contains(where: { runs[$0.run.id].map { !index.hasPage($0) } ?? true }) {
            tag("p", ["class": "context"]) {
                "Runs without a link have no page: they are older than the days shown, have not begun, or are from a "
                    + "baseline."
            }
        }
    }

    private func table(_ rows: [Row], _ caption: String) -> SiteTable {
        let hasMembers = rows.contains { $0.run.member != nil }
        var table = SiteTable(
            caption: caption,
            header: ["run", "candidate"] + (hasMembers ? ["member"] : [])
                + ["place", "seed", "status", "loss", "FLOPs", "core time", "started"])
        for row in rows {
            let run = row.run, summary = runs[run.id]
            let address = link(run.id)
            table.rows.append(
                [.init(run.id.rawValue, link: address), .init(SafeText.line(row.candidate, limit: 40))]
                    + (hasMembers ? [.init(SafeText.line(run.member ?? "–", limit: 40))] : [])
                    + [.init(SafeText.line(run.place)), .number(String(run.seed), Double(run.seed))]
                    + cells(summary, address))
        }
        return table
    }

    private func cells(_ run: RunSummary?, _ address: String?) -> [SiteTable.Cell] {
        [
            .init(state(run)),
            .number(run?.loss.map(Phrase.loss) ?? "–", run?.loss, from: run?.loss == nil ? nil : address),
            .number(run?.flops.map { Quantity.flops($0) } ?? "–", run?.flops),
            .number(run?.seconds.map(Quantity.duration) ?? "–", run?.seconds),
            .time(run?.date),
        ]
    }

    private func state(_ run: RunSummary?) -> Markup {
        guard let run else { return tag("span", ["class": "state"]) { "not in this store" } }
        return tag("span", ["class": "state \(run.status.rawValue)"]) { run.status.rawValue }
    }

    private func link(_ id: RunID) -> String? {
        guard let run = runs[id], index.hasPage(run) else { return nil }
        return SiteAddress.link(SiteAddress.run(id), from: page)
    }

    // MARK: - Files

    private static let columns = [
        "candidate", "member", "recipe", "place", "run", "seed", "status", "parameters", "tokens", "flops", "seconds",
        "loss", "unit", "started", "page",
    ]

    /// Every run of these as CSV, also those without a page.
    func csv(_ rows: [Row]) -> String {
        SiteData.csv(
            Self.columns,
            rows.map { row in
                let run = runs[row.run.id], number = { (value: Double?) in value.map(JSONValue.number) ?? .null }
                let text = { (value: String?) in value.map(JSONValue.string) ?? .null }
                return [
                    .string(row.candidate), text(row.run.member), .string(row.run.recipe), .string(row.run.place),
                    .string(row.run.id.rawValue), .integer(row.run.seed), text(run?.status.rawValue),
                    number(run?.parameters), number(run?.tokens), number(run?.flops), number(run?.seconds),
                    number(run?.loss), text(run?.unit.rawValue), text(run?.date),
                    text(run.flatMap { index.hasPage($0) ? SiteAddress.run(row.run.id) : nil }),
                ]
            })
    }
}
