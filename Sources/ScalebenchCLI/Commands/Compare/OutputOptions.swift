// The files that a comparison's result is written to, and the outcomes on which the command fails.

import ArgumentParser
import Comparison
import Foundation
import Reporting
import ScalebenchCore

struct OutputOptions: ParsableArguments {
    @Option(help: "Write the report to this HTML file; default for trained comparisons: in the store.")
    var report: String?
    @Option(help: "Write the result as JSON to this file, or - for standard output.") var json: String?
    @Flag(name: .shortAndLong, help: "Print nothing but errors (and JSON, if asked for).") var quiet = false
    @Option(help: "Exit with status 3 on this outcome; repeatable. regression: B is worse than A.")
    var failOn: [FailureCondition] = []
    @Option(
        help: ArgumentHelp(
            "Say whether to keep, discard or run again the second candidate, a change, in a loop of this many decisions.",
            valueName: "count-or-results.tsv"))
    var tried: TriedOption?

    /// Exit status of a comparison that met a condition of `--fail-on`.
    static let conditionMet: Int32 = 3

    /// Checks before hours of training, not after, that the result can be written.
    func checkWritable() throws {
        if let json, json != "-" { try Self.checkWritable(json, "--json", example: "result.json") }
        if let report { try Self.checkWritable(report, "--report", example: "report.html") }
    }

    /// Checks that the file that `option` names can be written.
    static func checkWritable(_ file: String, _ option: String, example: String) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
        guard !file.isEmpty, file != "-", !file.hasSuffix("/"), !isFolder.boolValue else {
            throw ScalebenchError(
                .inputOutput, "\(option) needs the name of a file", at: file.isEmpty ? nil : file,
                hint: "add a file name, such as \(example)")
        }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw ScalebenchError(
                .inputOutput, "the folder does not exist or cannot be written", at: folder,
                hint: "choose another \(option) FILE")
        }
    }

    /// Writes everything that was asked for.
    /// - Parameters:
    ///   - defaultReport: where the report goes when `--report` does not say; nil for nowhere.
    ///   - failure: the error to report because runs failed; nil where none did.
    /// - Throws: at the end `failure`, or `ExitCode(3)` when a condition of `--fail-on` is met.
    func write(_ content: ReportContent, defaultReport: String?, failure: ScalebenchError? = nil) throws {
        let result = content.result, reportFile = report ?? defaultReport
        if let reportFile { try AtomicFile.write(HTMLReport.render(content), to: reportFile) }
        try write(json: try result.json(), text: TextReport.render(result, report: reportFile))
        if let failure { throw failure }
        if let tried { try decide(result, tried.changes) }
        try failWhereConditionIsMet(result.pairs)
    }

    /// Writes the verdicts on several metrics.
    /// - Throws: at the end `ExitCode(3)` when any metric meets a condition of `--fail-on`.
    func write(_ result: MetricsResult) throws {
        guard tried == nil else {
            throw ScalebenchError(
                .invalidInput, "--tried judges a change by one metric", at: "--metric all", hint: "name one metric")
        }
        if let report { try AtomicFile.write(MetricsReport.html(result), to: report) }
        try write(json: try result.json(), text: MetricsReport.text(result) + (report.map { Self.place($0) } ?? ""))
        try failWhereConditionIsMet(result.metrics.flatMap(\.pairs))
    }

    private static func place(_ report: String) -> String { "\nReport: \(SafeText.line(report, limit: 1000))\n" }

    private func write(json document: Data, text: String) throws {
        if let json, json != "-" { try AtomicFile.write(document, to: json) }
        if json == "-" {
            try StandardOutput.write(document)
        } else if !quiet {
            try StandardOutput.write(Data(text.utf8))
        }
    }

    private func failWhereConditionIsMet(_ pairs: [PairResult]) throws {
        for condition in failOn where pairs.contains(where: condition.isMet) {
            if !quiet { LiveLine.print("--fail-on \(condition.rawValue): exit status \(Self.conditionMet)") }
            throw ExitCode(Self.conditionMet)
        }
    }
}

extension OutputOptions {
    /// Prints the decision on a change as a sentence, and as one line of JSON at the end.
    /// - Throws: `ExitCode` for a change that is not kept.
    private func decide(_ result: CompareResult, _ tried: TriedChanges) throws {
        guard result.candidates.count == 2 else {
            throw ScalebenchError(
                .invalidInput, "--tried judges one change, and \(result.candidates.count - 1) are compared",
                hint: "name two candidates: what there was before, then the change")
        }
        let decision = try ChangeDecision(result, tried: tried)
        let sentence = quiet || json == "-" ? "" : "\n" + Phrase.change(decision) + "\n"
        try StandardOutput.write(Data(sentence.utf8) + (try JSONDocument.line(decision)))
        switch decision.advice {
        case .keep: return
        case .discard: throw ExitCode(Self.discardChange)
        case .again: throw ExitCode(Self.runChangeAgain)
        }
    }

    /// Exit statuses of `--tried`.
    static let discardChange: Int32 = 4
    static let runChangeAgain: Int32 = 5
}

/// The value of `--tried`.
struct TriedOption: ExpressibleByArgument {
    let changes: TriedChanges

    /// - Parameter argument: the number of decisions in all, or a table with one line per earlier decision below its
    ///   header, to which this one is added.
    init?(argument: String) {
        if let count = Int(argument) {
            guard (1...1_000_000).contains(count) else { return nil }
            changes = .inAll(count)
        } else {
            guard let data = try? InputFile.read(argument) else { return nil }
            let lines = data.split(separator: UInt8(ascii: "\n")).count { !$0.allSatisfy { $0 <= UInt8(ascii: " ") } }
            changes = .soFar(max(1, lines))
        }
    }
}

/// An outcome on which the command fails, for nightly jobs.
enum FailureCondition: String, CaseIterable, ExpressibleByArgument {
    case unresolved, crossoverRisk, regression

    /// Whether a pair has this outcome. In a regression B, the new candidate, is worse with the suite's decisive
    /// probability.
    func isMet(_ pair: PairResult) -> Bool {
        switch self {
        case .unresolved: pair.verdict == .unresolved
        case .crossoverRisk: pair.verdict == .crossoverRisk
        case .regression: pair.verdict == .aBetter
        }
    }
}
