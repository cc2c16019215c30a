// The page of a suite: who leads, how the gaps moved through time, every verdict, every candidate.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

/// A suite with all its versions and data sets.
struct SuitePage {
    let index: SiteIndex
    let suite: SiteSuite
    let runs: [RunID: RunSummary]

    private var address: String { SiteAddress.suite(suite.name) }
    /// A page that lists more verdicts would be slow to open.
    private static let mostVerdicts = 300
    private static let mostLines = 6

    func files() throws -> [SiteFile] {
        let trends = suite.boards.compactMap(trend)
        let verdicts = VerdictTable(index: index, comparisons: suite.comparisons.reversed(), page: address)
        let rows = suite.candidates.flatMap { candidate in
            candidate.runs.map { RunTable.Row(candidate: candidate.name, run: $0) }
        }
        let runTable = RunTable(index: index, runs: runs, page: address)
        return [page(trends).file, SiteFile(file("runs.csv"), runTable.csv(rows))]
            + verdicts.files(file("verdicts")) + trends.flatMap(\.picture.files)
            + (try suite.boards.flatMap(leaderboardFiles))
    }

    private func file(_ name: String) -> String { SiteAddress.suiteFile(suite.name, name) }
    private func link(_ other: String) -> String { SiteAddress.link(other, from: address) }

    private func page(_ trends: [TrendPicture]) -> SitePage {
        SitePage(
            address: address, title: suite.name, trail: [("All suites", SiteAddress.front)],
            heading: tag("p", ["class": "question"]) { suite.boards.first?.records[0].question ?? "" },
            parts: suite.boards.enumerated().map(board)
                + (trends.isEmpty ? [] : [.init(id: "trend", title: "The gap through time", body: pictures(trends))])
                + [
                    .init(id: "candidates", title: "Candidates", body: candidates),
                    .init(id: "verdicts", title: "Verdicts", body: verdicts),
                ])
    }

    // MARK: - Leaderboards

    private func board(_ place: Int, _ board: SiteContent.Board) -> HTMLPage.Part {
        let version = "v\(board.records[0].suite.version) on \(SafeText.line(board.records[0].suite.dataset))"
        return .init(
            id: place == 0 ? "leaderboard" : "leaderboard-\(board.id.prefix(8))",
            title: suite.boards.count == 1 ? "Leaderboard" : "Leaderboard of \(version)", body: leaderboard(board))
    }

    @MarkupBuilder private func leaderboard(_ board: SiteContent.Board) -> Markup {
        if let obstacle = board.obstacle { tag("p") { "It cannot be made: \(SafeText.line(obstacle, limit: 300))" } }
        if let leaderboard = board.leaderboard {
            tag("p", ["class": "context"]) { LeaderboardReport.heading(leaderboard) }
            if leaderboard.ranking.isEmpty {
                tag("p") { "Nobody is ranked yet." }
            } else {
                tag("p") { LeaderboardReport.target(leaderboard) + "." }
                table(leaderboard).markup
            }
            SiteDownloads(
                what: "leaderboard",
                files: ["csv", "json"].map { ($0.uppercased(), file("\(Self.name(board)).\($0)")) }
            ).markup(on: address)
            if !leaderboard.ranking.isEmpty {
                tag("ul") { LeaderboardReport.notes(leaderboard).map { note in tag("li") { note } } }
            }
            if !leaderboard.notRanked.isEmpty { notRanked(leaderboard) }
        }
    }

    private func table(_ board: Leaderboard) -> SiteTable {
        var table = SiteTable(
            caption: "The candidates, the smallest expected loss first. Every number leads to its runs.",
            header: ["candidate", "rank"] + LeaderboardColumn.shown.map(\.title))
        for row in board.ranking {
            let runs = link(FrontPage.runs(of: row, suite: suite))
            let names = ([row.candidate] + row.otherNames).map { SafeText.line($0, limit: 40) }
            table.rows.append(
                [
                    .init(names.joined(separator: " = "), link: String(runs.prefix { $0 != "#" })),
                    .number("\(row.rank)\(row.isRankShared ? "=" : "")", Double(row.rank)),
                ]
                    + LeaderboardColumn.shown.map { column in
                        .number(column.cell(row), column.fields.first.flatMap { Double($0.ranked(row)) }, from: runs)
                    })
        }
        return table
    }

    @MarkupBuilder private func notRanked(_ board: Leaderboard) -> Markup {
        tag("h3") { "Not ranked" }
        tag("ul") {
            for row in board.notRanked {
                tag("li") {
                    tag("bdi") { SafeText.line(row.candidate, limit: 60) }
                    ": " + SafeText.line(row.explanation, limit: 200)
                }
            }
        }
    }

    private static func name(_ board: SiteContent.Board) -> String { "leaderboard-\(board.id.prefix(8))" }

    private func leaderboardFiles(_ board: SiteContent.Board) throws -> [SiteFile] {
        guard let leaderboard = board.leaderboard else { return [] }
        return [
            SiteFile(file(Self.name(board) + ".csv"), LeaderboardReport.csv([leaderboard])),
            SiteFile(
                file(Self.name(board) + ".json"),
                try JSONDocument.pretty(LeaderboardDocument(leaderboards: [leaderboard]))),
        ]
    }

    // MARK: - Through time

    private func trend(_ board: SiteContent.Board) -> TrendPicture? {
        let comparisons = Array(
            suite.comparisons.filter { $0.record.board == board.id }.suffix(TrendPicture.mostComparisons))
        let lines = Array(TrendPicture.lines(comparisons) { line, _ in line }.prefix(Self.mostLines))
        guard !lines.isEmpty else { return nil }
        return TrendPicture(
            id: "trend-\(board.id.prefix(8))",
            title: suite.boards.count == 1
                ? "Gap to the reference" : "Gap to the reference, v\(board.records[0].suite.version)",
            comparisons: comparisons, lines: lines,
            legend: lines.enumerated().map { ("c\($0.offset % 7) shape\($0.offset % 4)", $0.element.name) },
            address: file("trend-\(board.id.prefix(8))"))
    }

    @MarkupBuilder private func pictures(_ trends: [TrendPicture]) -> Markup {
        for trend in trends { trend.picture.markup(on: address) }
        if trends.contains(where: { $0.lines.count == Self.mostLines }) {
            tag("p", ["class": "context"]) {
                "At most \(Self.mostLines) candidates are drawn, those of the newest comparisons; each has a picture on its page."
            }
        }
    }

    // MARK: - Tables

    @MarkupBuilder private var candidates: Markup {
        candidateTable.markup
        SiteDownloads(what: "every run of this suite", files: [("all runs as CSV", file("runs.csv"))]).markup(
            on: address)
    }

    private var candidateTable: SiteTable {
        var table = SiteTable(
            caption: "Every name that was compared, in the order of first appearance.",
            header: ["candidate", "recipes", "comparisons", "runs", "last compared"])
        for candidate in suite.candidates {
            let page = link(SiteAddress.candidate(candidate.name, suite: suite.name))
            let number = { (count: Int, part: String) -> SiteTable.Cell in
                .number(String(count), Double(count), from: "\(page)#\(part)")
            }
            table.rows.append([
                .init(SafeText.line(candidate.name), link: page), number(candidate.recipes.count, "recipes"),
                number(candidate.comparisons.count, "verdicts"), number(candidate.runs.count, "runs"),
                .time(candidate.comparisons.last?.record.time),
            ])
        }
        return table
    }

    @MarkupBuilder private var verdicts: Markup {
        if suite.comparisons.isEmpty {
            tag("p") { "The history has no comparison of this suite yet." }
        } else {
            let shown = suite.comparisons.suffix(Self.mostVerdicts).reversed() as [SiteComparison]
            VerdictTable(index: index, comparisons: shown, page: address)
                .table("The newest first. The gap is loss of the second − loss of the first.").markup
            SiteDownloads(
                what: "verdicts", files: [("CSV", file("verdicts.csv")), ("JSON", file("verdicts.json"))]
            ).markup(on: address)
        }
    }
}
