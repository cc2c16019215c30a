import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore
import TokenData

struct RunsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import loss curves from logs of other trainers.",
        discussion: """
            The content tells the format: a chart exported from Weights & Biases, run.history().to_csv() and other CSV \
            with a column of steps, JSONL (flat, or levanter's), and the logs of llm.c, modded-nanogpt and nanochat; \
            files are plain, .gz or .zst. The one validation loss of a file is taken; where there are several, or \
            none, --metric names it. run.history() samples 500 rows: use run.scan_history() for all of them.

            A log seldom tells its candidate and scale: say them, or give a table of labels for a file of many runs. \
            Importing again with other labels corrects them; the curve of a file never changes.

            Examples:
              scalebench runs import main.log --candidate gpt2 --parameters 124e6
              scalebench runs import logs/*.txt --candidate muon --tokens 7e8
              scalebench runs import chart.csv --write-labels labels.csv
              scalebench runs import chart.csv --labels labels.csv

            From logs to a verdict:
              scalebench runs export --table > results.csv
              scalebench compare --runs results.csv --target-scale 1.5e9
            """)

    @Argument(help: "Logs.", completion: .file()) var files: [String]

    @Option(help: "The candidate that these runs are of.") var candidate: String?
    @Option(help: "Seed of the first run; further ones count on from it.") var seed: Int = 0
    @Option(help: "Parameters of the model.") var parameters: Double?
    @Option(help: "Tokens of the whole run.") var tokens: Double?
    @Option(help: "Training FLOPs of the whole run.") var flops: Double?
    @Option(help: "Table with run,candidate,seed,parameters,tokens,flops.", completion: .file()) var labels: String?
    @Option(help: "Write a table of labels to fill in, and stop.", completion: .file()) var writeLabels: String?

    @Option(name: .customLong("run"), help: "Only this run of the file; repeatable.") var wanted: [String] = []
    @Option(help: "The series to take.") var metric: String?
    @Option(help: "The column or key that counts steps.") var stepColumn: String?
    @Option(help: "Tokens of one step, for the curve's axis.") var tokensPerStep: Int?
    @Option(help: "natsPerToken or bitsPerByte; default: by the metric's name.") var unit: LossUnit?
    @Option(help: "The format, where its content misleads.") var format: LogFormat?
    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot

    func validate() throws {
        let isLabelled = candidate != nil || parameters != nil || tokens != nil || flops != nil
        guard labels == nil || !isLabelled else {
            throw ValidationError("--labels says candidate and scale for every run; leave out the options that do.")
        }
        guard (labels == nil) != (candidate == nil) || writeLabels != nil else {
            throw ValidationError(
                "Say whose runs these are: --candidate NAME, or --labels FILE (--write-labels begins one).")
        }
        for (name, value) in [("parameters", parameters), ("tokens", tokens), ("flops", flops)] {
            if let value, !(value > 0 && value < .infinity) {
                throw ValidationError("--\(name) takes a positive number.")
            }
        }
        if let tokensPerStep, tokensPerStep < 1 { throw ValidationError("--tokens-per-step takes a number from 1 on.") }
        guard ImportLabels.seeds.contains(seed) else { throw ValidationError("--seed takes 0 to 10⁹.") }
        if let candidate, candidate.isEmpty || candidate.count > 200 {
            throw ValidationError("--candidate takes a name of 1 to 200 characters.")
        }
    }

    /// One run of one file, ready to be named.
    private struct Found {
        /// The file as named on the command line.
        var path: String
        var sha256: String
        var log: LogFormat
        var run: TrainingLog.Run

        /// The name of the run in a table of labels.
        var name: String { run.name ?? path }
    }

    func run() throws {
        let found = try files.flatMap(read)
        if let writeLabels {
            try writeTemplate(found, to: writeLabels)
            return
        }
        let chosen = wanted.isEmpty ? found : try wanted.map { name in try pick(name, from: found) }
        // Everything is read and checked before anything is kept.
        let table = try labels.map {
            try ImportLabels(try DelimitedText(try ByteSource.readAll($0), file: $0), file: $0)
        }
        let runs = try chosen.enumerated().map { index, found in try imported(found, index, table) }
        let store = try RunStore(root: store)
        try store.requireWritable()
        var lines = TextTable(header: ["run", "", "from", "metric", "points", "final loss"], leftColumns: 4)
        for (found, run) in zip(chosen, runs) {
            let word: String =
                switch try store.add(run) {
                case .added: "imported"
                case .unchanged: "already there"
                case .relabelled: "labels changed"
                }
            let loss = run.curve.points.last?.loss.map { "\(Phrase.loss($0)) \(run.curve.unit.words)" }
            lines.add([
                run.id.rawValue, word, SafeText.line(found.name, limit: 40),
                SafeText.line(run.source.metric, limit: 30),
                String(run.curve.points.count), loss ?? "not finite",
            ])
        }
        print(lines.text)
    }

    private func read(_ file: String) throws -> [Found] {
        let data = try ByteSource.readAll(file)
        let log = try TrainingLog(data, file: file, format: format, stepColumn: stepColumn)
        let hash = ContentHash.sha256(data)
        return log.runs.map { Found(path: file, sha256: hash, log: log.format, run: $0) }
    }

    private func pick(_ name: String, from all: [Found]) throws -> Found {
        if let found = all.first(where: { $0.name == name }) { return found }
        let names = all.map(\.name)
        throw ScalebenchError(
            .notFound, "no run \"\(name)\" in \(files.joined(separator: ", "))",
            hint: NearestName.hint(name, among: names, otherwise: "runs: \(names.prefix(12).joined(separator: ", "))"))
    }

    private func imported(_ found: Found, _ index: Int, _ table: ImportLabels?) throws -> ImportedRun {
        let series = try MetricChoice.choose(metric, in: found.run, file: found.path)
        let labels =
            try table?.labels(of: found.name)
            ?? ImportedRun.Labels(
                candidate: candidate!, seed: seed + index, parameters: parameters ?? found.run.parameters,
                tokens: tokens ?? found.run.tokens, flops: flops ?? found.run.flops)
        let points = try series.points.map { step, value in
            LossCurve.Point(
                step: step, tokens: try tokensPerStep.map { try tokens(step, $0, found.path) },
                loss: BelievableLoss.finite(value))
        }
        return ImportedRun(
            labels: labels,
            source: .init(
                file: URL(fileURLWithPath: found.path).lastPathComponent, sha256: found.sha256,
                format: found.log.name, run: found.run.name,
                metric: series.metric),
            curve: LossCurve(unit: unit ?? MetricChoice.unit(of: series.metric), points: points),
            imported: Date.now.formatted(.iso8601))
    }

    private func tokens(_ step: Int, _ tokensPerStep: Int, _ file: String) throws -> Int {
        let (tokens, isTooLarge) = step.multipliedReportingOverflow(by: tokensPerStep)
        guard !isTooLarge else {
            throw ScalebenchError(
                .invalidInput, "step \(step) times \(tokensPerStep) tokens per step is too large a number", at: file,
                hint:
                    "give the tokens of one step with --tokens-per-step, and the column that counts steps with --step-column"
            )
        }
        return tokens
    }

    private func writeTemplate(_ found: [Found], to file: String) throws {
        guard !FileManager.default.fileExists(atPath: file) else {
            throw ScalebenchError(.invalidInput, "this file exists already", at: file, hint: "choose another name")
        }
        let number = { (value: Double?) in value.map { JSONValue.number($0).canonicalText } ?? "" }
        var text = DelimitedText.line(ImportLabels.columns)
        for one in found {
            let run = one.run
            text += DelimitedText.line([
                one.name, "", "", number(run.parameters), number(run.tokens), number(run.flops),
            ])
        }
        try AtomicFile.write(Data(text.utf8), to: file)
        print(
            "\(file): \(Quantity.count(found.count, "run")); fill it in, then import with --labels \(file)")
    }
}

extension LossUnit: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {
    package init?(argument: String) {
        guard let format = Self.named(argument) else { return nil }
        self = format
    }

    package static var allValueStrings: [String] { all.map(\.name) }
}
