// The page of a candidate: one line through time for everything that had its name, and all its runs.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

/// A candidate of a suite by its name.
struct CandidatePage {
    let index: SiteIndex
    let suite: SiteSuite
    let candidate: SiteCandidate
    let runs: [RunID: RunSummary]

    private var address: String { SiteAddress.candidate(candidate.name, suite: suite.name) }
    private func link(_ other: String) -> String { SiteAddress.link(other, from: address) }

    var files: [SiteFile] {
        let trends = trends
        let rows = candidate.runs.map { RunTable.Row(candidate: candidate.name, run: $0) }
        let table = RunTable(index: index, runs: runs, page: address)
        return [page(trends, table.markup(rows, caption: "Its runs, the newest first.", all: "the CSV")).file]
            + [SiteFile(SiteAddress.sibling(address, "runs.csv"), table.csv(rows))] + trends.flatMap(\.picture.files)
    }

    private func page(_ trends: [TrendPicture], _ runs: Markup) -> SitePage {
        let download = SiteDownloads(
            what: "runs of this candidate", files: [("CSV", SiteAddress.sibling(address, "runs.csv"))])
        return SitePage(
            address: address, title: candidate.name,
            trail: [("All suites", SiteAddress.front), (suite.name, SiteAddress.suite(suite.name))],
            heading: heading,
            parts: [.init(id: "trend", title: "The gap through time", body: pictures(trends))] + [
                .init(id: "recipes", title: "Recipes", body: recipes.markup),
                .init(id: "verdicts", title: "Verdicts", body: verdicts),
                .init(id: "runs", title: "Runs", body: .joined([runs, download.markup(on: address)])),
            ])
    }

    @MarkupBuilder private var heading: Markup {
        tag("p", ["class": "context"]) { "A candidate of the suite " + SafeText.line(suite.name) + "." }
        if let notes = candidate.records.last?.candidate.notes, !notes.isEmpty {
            tag("p", ["class": "question"]) { SafeText.line(notes, limit: 1000) }
        }
    }

    // MARK: - Through time

    private var trends: [TrendPicture] {
        let boards = candidate.comparisons.map(\.record.board).withoutRepetitions.reversed()
        return boards.compactMap { board in
            let comparisons = Array(
                candidate.comparisons.filter { $0.record.board == board }.suffix(TrendPicture.mostComparisons))
            let lines = TrendPicture.lines(comparisons, of: { $0 == candidate.name }) { _, recipe in number(of: recipe)
            }
            guard !lines.isEmpty else { return nil }
            let used = Set(lines.flatMap { $0.points.map(\.recipe) })
            return TrendPicture(
                id: "trend-\(board.prefix(8))",
                title: "Gap of \(SafeText.line(candidate.name, limit: 40)) to the reference",
                comparisons: comparisons, lines: lines,
                legend: candidate.recipes.filter(used.contains).map { recipe in
                    let mark = number(of: recipe)
                    return ("c\(mark % 7) shape\(mark % 4)", "recipe \(mark + 1) (\(recipe.prefix(8)))")
                }, address: SiteAddress.sibling(address, "trend-\(board.prefix(8))"))
        }
    }

    private func number(of recipe: String) -> Int { candidate.recipes.firstIndex(of: recipe) ?? 0 }

    @MarkupBuilder private func pictures(_ trends: [TrendPicture]) -> Markup {
        for trend in trends { trend.picture.markup(on: address) }
        if trends.isEmpty {
            tag("p") {
                candidate.comparisons.isEmpty
                    ? "The history has no comparison with it yet."
                    : "It was the reference of every comparison, or no comparison could state its gap."
            }
        }
        changes("Regression", \.regression)
        changes("Improvement", \.improvement)
    }

    @MarkupBuilder private func changes(
        _ kind: String, _ shift: KeyPath<HistoryRecord.Line, HistoryRecord.LossShift?>
    ) -> Markup {
        let found = sentences(kind, shift)
        if !found.isEmpty {
            tag("h3") { kind + "s" }
            tag("ul", ["class": "news"]) { found }
        }
    }

    /// One sentence for every change, the newest first, as the last of its nights states it.
    private func sentences(
        _ kind: String, _ shift: KeyPath<HistoryRecord.Line, HistoryRecord.LossShift?>
    ) -> [Markup] {
        var starts: [String] = [], nights: [String: [(SiteComparison, HistoryRecord.Line)]] = [:]
        for comparison in candidate.comparisons.reversed() {
            for line in comparison.record.night?.lines ?? [] where line.candidate == candidate.name {
                guard let since = line[keyPath: shift]?.since else { continue }
                if nights[since] == nil { starts.append(since) }
                nights[since, default: []].append((comparison, line))
            }
        }
        return starts.compactMap { since in
            guard let all = nights[since], let (last, line) = all.first, let change = line[keyPath: shift] else {
                return nil
            }
            return tag("li", ["class": kind.lowercased()]) {
                Phrase.change(line, change) + " Confirmed by \(Quantity.count(all.count, "night")), last by "
                tag("a", ["href": link(SiteAddress.comparison(last.id))]) { SafeText.line(last.day) }
                "."
            }
        }
    }

    // MARK: - Tables

    private var recipes: SiteTable {
        var table = SiteTable(
            caption: "What had this name, in the order of first appearance.",
            header: ["recipe", "hash", "first seen", "commit", "comparisons", "runs"])
        for (place, recipe) in candidate.recipes.enumerated() {
            let compared = candidate.comparisons.filter { comparison in
                comparison.record.candidates.contains { $0.name == candidate.name && $0.recipe == recipe }
            }
            let recorded = candidate.records.first { $0.candidate.recipe == recipe }?.firstWritten
            let first = [recorded, compared.first?.record.time].compactMap { $0 }.min()
            let runs = candidate.runs.count { $0.recipe == recipe }
            table.rows.append([
                .number("recipe \(place + 1)", Double(place)), .init(String(recipe.prefix(16))),
                .time(first), .init(compared.first?.record.commit.map(Phrase.commit) ?? "–"),
                .number(String(compared.count), Double(compared.count), from: "#verdicts"),
                .number(String(runs), Double(runs), from: "#runs"),
            ])
        }
        return table
    }

    private var verdicts: Markup {
        let shown = Array(candidate.comparisons.suffix(300).reversed())
        guard !shown.isEmpty else { return tag("p") { "There is none in the history." } }
        return VerdictTable(index: index, comparisons: shown, page: address, candidate: candidate.name)
            .table("Comparisons with this candidate, the newest first.").markup
    }
}
