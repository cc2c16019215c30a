// The page of one comparison of the past: what it said, from which code and runs, and how it stands among those before.

import Comparison
import Foundation
import RunStore
import ScalebenchCore

/// One comparison.
struct ComparisonPage {
    let index: SiteIndex
    let comparison: SiteComparison
    let runs: [RunID: RunSummary]

    private var record: HistoryRecord { comparison.record }
    private var address: String { SiteAddress.comparison(comparison.id) }
    private func link(_ other: String) -> String { SiteAddress.link(other, from: address) }
    /// Earlier comparisons that are drawn beside it.
    private static let mostDrawn = 30, mostLines = 6

    var files: [SiteFile] {
        let trend = trend?.picture
        let verdict = VerdictTable(index: index, comparisons: [comparison], page: address)
        return [page(trend, verdict).file] + verdict.files(SiteAddress.sibling(address, "verdict"))
            + (trend?.files ?? [])
    }

    private func page(_ trend: SitePicture?, _ verdict: VerdictTable) -> SitePage {
        var parts = [HTMLPage.Part(id: "verdict", title: "Verdict", body: body(verdict))]
        if let trend { parts.append(.init(id: "gap", title: "The gap until then", body: trend.markup(on: address))) }
        if let night = record.night, !night.lines.isEmpty {
            parts.append(.init(id: "night", title: "Losses of the night", body: lines(night).markup))
        }
        parts.append(.init(id: "runs", title: "Runs", body: runList))
        return SitePage(
            address: address, title: title,
            trail: [("All suites", SiteAddress.front), (record.suite.name, SiteAddress.suite(record.suite.name))],
            heading: heading, parts: parts)
    }

    private var title: String {
        "\(Phrase.contest(record.candidates.map(\.name))), \(Phrase.time(record.time))"
    }

    // MARK: - Verdict

    @MarkupBuilder private var heading: Markup {
        for pair in record.pairs.prefix(5) { tag("p", ["class": "answer"]) { Phrase.outcome(pair) + "." } }
        if record.pairs.count > 5 { tag("p") { "The table has all \(record.pairs.count) pairs." } }
        for line in record.night?.lines ?? [] {
            if let regression = line.regression { change("Regression: ", line, regression) }
            if let improvement = line.improvement { change("Improvement: ", line, improvement) }
        }
    }

    private func change(_ kind: String, _ line: HistoryRecord.Line, _ shift: HistoryRecord.LossShift) -> Markup {
        tag("p") {
            tag("strong") { kind }
            Phrase.change(line, shift)
        }
    }

    @MarkupBuilder private func body(_ verdict: VerdictTable) -> Markup {
        verdict.table("Every pair. The gap is loss of the second − loss of the first.", showsComparison: false).markup
        SiteDownloads(
            what: "verdicts of this comparison",
            files: ["csv", "json"].map { ($0.uppercased(), SiteAddress.sibling(address, "verdict.\($0)")) }
        ).markup(on: address)
        FactList(facts: facts).markup
        neighbours
    }

    private var facts: [(name: String, value: Markup)] {
        let changes = record.uncommittedChanges.map { $0 == "none" ? "" : " with changes (\(SafeText.line($0)))" } ?? ""
        var facts: [(name: String, value: Markup)] = [
            ("ended (UTC)", Markup(text: Phrase.time(record.time))),
            ("suite", SitePage.link(record.suite.name, SiteAddress.suite(record.suite.name), from: address)),
            ("suite version", Markup(text: "v\(record.suite.version) on \(SafeText.line(record.suite.dataset))")),
            ("commit", Markup(text: record.commit.map { SafeText.line($0) + changes } ?? "not in a repository")),
            ("machine", Markup(text: SafeText.line(record.machine))),
            ("scalebench", Markup(text: SafeText.line(record.program))),
            ("finished runs", tag("a", ["href": "#runs"]) { String(record.runs) }),
            ("training FLOPs", Markup(text: Quantity.flops(record.flops))),
        ]
        if let night = record.night {
            facts.append(("night", Markup(text: "\(SafeText.line(night.date)) of \(SafeText.line(night.job))")))
        }
        if let report = comparison.report, index.isRecent(comparison) {
            facts.append(
                ("report", tag("a", ["href": link(SiteAddress.report(report))]) { "everything about this comparison" }))
        }
        return facts
    }

    /// The comparisons of the same candidates before and after this one.
    @MarkupBuilder private var neighbours: Markup {
        let names = record.candidates.map(\.name)
        let same = index.comparisons.filter {
            $0.record.board == record.board && $0.record.candidates.map(\.name) == names
        }
        if let place = same.firstIndex(where: { $0.id == comparison.id }), same.count > 1 {
            tag("p") {
                if place > 0 {
                    "Before: "
                    SitePage.link(
                        Phrase.time(same[place - 1].record.time), SiteAddress.comparison(same[place - 1].id),
                        from: address)
                    ". "
                }
                if place < same.count - 1 {
                    "After: "
                    SitePage.link(
                        Phrase.time(same[place + 1].record.time), SiteAddress.comparison(same[place + 1].id),
                        from: address)
                    "."
                }
            }
        }
    }

    // MARK: - Picture

    private var trend: TrendPicture? {
        let pairs = record.pairs
        let past = index.comparisons.prefix { $0.id != comparison.id } + [comparison]
        let comparable = past.filter { other in
            other.record.board == record.board
                && other.record.pairs.contains { pair in pairs.contains { $0.a == pair.a && $0.b == pair.b } }
        }.suffix(Self.mostDrawn)
        let lines = TrendPicture.lines(Array(comparable), of: { name in pairs.contains { $0.b == name } }) { line, _ in
            line
        }
        .prefix(Self.mostLines)
        guard !lines.isEmpty else { return nil }
        return TrendPicture(
            id: "gap-plot", title: "Gap to the reference", comparisons: Array(comparable), lines: Array(lines),
            legend: lines.enumerated().map { ("c\($0.offset % 7) shape\($0.offset % 4)", $0.element.name) },
            address: SiteAddress.sibling(address, "gap"))
    }

    // MARK: - Tables

    private func since(_ shift: HistoryRecord.LossShift?) -> String {
        shift.map { "since \(SafeText.line($0.since))" } ?? "none"
    }

    private func lines(_ night: HistoryRecord.Night) -> SiteTable {
        var table = SiteTable(
            caption: "The losses of this night's own runs, in nats per token.",
            header: ["candidate", "place", "losses", "nights before", "regression", "improvement"])
        for line in night.lines {
            let page = index.candidate(line.candidate, suite: record.suite.name).map {
                link(SiteAddress.candidate($0.name, suite: record.suite.name))
            }
            let losses = line.losses.map { $0.map(Phrase.loss) ?? "diverged" }.joined(separator: ", ")
            table.rows.append([
                .init(SafeText.line(line.candidate), link: page), .init(SafeText.line(line.rung)),
                .number(losses, line.losses.first ?? nil, from: "#runs"),
                .number(String(line.nightsBefore), Double(line.nightsBefore)),
                .init(since(line.regression)), .init(since(line.improvement)),
            ])
        }
        return table
    }

    /// The runs of its recipes that had begun when it ended.
    private var runList: Markup {
        let rows = record.candidates.flatMap { entrant -> [RunTable.Row] in
            let runs = index.candidate(entrant.name, suite: record.suite.name)?.runs ?? []
            return runs.filter { run in
                run.recipe == entrant.recipe && (self.runs[run.id]?.date).map { $0 <= record.time } ?? true
            }.map { RunTable.Row(candidate: entrant.name, run: $0) }
        }
        return RunTable(index: index, runs: runs, page: address).markup(
            rows, caption: "The runs of these recipes that had begun by then, the newest first.",
            all: "the CSV of the suite's page")
    }
}
