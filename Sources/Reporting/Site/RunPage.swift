// The page of one run: its curve, what it was told to do, what it did, and on which code and machine.

import Foundation
import RunStore
import ScalebenchCore

/// One run. Pages of runs are made one by one while the store is read.
package struct RunPage {
    private let index: SiteIndex
    private let run: CatalogRun
    private let log: [String]

    /// Events that the page lists; the files have all of them.
    private static let mostEvents = 40
    private static let mostLogLines = 60

    package init(_ run: SiteRun, _ index: SiteIndex) {
        self.index = index
        self.run = run.run
        log = run.log
    }

    private var summary: RunSummary { run.summary }
    private var address: String { SiteAddress.run(summary.id) }
    private var job: RunJob? { if case .trained(let job, _) = run.content { job } else { nil } }
    private var record: RunRecord? { if case .trained(_, let record) = run.content { record } else { nil } }

    /// The page with its picture and its data.
    package var files: [SiteFile] {
        // Encoding it takes a while, and two parts need it.
        let spec = job.flatMap { try? JSONValue(encoding: $0.spec) }
        let curve = RunCurve(run, spec: spec, address: String(address.dropLast(5)))
        return [page(curve, spec).file] + curve.files
    }

    private func page(_ curve: RunCurve, _ spec: JSONValue?) -> SitePage {
        let uses = index.uses[summary.id] ?? []
        let trail = uses.first.map { use in
            [
                (use.suite, SiteAddress.suite(use.suite)),
                (use.candidate, SiteAddress.candidate(use.candidate, suite: use.suite)),
            ]
        }
        var parts = [HTMLPage.Part(id: "curve", title: "Loss curve", body: curve.markup(on: address))]
        parts.append(.init(id: "origin", title: "Code and machine", body: FactList(facts: origin).markup))
        if !log.isEmpty { parts.append(.init(id: "log", title: "End of the log", body: printed)) }
        if let events { parts.append(.init(id: "events", title: "Events", body: events)) }
        if let configuration = RunConfiguration(run.content, spec).table {
            parts.append(.init(id: "configuration", title: "Configuration", body: configuration.markup))
        }
        return SitePage(
            address: address, title: "Run \(summary.id)", trail: [("All suites", SiteAddress.front)] + (trail ?? []),
            heading: heading(uses), parts: parts)
    }

    // MARK: - Heading

    @MarkupBuilder private func heading(_ uses: [SiteIndex.Use]) -> Markup {
        tag("p", ["class": "answer"]) {
            tag("span", ["class": "state \(summary.status.rawValue)"]) { summary.status.rawValue }
            summary.loss.map { loss in
                let word = summary.status == .completed || summary.status == .imported ? "final loss" : "last loss"
                return Markup(text: ", \(word) \(Phrase.loss(loss)) \(summary.unit.words)")
            }
        }
        if let reason = record?.end?.reason { tag("p") { SafeText.line(reason, limit: 600) } }
        for use in uses.prefix(6) {
            tag("p", ["class": "context"]) {
                let member = use.member.map { ", member \(SafeText.line($0, limit: 40))" } ?? ""
                SitePage.link(use.candidate, SiteAddress.candidate(use.candidate, suite: use.suite), from: address)
                " in "
                SitePage.link(use.suite, SiteAddress.suite(use.suite), from: address)
                "\(member), \(SafeText.line(use.place)), seed \(summary.seed)"
            }
        }
    }

    // MARK: - Events

    private var events: Markup? {
        let all = RunEvents(run)
        guard !all.lines.isEmpty else { return nil }
        let shown = all.lines.suffix(Self.mostEvents)
        let caption =
            shown.count == all.lines.count
            ? "All events." : "The last \(shown.count) of \(all.lines.count) events; the CSV of the curve has all."
        var table = SiteTable(caption: caption, header: RunEvents.titles)
        table.rows = shown.map(\.cells)
        return table.markup
    }

    // MARK: - Origin

    private var origin: [(name: String, value: Markup)] {
        var facts: [(name: String, value: Markup)] = []
        func add(_ name: String, _ value: String?) {
            if let value { facts.append((name, Markup(text: SafeText.line(value, limit: 300)))) }
        }
        if let start = record?.start {
            add("started (UTC)", start.time + (start.resumedFromStep > 0 ? ", from step \(start.resumedFromStep)" : ""))
            add("trainer", start.trainerVersion)
            if let commit = start.machine["commit"] { add("commit", commit) }
            add("devices", start.devices.map(String.init))
            for (name, value) in start.machine.sorted(by: { $0.key < $1.key }) where name != "commit" {
                add(SafeText.line(name, limit: 40), MachineFacts.short(value))
            }
        }
        if let branch = record?.branch { add("goes on from", "\(branch.runID), step \(branch.step)") }
        add("core time", summary.seconds.map(Quantity.duration))
        if case .imported(let imported) = run.content {
            add("imported (UTC)", imported.imported)
            add("source", "\(imported.source.file) (\(imported.source.format))")
            add("metric", imported.source.metric)
        }
        if facts.isEmpty { add("origin", "not known: the run's files cannot be read, or it never began") }
        return facts
    }

    private var printed: Markup {
        tag("pre", ["tabindex": "0", "role": "region", "aria-label": "The last lines that the program printed"]) {
            log.suffix(Self.mostLogLines).map { SafeText.line($0, limit: 400) }.joined(separator: "\n")
        }
    }
}
