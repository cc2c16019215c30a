// Runs that no suite uses: imported ones, and those that no comparison of the store has entered.

import Foundation
import RunStore
import ScalebenchCore

/// The list of such runs.
struct LooseRunsPage {
    let index: SiteIndex
    let runs: [RunID: RunSummary]

    /// The page and its table; there are none where every run belongs to a suite.
    var files: [SiteFile] {
        let loose = runs.values.filter { index.uses[$0.id] == nil }
        guard !loose.isEmpty else { return [] }
        let rows = loose.sorted { ($0.date ?? "", $0.id.rawValue) > ($1.date ?? "", $1.id.rawValue) }.map { run in
            RunTable.Row(
                candidate: RunReport.names(run.candidates),
                run: SiteCandidate.Run(
                    id: run.id, seed: run.seed, place: run.place ?? "–", member: nil, recipe: ""))
        }
        let address = SiteAddress.looseRuns, csv = "runs/index.csv"
        let table = RunTable(index: index, runs: runs, page: address)
        let body = Markup.joined([
            table.markup(rows, caption: "Runs that no suite uses, the newest first.", all: "the CSV"),
            SiteDownloads(what: "these runs", files: [("CSV", csv)]).markup(on: address),
        ])
        let page = SitePage(
            address: address, title: "Runs without a suite", trail: [("All suites", SiteAddress.front)],
            parts: [.init(id: "runs", title: "Runs", body: body)])
        return [page.file, SiteFile(csv, table.csv(rows))]
    }
}
