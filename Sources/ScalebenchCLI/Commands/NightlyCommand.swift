// `scalebench nightly`: one night of a nightly job. Benchmarking/Nights does the work.

import ArgumentParser
import Benchmarking
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct NightlyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nightly",
        abstract: "Compare the same candidates every night and say what became worse or better.",
        discussion: """
            FILE names suites and candidates (paths in it start at its folder):

              { "name": "main",
                "questions": [ { "suite": "lr-rule",
                                 "candidates": ["base.json", "new.json"],
                                 "freshSeeds": true } ] }

            The first candidate of a question is the reference. It is trained once; with freshSeeds the others are trained \
            with new seeds every night. Each candidate's losses at the largest rung are compared with those of all nights \
            before: a candidate became worse where they rose by more than seed noise explains. falseAlarmsPerMonth (default \
            0.05) is the probability that thirty nights without any change raise an alarm. Where the losses fell, the night \
            announces an improvement by the same rule, with a rate of false ones that is as large; it changes no exit status. \
            Once a change was meant, "since": "2026-11-28" in the question lets earlier nights not count.

            Other keys of a question: dataset, budget, trainsTarget. Other keys of the file: store, output (the folder of \
            summaries, default nights), launcher, failOn (regression, worseThanReference, unresolved, crossoverRisk; \
            default regression).

            Every night leaves summary.md, junit.xml and results.json in OUTPUT/DATE. The same night asked again trains nothing \
            and changes nothing; an interrupted one goes on. One night of a job runs at a time; a second command waits.

            Exit status: 0 done, 1 failed, 3 an outcome of failOn was met, 64 wrong usage, 75 interrupted.
            """)

    @Argument(help: "The file with the questions.", completion: .file(extensions: ["json", "json5"])) var file: String
    @Option(help: ArgumentHelp("The day that the night belongs to; default: today.", valueName: "yyyy-mm-dd"))
    var date: String?
    @Option(help: "Runs trained at once; default: one per core.") var workers: Int?
    @Option(help: "Append the summary to this Markdown file, too, such as $GITHUB_STEP_SUMMARY.") var summary: String?
    @Flag(name: .shortAndLong, help: "Print nothing but errors.") var quiet = false
    @Flag(help: "Print what the night would train and what that costs, and stop.") var dryRun = false

    func validate() throws {
        if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers takes 1 to 1024.") }
    }

    func run() async throws {
        let file = try NightlyFile.open(file)
        let date = try date.map { try NightDate.checked($0, "--date") } ?? NightDate.today
        let session = NightlySession(
            file, date: date, workers: workers, program: Bundle.main.executablePath,
            progress: TerminalProgress(isQuiet: quiet), stop: StopRequest.listenToSignals())
        if dryRun { return try show(try session.dryRun(), file, date) }
        let answers: [NightlySession.Answer]
        do {
            answers = try await session.run()
        } catch let interrupted as ComparisonInterrupted {
            try PendingText.report(interrupted, json: nil)
            throw ExitCode(StopRequest.exitStatus)
        }
        let report = try report(file, date, answers)
        try write(report, answers, to: "\(file.output)/\(date)")
        if let summary { try append(report.markdown, to: summary) }
        if !quiet { try StandardOutput.write(Data(report.text.utf8)) }
        try end(file, answers)
    }

    /// - Throws: the first error of a question.
    private func show(_ plans: [NightlySession.Plan], _ file: NightlyFile, _ date: String) throws {
        try StandardOutput.write(Data(NightDryRunText.render(plans, job: file.name, date: date).utf8))
        for case .failing(let error) in plans.map(\.content) { throw error }
    }

    private func report(_ file: NightlyFile, _ date: String, _ answers: [NightlySession.Answer]) throws -> NightReport {
        let past = try RunStore(root: file.store).history().records
        return NightReport(
            job: file.name, date: date,
            entries: answers.map { answer in
                let previous = past.last {
                    $0.suite.name == answer.suite && $0.night?.job == file.name && $0.night?.date ?? date < date
                }
                return NightReport.Entry(
                    suite: answer.suite, record: answer.record, previous: previous, error: answer.error)
            })
    }

    private struct Document: Encodable {
        var schemaVersion = 1
        var records: [HistoryRecord]
    }

    private func write(_ report: NightReport, _ answers: [NightlySession.Answer], to folder: String) throws {
        try AtomicFile.makeFolder(folder)
        try AtomicFile.write(Data(report.markdown.utf8), to: "\(folder)/summary.md")
        try AtomicFile.write(Data(report.jUnit.utf8), to: "\(folder)/junit.xml")
        let document = Document(records: answers.compactMap(\.record))
        try AtomicFile.write(try JSONDocument.pretty(document), to: "\(folder)/results.json")
        if !quiet { LiveLine.print("Summary: \(SafeText.line("\(folder)/summary.md", limit: 1000))") }
    }

    private func append(_ text: String, to path: String) throws {
        let log = try LineLog(path, content: "the summary", hint: "the summary is also in the output folder")
        try log.append(Data(text.utf8))
    }

    /// - Throws: the first error of a question, else `ExitCode(3)` where an outcome was met.
    private func end(_ file: NightlyFile, _ answers: [NightlySession.Answer]) throws {
        if let error = answers.compactMap(\.error).first { throw error }
        let isMet = answers.compactMap(\.record).contains { record in file.failsOn.contains { $0.isMet(record) } }
        if isMet { throw ExitCode(OutputOptions.conditionMet) }
    }
}
