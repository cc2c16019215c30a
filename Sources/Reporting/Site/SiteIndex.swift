// Who belongs to whom on a site: suites, their candidates by name, comparisons, and the places that use a run.

import Comparison
import Foundation
import RunStore
package import ScalebenchCore

/// The content of a site with its cross references.
package struct SiteIndex: Sendable {
    /// In the order of names.
    let suites: [SiteSuite]
    /// In the order of time.
    let comparisons: [SiteComparison]
    /// The places of suites that use a run.
    let uses: [RunID: [Use]]
    let nights: Int
    /// The day of the newest comparison, or else of the newest candidate; nil for an empty store.
    let newestDay: String?
    /// Runs of this day and later have pages.
    let firstDay: String

    struct Use: Sendable {
        let suite: String
        let candidate: String
        let place: String
        /// The member of a family.
        let member: String?
    }

    package init(_ content: SiteContent) {
        let comparisons = SiteComparison.all(content.history, reports: content.reports)
        let suites = SiteSuite.all(content.boards, comparisons)
        self.comparisons = comparisons
        self.suites = suites
        nights = content.nights
        newestDay =
            comparisons.map(\.day).filter(Self.isDay).max()
            ?? content.boards.flatMap(\.records).map { String($0.firstWritten.prefix(10)) }.filter(Self.isDay).max()
        firstDay = newestDay.flatMap { Self.day(content.nights - 1, before: $0) } ?? ""
        var uses: [RunID: [Use]] = [:]
        for candidate in suites.flatMap(\.candidates) {
            for run in candidate.runs {
                uses[run.id, default: []].append(
                    Use(suite: candidate.suite, candidate: candidate.name, place: run.place, member: run.member))
            }
        }
        self.uses = uses
    }

    /// Whether a run has a page: runs that have not begun, and those before the days that are shown, have none.
    package func hasPage(_ run: RunSummary) -> Bool {
        run.status != .prepared && run.date.map { $0 >= firstDay } ?? true
    }

    /// The names of the reports of recent comparisons, which the site has a copy of.
    package var reports: [String] { Set(comparisons.filter(isRecent).compactMap(\.report)).sorted() }

    /// The path of a report's copy.
    package static func reportPath(_ name: String) -> String { SiteAddress.report(name) }

    /// Whether a comparison is of the days that are shown.
    func isRecent(_ comparison: SiteComparison) -> Bool { comparison.day >= firstDay }

    /// The candidate of a suite by name; nil where no record has it.
    func candidate(_ name: String, suite: String) -> SiteCandidate? {
        suites.first { $0.name == suite }?.candidates.first { $0.name == name }
    }

    // MARK: - Days

    private static let style = Date.ISO8601FormatStyle().year().month().day()

    private static func isDay(_ text: String) -> Bool { (try? style.parse(text)) != nil && text.count == 10 }

    private static func day(_ count: Int, before day: String) -> String? {
        (try? style.parse(day)).map { $0.addingTimeInterval(-86_400 * Double(count)).formatted(style) }
    }
}

/// A suite with all its versions.
struct SiteSuite: Sendable {
    let name: String
    /// The newest version first.
    let boards: [SiteContent.Board]
    /// In the order in which they were first recorded.
    let candidates: [SiteCandidate]
    /// In the order of time.
    let comparisons: [SiteComparison]

    static func all(_ boards: [SiteContent.Board], _ comparisons: [SiteComparison]) -> [SiteSuite] {
        let byName = Dictionary(grouping: boards) { $0.records[0].suite.name }
        let compared = Dictionary(grouping: comparisons) { $0.record.suite.name }
        return Set(byName.keys).union(compared.keys).sorted().map { name in
            let boards = byName[name] ?? []
            return SiteSuite(
                name: name, boards: boards, candidates: SiteCandidate.all(boards, compared[name] ?? []),
                comparisons: compared[name] ?? [])
        }
    }

    /// The newest board that ranks anybody.
    var leaderboard: Leaderboard? { boards.lazy.compactMap(\.leaderboard).first { !$0.ranking.isEmpty } }
}

/// Everything of one name in one suite: the recipes that had it, and their runs.
struct SiteCandidate: Sendable {
    let suite: String
    let name: String
    /// In the order in which they were first recorded.
    let records: [CandidateRecord]
    /// The recipes' hashes, in the order of first appearance in history or records.
    let recipes: [String]
    /// The comparisons that it was part of, in the order of time.
    let comparisons: [SiteComparison]
    let runs: [Run]

    struct Run: Sendable {
        let id: RunID
        let seed: Int
        let place: String
        let member: String?
        let recipe: String
    }

    static func all(_ boards: [SiteContent.Board], _ comparisons: [SiteComparison]) -> [SiteCandidate] {
        let records = boards.flatMap(\.records).sorted {
            ($0.firstWritten, $0.position, $0.candidate.recipe) < ($1.firstWritten, $1.position, $1.candidate.recipe)
        }
        let byName = Dictionary(grouping: records) { $0.candidate.name }
        var compared: [String: [SiteComparison]] = [:]
        for comparison in comparisons {
            for name in Set(comparison.record.candidates.map(\.name)) { compared[name, default: []].append(comparison) }
        }
        let names = records.map(\.candidate.name) + comparisons.flatMap { $0.record.candidates.map(\.name) }
        return names.withoutRepetitions.map { name in
            let own = byName[name] ?? [], compared = compared[name] ?? []
            let recorded = own.map { (time: $0.firstWritten, recipe: $0.candidate.recipe) }
            let past = compared.flatMap { comparison in
                comparison.record.candidates.filter { $0.name == name }.map { (comparison.record.time, $0.recipe) }
            }
            return SiteCandidate(
                suite: boards.first?.records[0].suite.name ?? comparisons[0].record.suite.name, name: name,
                records: own,
                recipes: (recorded + past).sorted { $0.0 < $1.0 }.map(\.1).withoutRepetitions,
                comparisons: compared, runs: runs(own))
        }
    }

    private static func runs(_ records: [CandidateRecord]) -> [Run] {
        var seen: Set<RunID> = [], runs: [Run] = []
        for record in records {
            let candidate = record.candidate
            let members = candidate.family?.members.map { (name: Optional($0.name), places: $0.places) }
            for (member, places) in members ?? [(nil, candidate.places)] {
                for place in places {
                    for run in place.runs where seen.insert(run.id).inserted {
                        runs.append(
                            Run(
                                id: run.id, seed: run.seed, place: place.label, member: member,
                                recipe: candidate.recipe))
                    }
                }
            }
        }
        return runs
    }
}

/// One comparison of the past, with the name of its page.
struct SiteComparison: Sendable {
    /// The day with digits of the record's hash.
    let id: String
    let record: HistoryRecord
    /// The file name of its report, where the store still has it.
    let report: String?

    /// The night that it was a part of, or else the day on which it ended.
    var day: String { record.night?.date ?? String(record.time.prefix(10)) }

    static func all(_ history: [HistoryRecord], reports: Set<String>) -> [SiteComparison] {
        var used: [String: Int] = [:]
        return history.map { record in
            // Encoding a struct of finite numbers and strings cannot fail.
            let hash = ContentHash.sha256((try? JSONDocument.line(record)) ?? Data()).prefix(8)
            let name = "\(RunStore.slug(String((record.night?.date ?? record.time).prefix(10))))-\(hash)"
            let count = used[name, default: 0]
            used[name] = count + 1
            return SiteComparison(
                id: count == 0 ? name : "\(name)-\(count + 1)", record: record,
                report: record.report.flatMap { reports.contains($0) && SiteAddress.isReport($0) ? $0 : nil })
        }
    }
}

extension [String] {
    /// The strings without repetitions, in order of first appearance.
    var withoutRepetitions: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
