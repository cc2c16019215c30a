// `scalebench bench`: how fast the built-in trainer is here, and against another one.

import ArgumentParser
import Foundation
import ScalebenchCore
import Training
import Transformer

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure how fast models and whole ladders are trained here.",
        subcommands: [BenchShapesCommand.self, BenchLadderCommand.self], defaultSubcommand: BenchShapesCommand.self)
}

struct BenchShapesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shapes", abstract: "Measure how fast models are trained here, alone or against another trainer.",
        discussion: """
            Whole steps are timed: batch, forward, backward, clipping, update. Without options of a shape, a table of six \
            shapes is measured. The columns after "of GEMM" say where the time goes.

            Examples:
              scalebench bench
              scalebench bench --width 128 --layers 4 --workers 2 --seconds 6 --json
              scalebench bench --candidate a.json --width 96
              scalebench bench --json > monday.jsonl, later: scalebench bench --since monday.jsonl
              scalebench bench --against 'python3 train.py --d {width} --layers {layers} --seconds {seconds}'

            --against measures in turn with a command that prints a JSON line with "tok_s", tokens per second. In the \
            command {width}, {layers}, {heads}, {vocabulary}, {context}, {batch}, {workers} and {seconds} are filled in.

            --since compares shares of the processor's peak, which mean the same on every machine of one kind. Joules are \
            shown where the kernel counts them; they are those of the whole processor, with all that runs on it.
            """)

    @OptionGroup var shape: BenchShapeOptions
    @Option(help: "Seconds of training per measurement.") var seconds = 3.0
    @Option(help: "Alternate with this command and print the ratio.") var against: String?
    @Option(help: "Rounds of --against; the median counts.") var rounds = 5
    @Option(help: "Compare with an earlier file of --json, by ratios.") var since: String?
    @Flag(help: "One JSON line per shape instead of a table.") var json = false

    func validate() throws {
        guard seconds >= 0.01, seconds <= 86_400 else { throw ValidationError("--seconds must be from 0.01 to 86400.") }
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds must be from 1 to 1000.") }
        guard against == nil || shape.candidate == nil || shape.width != nil else {
            throw ValidationError("--against with --candidate needs --width.")
        }
    }

    func run() async throws {
        try KernelPath.check()
        let record = try since.map(BenchRecord.init)
        var rows: [BenchRow] = []
        for item in try shape.shapes() {
            var row = try await measure(item)
            row.peakShareRatio = record?.ratio(of: row)
            rows.append(row)
            if json { try StandardOutput.write(try row.json) }
        }
        if !json { try StandardOutput.write(Data((BenchTable.text(rows)).utf8)) }
    }

    private func measure(_ item: BenchmarkShape) async throws -> BenchRow {
        let name = "d\(item.model.width) L\(item.model.layers) V\(item.model.vocabularySize) \(item.kernels.rawValue)"
        guard let against else {
            let row = BenchRow(item, try Benchmark(seconds: seconds).measure(item))
            note("\(name): \(Int(row.tokensPerSecond)) tokens/s")
            return row
        }
        return try await BenchRival(command: against, rounds: rounds, seconds: seconds).compare(
            item, options: options(for: item)
        ) { round, ratio in
            note("\(name), round \(round + 1) of \(rounds): ratio \(Quantity.significant(ratio))")
        }
    }

    /// The options that measure one shape alone.
    private func options(for item: BenchmarkShape) -> [String] {
        var options = [
            "--width", "\(item.model.width)", "--layers", "\(item.model.layers)", "--heads", "\(item.model.heads)",
            "--vocabulary", "\(item.model.vocabularySize)", "--context", "\(item.model.contextLength)", "--batch",
            "\(item.batchSequences)", "--workers", "\(item.workers)", "--precision", item.precision.rawValue,
        ]
        if let candidate = shape.candidate { options += ["--candidate", candidate] }
        return options
    }

    private func note(_ text: String) {
        if !json { LiveLine.print(text) }
    }
}
