// What changed in the newest night, in sentences: verdicts that are not what they were, losses that rose or fell, runs that
// failed.

import Comparison
import RunStore
import ScalebenchCore

/// The news of the newest night, or of the newest day where no night was recorded.
struct SiteNews {
    let index: SiteIndex
    let runs: [RunID: RunSummary]

    /// At most so many sentences of a kind.
    private static let most = 20

    private var comparisons: [SiteComparison] {
        guard let day = index.newestDay else { return [] }
        let all = index.comparisons.filter { $0.day == day }, nightly = all.filter { $0.record.night != nil }
        return nightly.isEmpty ? all : nightly
    }

    private var isNight: Bool { comparisons.contains { $0.record.night != nil } }

    var title: String {
        guard let day = comparisons.first?.day else { return "What is new" }
        return isNight ? "What changed in the night of \(SafeText.line(day))" : "What changed on \(SafeText.line(day))"
    }

    @MarkupBuilder func markup(on page: String) -> Markup {
        if comparisons.isEmpty {
            tag("p") { "This store has no history yet; the next comparison begins it." }
        } else {
            let items =
                limited(changes(page, "Regression", \.regression), "regressions")
                + limited(changes(page, "Improvement", \.improvement), "improvements")
                + limited(verdicts(page), "verdicts")
                + limited(failures(page), "failed runs")
            tag("p", ["class": "answer"]) { summary(items.isEmpty) }
            if !items.isEmpty { tag("ul", ["class": "news"]) { items } }
        }
    }

    private func summary(_ isQuiet: Bool) -> String {
        let made = comparisons.map(\.record), commits = made.compactMap(\.commit).withoutRepetitions
        let from =
            commits.count == 1
            ? " from commit \(Phrase.commit(commits[0]))"
            : commits.isEmpty ? "" : " from \(commits.count) commits"
        let what = "\(Quantity.count(made.count, "comparison")) \(made.count == 1 ? "was" : "were") made\(from). "
        return isQuiet
            ? what
                + "Nothing changed: every verdict is what it was, no loss became larger or smaller, and no run failed."
            : what + "These are the changes:"
    }

    private func limited(_ items: [Markup], _ kind: String) -> [Markup] {
        guard items.count > Self.most else { return items }
        let rest = items.count - Self.most
        return items.prefix(Self.most) + [
            tag("li") { "There are \(rest) more \(kind); the pages of the suites have all." }
        ]
    }

    // MARK: - Kinds of news

    private func changes(
        _ page: String, _ kind: String, _ shift: KeyPath<HistoryRecord.Line, HistoryRecord.LossShift?>
    ) -> [Markup] {
        comparisons.flatMap { comparison in
            (comparison.record.night?.lines ?? []).compactMap { line in
                line[keyPath: shift].map { shift in
                    tag("li", ["class": kind.lowercased()]) {
                        tag("strong") { kind }
                        " in "
                        suite(comparison, page)
                        ": " + Phrase.change(line, shift) + " "
                        SitePage.link("comparison", SiteAddress.comparison(comparison.id), from: page)
                    }
                }
            }
        }
    }

    /// The verdicts of these comparisons that differ from the ones before them.
    private func verdicts(_ page: String) -> [Markup] {
        let older = Dictionary(grouping: index.comparisons) { $0.record.board }
        return comparisons.flatMap { comparison in
            let before = (older[comparison.record.board] ?? []).prefix { $0.id != comparison.id }
            return comparison.record.pairs.compactMap { pair -> Markup? in
                let last = before.last { $0.record.has(pair) }?.record.pairs.first { $0.isSameQuestion(as: pair) }
                guard last?.verdict != pair.verdict else { return nil }
                let was =
                    last.map { "; before, it was “\(Phrase.verdict($0))”." } ?? ". It is the first verdict on them."
                return tag("li") {
                    tag("strong") { last == nil ? "New verdict" : "Changed verdict" }
                    " in "
                    suite(comparison, page)
                    ": " + Phrase.outcome(pair) + was + " "
                    SitePage.link("comparison", SiteAddress.comparison(comparison.id), from: page)
                }
            }
        }
    }

    /// Runs without a result that began after the comparisons before this night.
    private func failures(_ page: String) -> [Markup] {
        let ids = Set(comparisons.map(\.id))
        let since = index.comparisons.last { !ids.contains($0.id) }?.record.time ?? index.firstDay
        let failed = runs.values.filter { run in
            [.failed, .diverged, .damaged].contains(run.status) && run.date.map { $0 >= since } ?? false
        }
        return failed.sorted { ($0.date ?? "", $0.id.rawValue) < ($1.date ?? "", $1.id.rawValue) }.map { run in
            tag("li", ["class": "failure"]) {
                tag("strong") { "Run without a result" }
                ": \(run.status.rawValue), \(RunReport.names(run.candidates)), "
                    + "\(SafeText.line(run.place ?? "place unknown")), seed \(run.seed) "
                if index.hasPage(run) { SitePage.link(run.id.rawValue, SiteAddress.run(run.id), from: page) }
            }
        }
    }

    private func suite(_ comparison: SiteComparison, _ page: String) -> Markup {
        SitePage.link(comparison.record.suite.name, SiteAddress.suite(comparison.record.suite.name), from: page)
    }
}

extension HistoryRecord {
    fileprivate func has(_ pair: Pair) -> Bool { pairs.contains { $0.isSameQuestion(as: pair) } }
}

extension HistoryRecord.Pair {
    fileprivate func isSameQuestion(as other: Self) -> Bool { a == other.a && b == other.b }
}
