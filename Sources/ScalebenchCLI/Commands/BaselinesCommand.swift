// `scalebench baselines`: results of candidates that are kept with a repository. Benchmarking and RunStore do the work.

import ArgumentParser
import Benchmarking
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct BaselinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baselines", abstract: "List, make and check recorded results that need no training.",
        discussion: """
            A baseline holds the results of all runs of one candidate, or of one family, in a few kilobytes that can be \
            committed. `compare` takes a run from there instead of training it, and a finding says so; \
            `compare --no-baselines` trains everything, and so does `compare` with neither candidates nor a suite. \
            `leaderboard` shows baselines on the boards of the store, and with --suite on any board.

            They lie in baselines/SUITE/CANDIDATE/ and are found in $SCALEBENCH_BASELINES, in the nearest baselines/ \
            folder upwards, and in ../share/scalebench/baselines beside the program.

            Examples:
              scalebench baselines list
              scalebench compare base.json new.json --all-rungs
              scalebench baselines update lr-rule base.json
              scalebench baselines check lr-rule
            """,
        subcommands: [BaselinesListCommand.self, BaselinesUpdateCommand.self, BaselinesCheckCommand.self],
        defaultSubcommand: BaselinesListCommand.self)
}

struct BaselinesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the baselines that are found.",
        discussion: """
            Examples:
              scalebench baselines list --suite lr-rule
              scalebench baselines list --json
            """)

    @Option(help: "Only baselines of this suite.") var suite: String?
    @Flag(help: "Write JSON instead of a table.") var json = false

    func run() throws {
        let (store, errors) = BaselineStore.survey(suite: suite)
        for error in errors { LiveLine.print("warning: left out: \(error)") }
        if json { return try StandardOutput.write(try JSONDocument.pretty(BaselineListJSON(store.entries))) }
        guard !store.entries.isEmpty else {
            return print("No baselines. `scalebench baselines update SUITE` makes one of the runs of a store.")
        }
        var table = TextTable(header: ["suite", "candidate", "runs", "size", "date", "made on"], leftColumns: 2)
        for entry in store.entries {
            let baseline = entry.baseline, suite = baseline.record.suite
            table.add([
                SafeText.line("\(suite.name) v\(suite.version)", limit: 40), SafeText.line(baseline.name, limit: 40),
                String(baseline.runs.count), Quantity.bytes(Double(entry.size)),
                SafeText.line(String(baseline.date.prefix(10))), SafeText.line(baseline.machineWords, limit: 80),
            ])
        }
        print(table.text)
        let size = store.entries.reduce(0) { $0 + $1.size }
        print("\n\(Quantity.count(store.entries.count, "baseline")), \(Quantity.bytes(Double(size)))")
    }
}

extension Baseline {
    /// The machines in words: "host n7, OpenBLAS 0.3.21 core Zen, scalebench 0.1.0".
    fileprivate var machineWords: String {
        let all = machines.map { facts in
            let known = [
                facts["host"].map { "host \($0)" }, facts["blas"].map(MachineFacts.short),
                facts["scalebench"].map { "scalebench \($0)" },
            ]
            return known.compactMap { $0 }.joined(separator: ", ")
        }
        return all.joined(separator: "; ")
    }
}

struct BaselinesUpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Make baselines of a store's runs, or replace them.",
        discussion: """
            Nothing is trained. All rungs and the target of a candidate must be there, as `scalebench compare … \
            --suite SUITE --all-rungs --no-baselines` leaves them; of a family, the runs that this compare chose. \
            A baseline of the same name is replaced as a whole, and a second update changes nothing.

            Examples:
              scalebench baselines update lr-rule
              scalebench baselines update ./my-suite base.json --to ../baselines

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """)

    @Argument(help: "Suite: a name, or a folder with a suite.json.") var suite: String
    @Argument(help: "Candidate files, or names of candidates; default: the suite's own pair.")
    var candidates: [String] = []
    @Option(
        help: "Folder of baselines to write to; default: the first that is found, or ./baselines.",
        completion: .directory)
    var to: String?
    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot

    func run() throws {
        let update = BaselineUpdate(
            suite: suite, candidates: candidates, store: store, root: to ?? BaselineStore.standardTarget)
        for (entry, outcome) in try update.run() {
            let words =
                switch outcome {
                case .added: "added"
                case .replaced: "replaced"
                case .unchanged: "unchanged"
                }
            let size = "\(Quantity.count(entry.baseline.runs.count, "run")), \(Quantity.bytes(Double(entry.size)))"
            let folder = SafeText.line(entry.folder, limit: 1000)
            print("\(SafeText.line(entry.baseline.name)): \(words), \(size) in \(folder)")
        }
    }
}

struct BaselinesCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Train the small runs of baselines again and say whether they agree.",
        discussion: """
            The runs at the two smallest rungs are trained again, in a store that is removed at the end. A baseline is \
            identical to the last digit, or it differs within noise (no more than other seeds would), or it is different. \
            One whose suite, data, candidate or trainer has changed since is outdated: no compare looks for it. Libraries \
            and versions that are not the same here are named.

            Examples:
              scalebench baselines check lr-rule
              scalebench baselines check --json --quiet

            Exit status: 0 all agree, 1 failed, 3 one is different or outdated, 64 wrong usage, 75 interrupted.
            """)

    @Argument(help: "Suite: a name, or a folder with a suite.json; default: all that have baselines.")
    var suite: String?
    @Option(help: "Runs trained at once; default: one per core.") var workers: Int?
    @Flag(help: "Print nothing but the result.") var quiet = false
    @Flag(help: "Write JSON instead of text.") var json = false

    func validate() throws {
        if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers takes 1 to 1024.") }
    }

    func run() async throws {
        let check = BaselineCheck(
            suite: suite, workers: workers ?? ProcessInfo.processInfo.activeProcessorCount,
            program: Bundle.main.executablePath)
        let results: [BaselineCheckResult]
        do {
            results = try await check.run(
                progress: TerminalProgress(isQuiet: quiet), stop: StopRequest.listenToSignals())
        } catch is ComparisonInterrupted {
            LiveLine.print("Stopped. Nothing was kept; the same command starts again.")
            throw ExitCode(StopRequest.exitStatus)
        }
        if json {
            try StandardOutput.write(try JSONDocument.pretty(BaselineCheckJSON(results)))
        } else {
            for result in results { print(BaselineText.render(result)) }
        }
        if !results.allSatisfy(\.isGood) { throw ExitCode(OutputOptions.conditionMet) }
    }
}
