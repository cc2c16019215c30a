// The front page: what changed last night, in words, and every suite with its leader.

import Comparison
import RunStore
import ScalebenchCore

/// The first page of a site.
struct FrontPage {
    let index: SiteIndex
    let runs: [RunID: RunSummary]

    var page: SitePage {
        let news = SiteNews(index: index, runs: runs)
        return SitePage(
            address: SiteAddress.front, title: "Recipes compared",
            heading: tag("p", ["class": "context"]) { standing },
            parts: [
                .init(id: "news", title: news.title, body: news.markup(on: SiteAddress.front)),
                .init(id: "suites", title: "Suites", body: suites),
            ]
                + (recent.rows.isEmpty
                    ? [] : [.init(id: "comparisons", title: "Newest comparisons", body: recent.markup)])
                + loose)
    }

    private var standing: String {
        let days = index.nights == 1 ? "day" : "\(index.nights) days"
        return
            "\(Quantity.count(index.suites.count, "suite")), \(Quantity.count(index.comparisons.count, "comparison")), "
            + "\(Quantity.count(runs.count, "run")). Runs of the last \(days) have pages"
            + (index.firstDay.isEmpty ? "." : ", those since \(index.firstDay).")
    }

    private func link(_ address: String) -> String { SiteAddress.link(address, from: SiteAddress.front) }

    private var suites: Markup {
        var table = SiteTable(
            caption: "The suites with their leaders: the candidates with the smallest expected loss at the target.",
            header: ["suite", "leader", "how sure", "candidates", "comparisons", "last compared"])
        for suite in index.suites {
            let address = link(SiteAddress.suite(suite.name))
            let last = suite.comparisons.last
            table.rows.append(
                [.init(SafeText.line(suite.name), link: address)] + leader(suite, address) + [
                    .number(
                        String(suite.candidates.count), Double(suite.candidates.count), from: address + "#candidates"),
                    .number(
                        String(suite.comparisons.count), Double(suite.comparisons.count), from: address + "#verdicts"),
                    .time(last?.record.time, link: last.map { link(SiteAddress.comparison($0.id)) }),
                ])
        }
        return table.rows.isEmpty
            ? tag("p") { "Nothing has been compared in this store yet." } : table.markup
    }

    /// The leader of the newest board, and the probability that it is the best of all on the board.
    private func leader(_ suite: SiteSuite, _ address: String) -> [SiteTable.Cell] {
        guard let board = suite.leaderboard, let first = board.ranking.first else {
            return [.init("nobody is ranked yet"), .init("–")]
        }
        let sure = "best of \(board.ranking.count): \(Phrase.percent(first.probabilityBest))"
        return [
            .init(SafeText.line(first.candidate, limit: 40), link: address + "#leaderboard"),
            .number(
                board.ranking.count == 1 ? "alone" : sure, first.probabilityBest,
                from: link(Self.runs(of: first, suite: suite))),
        ]
    }

    /// The address of the runs behind a row of a leaderboard.
    static func runs(of row: Leaderboard.Row, suite: SiteSuite) -> String {
        let candidate = suite.candidates.first { $0.recipes.contains(row.recipe) }
        return candidate.map { SiteAddress.candidate($0.name, suite: suite.name) + "#runs" }
            ?? SiteAddress.suite(suite.name)
    }

    private var recent: SiteTable {
        VerdictTable(index: index, comparisons: index.comparisons.suffix(30).reversed(), page: SiteAddress.front)
            .table("The last 30 comparisons, the newest first.", showsSuite: true)
    }

    /// Runs that no suite uses, such as imported ones.
    private var loose: [HTMLPage.Part] {
        guard runs.keys.contains(where: { index.uses[$0] == nil }) else { return [] }
        let text = tag("p") {
            tag("a", ["href": SiteAddress.looseRuns]) { "Runs without a suite" }
            ": runs that were imported, and runs that no comparison of this store has entered."
        }
        return [.init(id: "loose", title: "Other runs", body: text)]
    }
}
