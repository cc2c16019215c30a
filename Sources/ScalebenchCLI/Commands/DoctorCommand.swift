// `scalebench doctor`: is this machine ready, and does a trainer keep to the contract? The work is in Doctor/.

import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say whether comparisons will work here, and how fast.",
        discussion: """
            It looks at processor, BLAS (with a short measurement), libraries, suites, data sets, baselines, store and \
            disk, and says what to type where something is missing. It changes nothing.

            With --trainer it tries the program that trains a candidate instead: a short run to its end, and the same \
            run stopped, killed and resumed. It says what the program does not do as it should, and what to change. The \
            runs lie in a temporary folder, which is kept where something is broken.

            Examples:
              scalebench doctor
              scalebench doctor --store /data/runs --json
              scalebench doctor --trainer my-recipe.json --suite ./my-suite

            Exit status: 0 unless something essential is broken, then 1.
            """)

    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot
    @Option(help: "Candidate whose own trainer is tried: a file, or a name in the suite.", completion: .file())
    var trainer: String?
    @Option(help: "Suite whose smallest rung the trainer is tried on: a name, or a folder.") var suite: String?
    @Flag(help: "Write JSON (HealthReport) instead of text.") var json = false

    func validate() throws {
        if suite != nil, trainer == nil { throw ValidationError("--suite goes with --trainer FILE.") }
    }

    func run() async throws {
        let report: HealthReport, work: String
        if let trainer {
            report = try await TrainerExamination(candidate: trainer, suite: suite).examine()
            work = "comparisons with this trainer"
        } else {
            report = Doctor(storePath: store).examine()
            work = "comparisons"
        }
        try StandardOutput.write(json ? try report.json() : Data(report.text(of: work).utf8))
        if report.isBroken { throw ExitCode.failure }
    }
}
