// `scalebench backtest`: reads ladders, prints scores. The work is Comparison/Backtest.

import ArgumentParser
import Comparison
import Foundation
import Reporting
import ScalebenchCore
import ScalingLaws
import TokenData

struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Score the verdict on ladders whose outcome is known.",
        discussion: """
            PATH is a CSV with the columns source,ladder,candidate,scale,loss (plain, .gz or .zst), or a folder with a \
            ladders.csv[.gz]; a decisions.csv beside it lists the decisions, otherwise every pair is judged at targets 3, \
            10 and 30 times beyond what is shown. Priors are fitted without the source they are scored on.

            Examples:
              scalebench backtest ladders.csv.gz
              scalebench backtest folder --json scores.json
            """)

    @Argument(help: "A CSV of ladders, or a folder that holds one.") var path: String
    @Option(help: "Write every figure with its interval as JSON to this file, or - for standard output.") var json:
        String?
    @Option(help: "Also fit the priors on all decisions and write them to this file.") var fitPriors: String?
    @Flag(help: "Judge with the shipped priors instead of fitting without each source.") var shippedPriors = false

    func run() throws {
        let backtest = DecisionBacktest(try cases())
        guard !backtest.cases.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "no pair of candidates shares three rungs", at: path,
                hint: "a decision needs two visible rungs and one beyond them")
        }
        let line = LiveLine(isQuiet: false)
        line.show("judging \(backtest.cases.count) decisions …")
        let report = try backtest.report(priors: shippedPriors ? .shipped : nil)
        line.clear()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        if let fitPriors {
            try AtomicFile.write(try encoder.encode(try backtest.fitPriors()) + Data("\n".utf8), to: fitPriors)
        }
        let data = try encoder.encode(report) + Data("\n".utf8)
        if json == "-" {
            try FileHandle.standardOutput.write(contentsOf: data)
        } else {
            if let json { try AtomicFile.write(data, to: json) }
            print(BacktestReport.render(report), terminator: "")
        }
    }

    private func cases() throws -> [DecisionCase] {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = isFolder.boolValue ? try ladderFile(in: path) : path
        let ladders = try DecisionLadders(try DelimitedText(try ByteSource.readAll(file), file: file), file: file)
        let list = "\(path)/decisions.csv"
        guard isFolder.boolValue, FileManager.default.fileExists(atPath: list) else { return ladders.cases() }
        return try ladders.cases(
            listedIn: try DelimitedText(try ByteSource.readAll(list), file: list), file: list)
    }

    private func ladderFile(in folder: String) throws -> String {
        let names = ["ladders.csv", "ladders.csv.gz", "ladders.csv.zst"].map { "\(folder)/\($0)" }
        guard let file = names.first(where: FileManager.default.fileExists) else {
            throw ScalebenchError(
                .notFound, "no ladders.csv in this folder", at: folder, hint: "give the file itself, or add it")
        }
        return file
    }
}
