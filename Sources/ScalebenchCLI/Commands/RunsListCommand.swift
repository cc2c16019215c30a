import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct RunsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List runs, the newest first.",
        discussion: """
            Examples:
              scalebench runs list --limit 20
              scalebench runs list --suite lr-rule --candidate constant
              scalebench runs list --status unfinished --json

            Status: prepared (never started), running, unfinished, completed, diverged, failed, stoppedEarly (a \
            comparison was decided), paused (it came as far as a budget asked), damaged, imported.
            """)

    @OptionGroup var filter: RunFilter
    @Option(help: "Only runs of this status.") var status: RunSummary.Status?
    @Option(help: "At most this many runs.") var limit: Int?
    @Flag(help: "Write JSON (RunSummary) instead of a table.") var json = false
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 on.") }
    }

    private struct Document: Encodable {
        var schemaVersion = 1
        var runs: [RunSummary]
    }

    func run() throws {
        let catalog = try storeOptions.catalog()
        try filter.check(catalog)
        let all = try catalog.runs(suite: filter.suite, candidate: filter.candidate) { status == nil || $0 == status }
        let runs = all.prefix(limit ?? all.count).map(\.summary)
        if json {
            return try StandardOutput.write(try JSONDocument.pretty(Document(runs: runs)))
        }
        var text = runs.isEmpty ? "No runs.\n" : RunReport.list(runs)
        if runs.count < all.count { text += "\n\(all.count - runs.count) more; raise --limit\n" }
        try StandardOutput.write(Data(text.utf8))
    }
}

extension RunSummary.Status: ExpressibleByArgument {}
