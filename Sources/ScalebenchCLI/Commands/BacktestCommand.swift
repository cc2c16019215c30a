// `scalebench backtest`: reads ladders, curves, seeds, or a store, prints scores. The work is Comparison/Backtest.

import ArgumentParser
import Comparison
import Foundation
import Reporting
import RunStore
import ScalebenchCore
import ScalingLaws
import TokenData

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Score the method on ladders and curves whose outcome is known.",
        discussion: """
            A PATH is a CSV (plain, .gz or .zst) or a folder of them. Ladders have the columns \
            source,ladder,candidate,scale,loss and, over FLOPs (axis flops), tokens; a decisions.csv beside them lists \
            the decisions, otherwise every pair is judged at targets 3, 10 and 30 times beyond what is shown. Training \
            curves have loss and step (or tokens), and where known source,config,params,seed,lr,split; everything after \
            10 to 50 % of a run is hidden and its end forecast, of two recipes at equal sizes also their gap. Final \
            losses have source,candidate,loss,metric and several seeds: σ is said from a few of them and scored on the \
            rest. In a folder, ladders.csv, curves.csv and ladder.csv (final losses) are read, also one folder further \
            down. Priors are fitted without the source they are scored on.

            With --store, your own finished comparisons are scored instead: every pair of candidates of every suite, each \
            rung and the target predicted from the rungs below, every run from its start, with the priors that compare uses.

            Examples:
              scalebench backtest ladders.csv.gz
              scalebench backtest ladders curves --json scores.json --report scores.html
              scalebench backtest --store .scalebench
            """)

    @Argument(help: "CSVs of ladders, curves or final losses, or folders that hold some.") var paths: [String] = []
    @Option(help: "Score the finished comparisons of this store.", completion: .directory) var store: String?
    @Option(help: "Write every figure with its interval as JSON to this file, or - for standard output.") var json:
        String?
    @Option(help: "Write the figures, with pictures, to this HTML file.") var report: String?
    @Option(help: "Also fit the priors of the gap on all decisions and write them to this file.") var fitPriors: String?
    @Flag(help: "Judge with the shipped priors instead of fitting without each source.") var shippedPriors = false

    func validate() throws {
        guard paths.isEmpty != (store == nil) else {
            throw ValidationError("Name tables to score, or a store of your own with --store; not both.")
        }
        guard store == nil || fitPriors == nil else {
            throw ValidationError("--fit-priors needs public ladders: one store is no sample of all the world.")
        }
    }

    func run() throws {
        if let json, json != "-" { try OutputOptions.checkWritable(json, "--json", example: "scores.json") }
        if let report { try OutputOptions.checkWritable(report, "--report", example: "scores.html") }
        let input = try store.map { try BacktestInput(store: $0) } ?? BacktestInput(paths)
        // One's own store is no sample of all the world: it is scored with what compare uses.
        let usesShipped = shippedPriors || store != nil
        let seeds = SeedBacktest.report(input.replicates)
        let decisions = DecisionBacktest(input.decisions), curves = input.curves
        guard !decisions.cases.isEmpty || !curves.isEmpty || seeds != nil else {
            throw ScalebenchError(
                .invalidInput, "nothing here can be scored", at: store ?? paths.joined(separator: ", "),
                hint:
                    "a decision needs a pair of candidates with three rungs in common, a curve ten points, seed noise "
                    + "a rung with seven runs of a candidate")
        }
        let line = LiveLine(isQuiet: false)
        var result = BacktestResult()
        if !decisions.cases.isEmpty {
            line.show("judging \(decisions.cases.count) decisions …")
            result.decisions = try decisions.report(
                priors: usesShipped ? .shipped : nil, withOutcomes: store != nil)
            result.levels = try LevelBacktest.report(input.levels)
        }
        if !curves.isEmpty {
            line.show("forecasting curves …")
            result.curves = curves.report(usesShipped: usesShipped)
        }
        result.seeds = seeds
        line.clear()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if let fitPriors {
            try AtomicFile.write(try encoder.encode(try decisions.fitPriors()) + Data("\n".utf8), to: fitPriors)
        }
        if let report { try AtomicFile.write(BacktestPage.render(result), to: report) }
        let data = try encoder.encode(result) + Data("\n".utf8)
        if json == "-" {
            try FileHandle.standardOutput.write(contentsOf: data)
        } else {
            if let json { try AtomicFile.write(data, to: json) }
            print(BacktestReport.render(result), terminator: "")
        }
    }
}

/// What the paths of a backtest hold.
private struct BacktestInput {
    var decisions: [DecisionCase] = []
    var levels: [LevelCase] = []
    private(set) var curves = CurveBacktest(CurveTable())
    var replicates: [ReplicatedLadder] = []
    private var seen: Set<String> = []

    /// Every finished comparison of a store.
    init(store root: String) throws {
        let store = try RunStore.existing(root: root)
        let (entries, errors) = store.entries()
        StoreOptions.warn(errors)
        let own = OwnLadders(entries, records: store.records(of: entries))
        decisions = own.decisions
        levels = own.levels
        replicates = own.replicates
        curves = CurveBacktest(own)
    }

    init(_ paths: [String]) throws {
        var final = SeedTable(), curves = CurveTable()
        for path in paths {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            guard isFolder.boolValue else {
                try read(path, &final, &curves)
                continue
            }
            let files = try Self.files(in: path)
            guard !files.isEmpty else {
                throw ScalebenchError(
                    .notFound, "no ladders.csv, curves.csv or ladder.csv in this folder", at: path,
                    hint: "give the file itself, or add one; .gz and .zst are read too")
            }
            for file in files { try read(file, &final, &curves) }
        }
        replicates = final.ladders
        self.curves = CurveBacktest(curves)
    }

    private static func files(in folder: String) throws -> [String] {
        let inside = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
        return ([folder] + inside).flatMap { place in
            ["ladders.csv", "curves.csv", "ladder.csv"].compactMap { name in
                ["", ".gz", ".zst"].map { "\(place)/\(name)\($0)" }.first(where: FileManager.default.fileExists)
            }
        }
    }

    private mutating func read(_ file: String, _ final: inout SeedTable, _ curves: inout CurveTable) throws {
        // A file named twice would count twice.
        guard seen.insert(URL(filePath: file).standardizedFileURL.path).inserted else { return }
        let table = try DelimitedText(try ByteSource.readAll(file), file: file)
        if SeedTable.describes(table) {
            try final.add(table, file: file)
            return
        }
        if CurveTable.describes(table) {
            try curves.add(table, file: file)
            return
        }
        guard table.header.contains("scale") else {
            throw ScalebenchError(
                .invalidInput, "neither ladders nor curves", at: "\(file):1",
                hint:
                    "ladders have source,ladder,candidate,scale,loss; curves have loss and step or tokens; final losses "
                    + "have candidate,loss,metric; found: "
                    + table.header.joined(separator: ","))
        }
        try final.add(table, file: file)
        let ladders = try DecisionLadders(table, file: file)
        levels += ladders.levels()
        let list = "\(URL(filePath: file).deletingLastPathComponent().path)/decisions.csv"
        let isInFolder = URL(filePath: file).lastPathComponent.hasPrefix("ladders.csv")
        decisions +=
            isInFolder && FileManager.default.fileExists(atPath: list)
            ? try ladders.cases(listedIn: try DelimitedText(try ByteSource.readAll(list), file: list), file: list)
            : ladders.cases()
    }
}
