// `scalebench backtest`: prints the scores of ladders, curves, seeds or a store. Backtesting does the work.

import ArgumentParser
import Backtesting
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Score the method on ladders and curves whose outcome is known.",
        discussion: """
            A PATH is a CSV (plain, .gz or .zst) or a folder of them. Ladders have the columns \
            source,ladder,candidate,scale,loss and, over FLOPs (axis flops), tokens. A decisions.csv beside them lists \
            the decisions; without it every pair is judged at targets 3, 10 and 30 times beyond the rungs that are \
            shown. Training curves have loss and step (or tokens), and where known source,config,params,seed,lr,split. \
            Everything after 10 to 50 % of a run is hidden and its final loss is forecast; for two recipes at equal \
            sizes their gap is forecast too. Final losses have source,candidate,loss,metric and several seeds. The \
            seed noise σ is estimated from a few of them and scored on the rest. In a folder, ladders.csv, curves.csv \
            and ladder.csv (final losses) are read, also one folder further down. Priors are fitted without the source \
            they are scored on.

            With --store, your own finished comparisons are scored instead. For every pair of candidates of every \
            suite, each rung and the target is predicted from the rungs below, and the end of every run from its \
            start, with the priors that compare uses.

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
    @Flag(help: "Judge with the shipped priors instead of priors fitted without each source.") var shippedPriors = false

    func validate() throws {
        guard paths.isEmpty != (store == nil) else {
            throw ValidationError("Name tables to score, or a store of your own with --store; not both.")
        }
        guard store == nil || fitPriors == nil else {
            throw ValidationError(
                "--fit-priors needs public ladders: the comparisons of one store are too few and too alike to fit priors on."
            )
        }
    }

    func run() throws {
        if let json, json != "-" { try OutputOptions.checkWritable(json, "--json", example: "scores.json") }
        if let report { try OutputOptions.checkWritable(report, "--report", example: "scores.html") }
        let input = try store.map(Self.own) ?? BacktestInput(paths)
        let line = LiveLine(isQuiet: false)
        guard
            let result = try input.scored(
                usesShipped: shippedPriors || store != nil, isOwn: store != nil, progress: line.show)
        else {
            throw ScalebenchError(
                .invalidInput, "nothing here can be scored", at: store ?? paths.joined(separator: ", "),
                hint:
                    "a decision needs a pair of candidates with three rungs in common, a curve ten points, seed noise "
                    + "a rung with seven runs of a candidate")
        }
        line.clear()
        if let fitPriors {
            try AtomicFile.write(
                try JSONDocument.pretty(try DecisionBacktest(input.decisions).fitPriors()), to: fitPriors)
        }
        if let report { try AtomicFile.write(BacktestPage.render(result), to: report) }
        let data = try JSONDocument.pretty(result)
        if json == "-" {
            try StandardOutput.write(data)
        } else {
            if let json { try AtomicFile.write(data, to: json) }
            print(BacktestReport.render(result), terminator: "")
        }
    }

    private static func own(_ root: String) throws -> BacktestInput {
        let store = try RunStore.existing(root: root)
        let (candidates, errors) = store.candidateRecords()
        StoreOptions.warn(errors)
        return BacktestInput(candidates, runs: store.records(of: candidates))
    }
}
