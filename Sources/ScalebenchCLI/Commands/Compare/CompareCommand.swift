// `scalebench compare`: parses the command line and prints. Benchmarking does the work.

import ArgumentParser
import Benchmarking
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
            other is judged against it. Without any, the suite's own pair is compared. A file may sweep a number: it is then \
            compared at its best, or studied alone.

            The ladder is trained in stages, the cheapest first, and the comparison ends at the first that decides; \
            the target is trained where none does, and its runs end once their curves decide. A compare that was \
            interrupted, or is asked again with one more candidate, trains only what is missing. Where a candidate or a \
            suite is named, runs that a baseline has are not trained either (`scalebench baselines --help`).
            Gap = loss of B − loss of A: positive means A is better.

            Examples:
              scalebench compare                                  the default
              scalebench compare a.json b.json --dry-run          what it costs
              scalebench compare a.json b.json --predict-only     no target run
              scalebench compare a.json b.json --all-rungs        no early decision
              scalebench compare a.json b.json --until 0.95 --budget 2h
              scalebench compare --runs results.csv --target-scale 7e9
              scalebench compare base new --runs ladders.csv.gz \\
                --target-scale 7e9 --where ladder=c4
              scalebench compare --runs wandb.csv --target-scale 7e9 \\
                --columns candidate=optimizer,loss=val/loss
              scalebench compare --runs evals.csv --target-scale 7e9 --metric all
              scalebench compare rates.json                       one file that sweeps
              scalebench compare --runs rates.csv --target-scale 7e9 \\
                --setting learningRate --best

            --budget adds the runs that are the cheapest way to a decision: seeds at a rung, a rung between the \
            last one and the target, or the target's runs in part or whole; with --dry-run it says what comes next. \
            Finished runs of the same recipes at the suite's rungs count, whatever comparison or budget trained them; \
            rungs that a budget added count with --budget alone.

            A run that fails (a trainer that crashes, hangs or contradicts itself) \
            stops no other: the verdict rests on the rest, a finding says why, and \
            the exit status is 1. Its candidate is not trained at the target until \
            the same command, which tries again, succeeds.

            Exit status: 0 done, 1 failed, 3 a condition of --fail-on is met, 4 or 5 with \
            --tried: discard the change, or run it again; 64 wrong usage, 75 interrupted.
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
                    "--target-scale, --target-parameters, --target-tokens, --axis, --where, --reference, --setting, --best, "
                        + "--columns, --metric, --maximize and --decimal go with --runs FILE.")
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
        if let file = table.runs, let target = table.target {
            try judge(RunTableRequest(file: file, target: target, query: table.query(candidates)))
        } else if training.dryRun {
            print(DryRunText.render(try ComparisonSession(training.request(candidates)).dryRun()), terminator: "")
        } else {
            try await train()
        }
    }

    private func judge(_ request: RunTableRequest) throws {
        if let metrics = table.reading.severalMetrics {
            try output.write(try request.run(metrics: metrics))
        } else {
            try output.write(ReportContent(try request.run()), defaultReport: nil)
        }
    }

    private func train() async throws {
        let stop = StopRequest.listenToSignals(), progress = TerminalProgress(isQuiet: output.quiet)
        let session = ComparisonSession(training.request(candidates), progress: progress, stop: stop)
        let outcome: ComparisonOutcome
        do {
            outcome = try await session.run()
        } catch let interrupted as ComparisonInterrupted {
            try PendingText.report(interrupted, json: output.json)
            throw ExitCode(StopRequest.exitStatus)
        }
        var content = ReportContent(outcome.result, plan: outcome.plan, records: outcome.records)
        if let hash = StoredReport.executableHash() { content.provenance.append(("program", "SHA-256 \(hash)")) }
        try output.write(content, defaultReport: outcome.report, failure: outcome.failure)
    }
}
