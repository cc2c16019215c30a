import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List runs, the newest first.",
        discussion: """
            Examples:
              scalebench runs list --limit 20
              scalebench runs list --suite lr-rule --candidate constant
              scalebench runs list --status unfinished --json
              scalebench runs list --watch

            Status: prepared (never started), running, unfinished, completed, diverged, failed, stoppedEarly (a \
            comparison was decided), paused (it came as far as a budget asked), damaged, imported.
            """)

    @OptionGroup var filter: RunFilter
    @Option(help: "Only runs of this status.") var status: RunSummary.Status?
    @Option(help: "At most this many runs.") var limit: Int?
    @Flag(help: "Write JSON (RunSummary) instead of a table.") var json = false
    @Flag(help: "Show what waits, runs and has failed, every two seconds, until nothing is under way.") var watch =
        false
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 on.") }
        guard !watch || (limit == nil && status == nil && !json) else {
            throw ValidationError("--watch goes with --suite and --candidate alone.")
        }
    }

    private struct Document: Encodable {
        var schemaVersion = 1
        var runs: [RunSummary]
    }

    func run() async throws {
        if watch {
            return try await RunsWatch(catalog: chosen, store: RunStore.existing(root: storeOptions.store)).run()
        }
        let catalog = try storeOptions.catalog()
        try filter.check(catalog)
        let list = try catalog.summaries(suite: filter.suite, candidate: filter.candidate, limit: limit) {
            status == nil || $0 == status
        }
        let runs = list.runs
        if json {
            return try StandardOutput.write(try JSONDocument.pretty(Document(runs: runs)))
        }
        var text = runs.isEmpty ? "No runs.\n" : RunReport.list(runs)
        if runs.count < list.count { text += "\n\(list.count - runs.count) more; raise --limit\n" }
        try StandardOutput.write(Data(text.utf8))
    }

    private func chosen() throws -> [CatalogRun] {
        let catalog = try storeOptions.catalog()
        try filter.check(catalog)
        return try catalog.runs(suite: filter.suite, candidate: filter.candidate)
    }
}

extension RunSummary.Status: ExpressibleByArgument {}
