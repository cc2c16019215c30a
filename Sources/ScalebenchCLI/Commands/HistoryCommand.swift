// `scalebench history`: every comparison of a store, in the order of time.

import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show every comparison that was made, in the order of time.",
        discussion: """
            Every `compare` and every night adds a record to its store: when, at which commit of the repository that it ran \
            in, which suite and candidates, and what the verdict was. A comparison that is asked again and says the same \
            adds none. Candidates of one name are one line through time; "recipe changed" marks where the name began to mean \
            another recipe, and a star behind a commit says that files were changed since.

            Examples:
              scalebench history
              scalebench history --suite lr-rule --candidate new
              scalebench history --json | jq '.records[-1].pairs'

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """)

    @Option(help: "Only comparisons in this suite.") var suite: String?
    @Option(help: "Only comparisons with this candidate.") var candidate: String?
    @Option(help: "At most this many verdicts of every suite, the latest ones.") var limit: Int = 30
    @Flag(help: "Write JSON (HistoryRecord) instead of tables, without a limit.") var json = false
    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot

    private struct Document: Encodable {
        var schemaVersion = 1
        var records: [HistoryRecord]
    }

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit takes a number from 1 on.") }
    }

    func run() throws {
        let (all, errors) = try RunStore.existing(root: store).history()
        StoreOptions.warn(errors)
        try Self.check(suite, "suite", among: all.map(\.suite.name), store)
        try Self.check(candidate, "candidate", among: all.flatMap { $0.candidates.map(\.name) }, store)
        let records = all.filter { record in
            (suite == nil || record.suite.name == suite)
                && (candidate == nil || record.candidates.contains { $0.name == candidate })
        }
        if json { return try StandardOutput.write(try JSONDocument.pretty(Document(records: records))) }
        let text =
            records.isEmpty
            ? "No comparison is remembered here yet.\n" : HistoryReport.text(records, limit: limit)
        try StandardOutput.write(Data(text.utf8))
    }

    private static func check(_ wanted: String?, _ kind: String, among known: [String], _ store: String) throws {
        guard let wanted, !known.contains(wanted) else { return }
        throw ScalebenchError(
            .notFound, "no comparison with \(kind) \"\(wanted)\" is remembered", at: store,
            hint: NearestName.hint(
                wanted, among: Set(known).sorted(), otherwise: "`scalebench history` shows all of them"))
    }
}
