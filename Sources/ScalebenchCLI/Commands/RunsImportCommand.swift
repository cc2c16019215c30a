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
            A file, or a folder with the logs of many runs. The content tells the format: TensorBoard's event files, \
            MLflow (mlruns/, mlflow.db, search_runs()), Weights & Biases (exported charts and tables of runs, \
            run.history().to_csv()), trainer_state.json, CSV with a column of steps (Lightning, Keras), JSONL (flat, or \
            levanter's), nanoGPT, nanochat, llm.c, modded-nanogpt and autoresearch. Texts are plain, .gz or .zst.

            Candidate, parameters, tokens and seed are taken from what the source records; --name-pattern reads them \
            from the names of files and folders. What options or --labels say comes before both. The one validation loss of a \
            run is taken; where there are several, or none, --metric names it. A run that cannot be taken is named, \
            the others are imported, and the exit status is 1. Importing again changes nothing; with other labels it \
            corrects them.

            Examples:
              scalebench runs import mlruns/
              scalebench runs import logs/ --name-pattern '{candidate}-{params}-s{seed}'
              scalebench runs import main.log --candidate gpt2 --parameters 124M
              scalebench runs import chart.csv --write-labels labels.csv
              scalebench runs import chart.csv --labels labels.csv

            From logs to a verdict:
              scalebench runs export --table > results.csv
              scalebench compare --runs results.csv --target-scale 1.5e9
            """)

    @Argument(help: "Logs, or folders of logs.", completion: .file()) var files: [String]

    @Option(help: "The candidate that these runs are of.") var candidate: String?
    @Option(help: "Seed of the first run; further ones count on from it. Default: what the logs state, else from 0.")
    var seed: Int?
    @Option(help: "Parameters of the model, such as 124M.") var parameters: SizeArgument?
    @Option(help: "Tokens of the whole run.") var tokens: SizeArgument?
    @Option(help: "Training FLOPs of the whole run.") var flops: SizeArgument?
    @Option(
        help: ArgumentHelp(
            "Read labels from names: {candidate}, {params}, {tokens}, {flops}, {seed}; * is any text.",
            valueName: "pattern"))
    var namePattern: String?
    @Option(help: "Table with run,candidate,seed,parameters,tokens,flops.", completion: .file()) var labels: String?
    @Option(help: "Write a table of labels to fill in, and stop.", completion: .file()) var writeLabels: String?

    @Option(name: .customLong("run"), help: "Only this run; repeatable.") var wanted: [String] = []
    @Flag(help: "Also take runs that failed or ended before their last step.") var includeIncomplete = false
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
        for (name, size) in [("parameters", parameters), ("tokens", tokens), ("flops", flops)] {
            if let size, !(size.value > 0) { throw ValidationError("--\(name) takes a positive number.") }
        }
        if let tokensPerStep, tokensPerStep < 1 { throw ValidationError("--tokens-per-step takes a number from 1 on.") }
        if let seed, !ImportLabels.seeds.contains(seed) { throw ValidationError("--seed takes 0 to 10⁹.") }
        if let candidate, candidate.isEmpty || candidate.count > 200 {
            throw ValidationError("--candidate takes a name of 1 to 200 characters.")
        }
    }

    func run() throws {
        var logs = try LogImport(files, try options())
        if let writeLabels {
            try writeTemplate(logs, to: writeLabels)
            return
        }
        let runs = logs.labelled()
        if !runs.isEmpty {
            let store = try RunStore(root: store)
            try store.requireWritable()
            print(ImportReport(runs, outcomes: try store.add(runs.map(\.run)), logs).text)
        }
        for (name, why) in logs.leftOut.prefix(ImportReport.mostLines) {
            LiveLine.print("left out: \(SafeText.line(name, limit: 100)): \(SafeText.line(why, limit: 200))")
        }
        if let error = ImportReport.summary(of: logs.problems) { throw error }
        guard !runs.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "no run was imported", at: files.joined(separator: ", "),
                hint: logs.leftOut.isEmpty ? nil : "--include-incomplete takes those that did not end well")
        }
    }

    private func options() throws -> LogImport.Options {
        var options = LogImport.Options()
        options.facts.candidate = candidate.map { .init($0, from: "--candidate") }
        options.facts.parameters = parameters.map { .init($0.value, from: "--parameters") }
        options.facts.tokens = tokens.map { .init($0.value, from: "--tokens") }
        options.facts.flops = flops.map { .init($0.value, from: "--flops") }
        options.firstSeed = seed
        options.labels = try labels.map {
            try ImportLabels(try DelimitedText(try ByteSource.readAll($0), file: $0), file: $0)
        }
        options.namePattern = try namePattern.map { try NamePattern($0) }
        options.wanted = wanted
        options.takesIncomplete = includeIncomplete
        options.metric = metric
        options.stepColumn = stepColumn
        options.tokensPerStep = tokensPerStep
        options.unit = unit
        options.format = format
        return options
    }

    private func writeTemplate(_ logs: LogImport, to file: String) throws {
        guard !FileManager.default.fileExists(atPath: file) else {
            throw ScalebenchError(.invalidInput, "this file exists already", at: file, hint: "choose another name")
        }
        let number = { (value: RunFacts.Stated<Double>?) in value.map { JSONValue.number($0.value).canonicalText } ?? ""
        }
        var text = DelimitedText.line(ImportLabels.columns)
        for found in logs.found {
            // A name that does not match the pattern is to be labelled by hand.
            let facts = (try? logs.facts(of: found)) ?? found.facts
            text += DelimitedText.line([
                found.name, facts.candidate?.value ?? "", facts.seed.map { String($0.value) } ?? "",
                number(facts.parameters), number(facts.tokens), number(facts.flops),
            ])
        }
        try AtomicFile.write(Data(text.utf8), to: file)
        print("\(file): \(Quantity.count(logs.found.count, "run")); fill it in, then import with --labels \(file)")
        if let error = ImportReport.summary(of: logs.problems) { throw error }
    }
}

/// A number on the command line that may end in a unit of size.
struct SizeArgument: ExpressibleByArgument {
    var value: Double

    init?(argument: String) {
        guard let value = ScaledNumber.parse(argument) else { return nil }
        self.value = value
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
