import ArgumentParser
import Foundation
import RunStore
import ScalebenchCore

struct RunsExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write runs as CSV, JSONL, or a table of final losses.",
        discussion: """
            Without RUN and filters, all runs are written. --table gives what `compare --runs` reads: one line per \
            finished run; where it holds several suites, that command asks for one of them.

            Examples:
              scalebench runs export 66d4 > curve.csv
              scalebench runs export --jsonl --candidate constant > events.jsonl
              scalebench runs export --table --suite lr-rule > results.csv
            """)

    enum Format: String, EnumerableFlag {
        case csv, jsonl, table

        static func help(for value: Format) -> ArgumentHelp? {
            switch value {
            case .csv: "One line per event, as CSV (default)."
            case .jsonl: "One JSON object per event."
            case .table: "One line per finished run: its final loss, as CSV."
            }
        }
    }

    @Argument(help: "Runs, or the starts of their names.") var runs: [String] = []
    @Flag var format = Format.csv
    @OptionGroup var filter: RunFilter
    @Option(help: "Write to this file instead of standard output.", completion: .file()) var out: String?
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard runs.isEmpty || !filter.isUsed else {
            throw ValidationError("Name runs, or filter them with --suite and --candidate; not both.")
        }
    }

    func run() throws {
        let catalog = try storeOptions.catalog()
        try filter.check(catalog)
        let chosen =
            runs.isEmpty
            ? try catalog.runs(suite: filter.suite, candidate: filter.candidate) : try runs.map(catalog.run)
        let text: String
        switch format {
        case .csv: text = RunExport.csv(chosen)
        case .jsonl: text = try RunExport.jsonLines(chosen)
        case .table:
            let table = RunExport.table(chosen)
            text = table.text
            warn(leftOut: table.leftOut)
        }
        if let out {
            try AtomicFile.write(Data(text.utf8), to: out)
        } else {
            try StandardOutput.write(Data(text.utf8))
        }
    }

    private func warn(leftOut runs: [RunSummary]) {
        for (status, group) in Dictionary(grouping: runs, by: \.status).sorted(by: { $0.key.rawValue < $1.key.rawValue }
        ) {
            let why =
                [.completed, .imported].contains(status) ? "without a candidate or a finite loss" : status.rawValue
            LiveLine.print("left out: \(Quantity.count(group.count, "run")) \(why)")
        }
    }
}
