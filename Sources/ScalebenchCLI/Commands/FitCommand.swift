// `scalebench fit`: fits a law to finished runs and prints it. LawFitting does the work.

import ArgumentParser
import Comparison
import Foundation
import LawFitting
import Reporting
import ScalebenchCore
import TokenData

struct FitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit", abstract: "Fit a scaling law to finished runs.",
        discussion: """
            FILE is a table (CSV, TSV, JSON or JSON lines; plain, .gz or .zst) with a column loss and params, tokens, \
            flops or scale, or other names for them. Where both \
            parameters and tokens vary the law is loss = E + A/N^α + B/D^β, otherwise a power law with a floor. The \
            objective is the Huber loss of ln loss, summed; intervals resample runs.

            Examples:
              scalebench fit runs.csv --budget 1e21 --budget 1e22
              scalebench fit ladder.csv --over parameters --target-scale 7e9
              scalebench fit runs.csv --report law.html
            """)

    @Argument(help: "Table of finished runs.") var file: String
    @Option(help: "Scales of the law: parameters, tokens, flops or parameters,tokens.") var over: String?
    @Option(name: .customLong("where"), help: "Keep rows with column=value; repeatable.") var filters: [String] = []
    @OptionGroup var reading: ReadingOptions
    @Option(help: "FLOPs to split between parameters and tokens; repeatable.") var budget: [Double] = []
    @Option(help: "FLOPs per parameter and token.") var flopsPerPair = 6.0
    @Option(help: "Scale to forecast the loss at, for a law in one scale; repeatable.") var targetScale: [Count] = []
    @Option(help: "Residual of ln loss at which the Huber loss turns from square to linear.") var delta = 1e-3
    @Option(help: "Resamples for the intervals.") var replicates = 1000
    @Option(help: "Write the result as JSON to this file, or - for standard output.") var json: String?

    @Option(help: "Write the law, with pictures, to this HTML file.") var report: String?

    func validate() throws {
        for number in budget + targetScale.map(\.value) + [flopsPerPair] where !(number >= 1e-30 && number <= 1e60) {
            throw ValidationError("--budget, --target-scale and --flops-per-pair take positive numbers.")
        }
        guard delta >= 1e-9, delta <= 10 else { throw ValidationError("--delta takes 1e-9 to 10.") }
        guard (100...1_000_000).contains(replicates) else { throw ValidationError("--replicates takes 100 to 10⁶.") }
        for filter in filters where !filter.contains("=") {
            throw ValidationError("--where takes column=value, found '\(SafeText.line(filter))'.")
        }
        guard reading.severalMetrics == nil else {
            throw ValidationError("A law is fitted to one metric: name one with --metric.")
        }
        _ = try axes()
    }

    func run() throws {
        if let json, json != "-" { try OutputOptions.checkWritable(json, "--json", example: "law.json") }
        if let report { try OutputOptions.checkWritable(report, "--report", example: "law.html") }
        let name = file == "-" ? "standard input" : file
        let table = try LawTable(
            try TableText(try ByteSource.readAll(file), file: name), file: name, axes: try axes(),
            filters: filters.map(TableOptions.filter), reading: reading.reading)
        var query = LawQuery()
        query.delta = delta
        query.replicates = replicates
        query.budgets = budget
        query.flopsPerPair = flopsPerPair
        query.targets = targetScale.map(\.value)
        let result = try LawResult(table, query)
        if let report { try AtomicFile.write(LawPage.render(result, table, source: name), to: report) }
        if let json, json != "-" { try AtomicFile.write(try result.json(), to: json) }
        let text = json == "-" ? try result.json() : Data(LawReport.render(result).utf8)
        try StandardOutput.write(text)
    }

    private func axes() throws -> [ScaleAxis]? {
        try over.map { text in
            let axes = text.split(separator: ",").map { ScaleAxis(rawValue: String($0)) }
            let known = axes.compactMap { $0 }
            guard known.count == axes.count, known.count == 1 || known == [.parameters, .tokens] else {
                throw ValidationError("--over takes parameters, tokens, flops, or parameters,tokens.")
            }
            return known
        }
    }
}
