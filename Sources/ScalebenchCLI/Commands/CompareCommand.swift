// `scalebench compare`: what a user asks on the command line. The work is ComparePipeline and RunTableCompare.

import ArgumentParser
import Comparison
import Foundation
import Reporting
import ScalebenchCore

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Train candidates on a ladder of small models and say which one wins at the target.",
        discussion: """
            CANDIDATES are files (a.json) or names of the suite's own candidates; the first is the reference A, every \
            other is judged against it. Without any, the suite's own pair is compared.

            A compare that was interrupted, or is asked again with one more candidate, trains only what is missing.
            Gap = loss of B − loss of A: positive means A is better.

            Examples:
              scalebench compare                                  the default
              scalebench compare a.json b.json --dry-run          what it costs
              scalebench compare a.json b.json --predict-only     no target run
              scalebench compare a.json b.json --stop-early       half a target run
              scalebench compare a.json b.json --until 0.95 --budget 2h
              scalebench compare --runs results.csv --target-scale 7e9
              scalebench compare base new --runs ladders.csv.gz \\
                --target-scale 7e9 --where ladder=c4

            --budget adds what helps most for its cost: seeds at a rung, a rung between the \
            last one and the target, the start of the target's runs, or all of them; with --dry-run it says what comes next. \
            Without it the suite's own runs alone are compared, whatever a budget has added.

            A run that fails (a trainer that crashes, hangs or contradicts itself) \
            stops no other: the verdict rests on the rest, a finding says why, and \
            the exit status is 1. Its candidate is not trained at the target until \
            the same command, which tries again, succeeds.

            Exit status: 0 done, 1 failed, 3 a condition of --fail-on is met, 64 wrong \
            usage, 75 interrupted.
            """)

    @Argument(help: "Candidate files, or names of candidates; the first is the reference.")
    var candidates: [String] = []

    @OptionGroup(title: "What to train") var training: LadderOptions
    @OptionGroup(title: "Results trained elsewhere") var table: TableOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        if table.runs == nil {
            guard !table.isUsed else {
                throw ValidationError(
                    "--target-scale, --target-parameters, --target-tokens, --axis, --where and --reference go with "
                        + "--runs FILE.")
            }
            guard candidates.count != 1 else {
                throw ValidationError("One candidate alone cannot be compared; name at least two, or none.")
            }
        } else {
            guard table.target != nil else {
                throw ValidationError(
                    "--runs needs --target-scale X, or --target-parameters N with --target-tokens D.")
            }
            guard !training.isUsed else {
                throw ValidationError("--runs trains nothing; leave out --suite, --dataset, --dry-run and the like.")
            }
        }
    }

    func run() async throws {
        try output.checkWritable()
        if let file = table.runs {
            let result = try RunTableCompare(file: file, options: table, candidates: candidates).run()
            try output.write(ReportContent(result), defaultReport: nil)
        } else {
            let pipeline = ComparePipeline(candidates: candidates, options: training, output: output)
            guard let outcome = try await pipeline.run() else { return }
            try output.write(outcome.content, defaultReport: outcome.report, failure: outcome.failure)
        }
    }
}

struct LadderOptions: ParsableArguments {
    @Option(help: "Suite: a name, or a folder with a suite.json.") var suite: String?
    @Option(help: "Data set instead of the suite's: a name, or a folder with a dataset.json.") var dataset: String?
    @Option(help: "Folder that keeps every run.") var store: String?
    @Option(help: "Runs trained at once; default: one per core.") var workers: Int?
    @Option(help: "Seeds are counted from here; another number gives fresh runs.") var firstSeed: Int = 0
    @Flag(help: "Print runs, sizes, FLOPs, time and memory, and stop.") var dryRun = false
    @Flag(help: "Leave the target untrained.") var predictOnly = false
    @Option(help: "Make the next best runs until every winner has this probability; default: the suite's rule.")
    var until: Double?
    @Option(help: "… or until they have cost this: wall time such as 90m or 2h, or FLOPs such as 3e15.")
    var budget: Budget?
    @Flag(help: "End the runs at the target as soon as their curves have decided; they can go on later.")
    var stopEarly = false

    func validate() throws {
        if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers takes 1 to 1024.") }
        if let until {
            guard until > 0.5, until < 1 else { throw ValidationError("--until takes a probability from 0.5 to 1.") }
            guard budget != nil else {
                throw ValidationError("--until needs a --budget: 2h of wall time, or 3e15 FLOPs.")
            }
        }
        guard !(stopEarly && predictOnly) else {
            throw ValidationError("--stop-early is about the target's runs; --predict-only does not train them.")
        }
        guard (0...1_000_000_000).contains(firstSeed) else { throw ValidationError("--first-seed takes 0 to 10⁹.") }
    }

    var isUsed: Bool {
        suite != nil || dataset != nil || store != nil || workers != nil || firstSeed != 0 || dryRun || predictOnly
            || stopEarly || until != nil || budget != nil
    }
}

struct TableOptions: ParsableArguments {
    @Option(help: "CSV of finished runs (.csv or .csv.gz); nothing is trained.") var runs: String?
    @Option(help: "The scale to judge at, in units of the axis.") var targetScale: Double?
    @Option(help: "Training tokens of the target, where runs of equal FLOPs differ in theirs.") var targetTokens:
        Double?
    @Option(help: "With --target-tokens instead of --target-scale: parameters of the target.")
    var targetParameters: Double?
    @Option(help: "parameters, tokens or flops; default: what the file says.") var axis: ScaleAxis?
    @Option(name: .customLong("where"), help: "Keep rows with column=value; repeatable.") var filters: [String] = []
    @Option(help: "The candidate the others are compared with; default: the first.") var reference: String?

    func validate() throws {
        for number in [targetScale, targetTokens, targetParameters].compactMap({ $0 })
        where !(number >= 1e-30 && number <= 1e30) {
            throw ValidationError(
                "--target-scale, --target-tokens and --target-parameters take numbers from 1e-30 to 1e30.")
        }
        if targetParameters != nil {
            guard targetTokens != nil else {
                throw ValidationError("--target-parameters needs --target-tokens: together they say what it costs.")
            }
            guard targetScale == nil else {
                throw ValidationError("Give --target-scale or --target-parameters, not both.")
            }
            guard axis == nil || axis == .flops else {
                throw ValidationError("A target of so many parameters and tokens is judged on --axis flops.")
            }
        }
        for filter in filters where !filter.contains("=") {
            throw ValidationError("--where takes column=value, found '\(filter)'.")
        }
    }

    var isUsed: Bool {
        targetScale != nil || targetTokens != nil || targetParameters != nil || axis != nil || !filters.isEmpty
            || reference != nil
    }

    /// Nil where it is not given.
    var target: RunTable.Target? {
        if let targetParameters, let targetTokens {
            return .model(parameters: targetParameters, tokens: targetTokens)
        }
        return targetScale.map { .scale($0, tokens: targetTokens) }
    }

    /// The column and value of a valid --where.
    static func filter(_ text: String) -> TableFilter {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
    }
}

extension ScaleAxis: ExpressibleByArgument {}

extension Budget: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
