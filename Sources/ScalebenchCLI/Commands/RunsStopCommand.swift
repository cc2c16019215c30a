import ArgumentParser
import Launching
import RunStore
import ScalebenchCore

struct RunsStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End the scheduler's jobs of runs.",
        discussion: """
            A job that waits is cancelled. A job that runs writes a checkpoint, as far as its scheduler gives it the time, \
            and ends. The same `compare` goes on with these runs later. Runs that a `compare` trains on its own machine \
            end with it.

            Examples:
              scalebench runs stop 66d4 81aa
              scalebench runs stop --candidate constant
              scalebench runs stop --all
            """)

    @Argument(help: ArgumentHelp("The runs, or the starts of their names.", valueName: "run"))
    var prefixes: [String] = []
    @Flag(help: "End all jobs of the store.") var all = false
    @OptionGroup var filter: RunFilter
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        let choices = [!prefixes.isEmpty, all, filter.isUsed].count { $0 }
        guard choices == 1 else {
            throw ValidationError("Name runs, or a --candidate or --suite, or say --all.")
        }
    }

    func run() async throws {
        let catalog = try storeOptions.catalog()
        try filter.check(catalog)
        let runs =
            prefixes.isEmpty
            ? try catalog.runs(suite: filter.suite, candidate: filter.candidate) : try prefixes.map(catalog.run)
        let store = try RunStore.existing(root: storeOptions.store)
        let jobs = StoredJobs(of: runs.map { store.folder(of: $0.summary.id) }, launches: store.launches)
        let stopped = try await jobs.stop()
        guard stopped.queued.count + stopped.running.count > 0 else {
            return LiveLine.print("None of these runs has a job.")
        }
        LiveLine.print(
            "Cancelled \(Quantity.count(stopped.queued.count, "job")) that waited; asked "
                + "\(Quantity.count(stopped.running.count, "job")) that ran to write a checkpoint and end.")
    }
}
