// `scalebench runs`: single runs, trained here or imported. RunStore and Reporting do the work.

import ArgumentParser
import RunStore
import ScalebenchCore

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List, show, stop, export, import and remove single runs.",
        discussion: """
            Every run that `compare` trained lies in the store under a name made of its content. Runs that were trained \
            elsewhere are imported as curves: they are listed, shown and exported like the others and never taken for \
            trained ones.

            Examples:
              scalebench runs list --status failed
              scalebench runs show 66d4
              scalebench runs export --csv 66d4 > curve.csv
              scalebench runs import main.log --candidate gpt2 --parameters 124e6

            From logs to a verdict:
              scalebench runs import chart.csv --labels labels.csv
              scalebench runs export --table > results.csv
              scalebench compare --runs results.csv --target-scale 7e9
            """,
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsStopCommand.self, RunsExportCommand.self,
            RunsImportCommand.self, RunsRemoveCommand.self,
        ],
        defaultSubcommand: RunsListCommand.self)
}

struct StoreOptions: ParsableArguments {
    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot

    func catalog() throws -> RunCatalog {
        let store = try RunStore.existing(root: store)
        let catalog = RunCatalog(store)
        StoreOptions.warn(catalog.errors + store.imports().errors)
        return catalog
    }

    /// Prints one warning, however many files cannot be read.
    static func warn(_ errors: [ScalebenchError]) {
        guard let first = errors.first else { return }
        let more = errors.count > 1 ? " and \(errors.count - 1) more (`scalebench doctor` names them)" : ""
        LiveLine.print("warning: left out: \(first.location ?? "a file"): \(first.message)\(more)")
    }
}

struct RunFilter: ParsableArguments {
    @Option(help: "Only runs of this suite.") var suite: String?
    @Option(help: "Only runs of this candidate.") var candidate: String?

    var isUsed: Bool { suite != nil || candidate != nil }

    /// - Throws: `notFound` for a suite or candidate that no run belongs to.
    func check(_ catalog: RunCatalog) throws {
        guard isUsed else { return }
        let names = catalog.names
        for (kind, wanted, known) in [("suite", suite, names.suites), ("candidate", candidate, names.candidates)] {
            guard let wanted, !known.contains(wanted) else { continue }
            throw ScalebenchError(
                .notFound, "no run of a \(kind) \"\(wanted)\"",
                hint: NearestName.hint(
                    wanted, among: known,
                    otherwise: known.isEmpty ? "none is known" : "known: \(known.prefix(12).joined(separator: ", "))"))
        }
    }
}
