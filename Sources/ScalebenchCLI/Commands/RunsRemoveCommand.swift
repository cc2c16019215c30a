// `scalebench runs remove`: makes a store small again. RunStore does the work.

import ArgumentParser
import Foundation
import RunStore
import ScalebenchCore

struct RunsRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove runs from the store.",
        discussion: """
            Without --yes nothing is removed, and the command says what would be. A run that is at work stays. A comparison \
            that needs a removed run trains it again; candidates without any run leave the leaderboard. The history keeps \
            every verdict.

            Examples:
              scalebench runs remove --older-than 90d
              scalebench runs remove --older-than 90d --yes
              scalebench runs remove --status failed --yes
              scalebench runs remove 66d4 --yes
            """)

    @Argument(help: ArgumentHelp("The runs, or the starts of their names.", valueName: "run"))
    var prefixes: [String] = []
    @Option(help: ArgumentHelp("Only runs that began as long ago as this or longer.", valueName: "90d, 12h"))
    var olderThan: Age?
    @Option(help: "Only runs of this status.") var status: RunSummary.Status?
    @Flag(help: "Remove them.") var yes = false
    @OptionGroup var filter: RunFilter
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard prefixes.isEmpty == (olderThan != nil || status != nil || filter.isUsed) else {
            throw ValidationError("Name runs, or choose them with --older-than, --status, --suite or --candidate.")
        }
        guard status != .imported else {
            throw ValidationError("Imported runs are files in the store's folder imports; remove those.")
        }
    }

    func run() throws {
        let catalog = try storeOptions.catalog(), store = try RunStore.existing(root: storeOptions.store)
        try filter.check(catalog)
        let runs = try chosen(catalog).filter { $0.status != .imported }
        guard !runs.isEmpty else { return LiveLine.print("There is no such run.") }
        let count = Quantity.count(runs.count, "run")
        guard yes else { return LiveLine.print("\(count) would be removed; add --yes to do so.") }
        try store.requireWritable()
        let removed = try runs.count { try store.remove($0.id) }
        let records = store.removeEmptyCandidateRecords()
        let busy = removed < runs.count ? "; \(runs.count - removed) at work stayed" : ""
        let candidates = records > 0 ? ", and \(Quantity.count(records, "candidate")) that had no other" : ""
        LiveLine.print("Removed \(Quantity.count(removed, "run"))\(candidates)\(busy).")
    }

    private func chosen(_ catalog: RunCatalog) throws -> [RunSummary] {
        guard prefixes.isEmpty else { return try prefixes.map { try catalog.run($0).summary } }
        let limit = olderThan.map { (Date.now - $0.seconds).formatted(.iso8601) }
        return try catalog.summaries(suite: filter.suite, candidate: filter.candidate) {
            status == nil || $0 == status
        }.runs.filter { run in
            // A run that never began has no date; it is as old as nothing.
            limit == nil || run.date.map { $0 <= limit! } ?? false
        }
    }
}

/// A time span such as `90d` or `12h`.
struct Age: ExpressibleByArgument {
    let seconds: TimeInterval

    init?(argument: String) {
        let units: [Character: Double] = ["h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Double(argument.dropLast()), count >= 0,
            count * unit < 1e10
        else { return nil }
        seconds = count * unit
    }
}
