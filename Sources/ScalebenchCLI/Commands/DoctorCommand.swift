// `scalebench doctor`: is this machine ready? The work is Doctor.

import ArgumentParser
import Foundation
import Reporting
import RunStore
import ScalebenchCore

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say whether comparisons will work here, and how fast.",
        discussion: """
            It looks at processor, BLAS (with a short measurement), libraries, suites, data sets, baselines, store and \
            disk, and says what to type where something is missing. It changes nothing.

            Examples:
              scalebench doctor
              scalebench doctor --store /data/runs --json

            Exit status: 0 unless something essential is broken, then 1.
            """)

    @Option(help: "Folder that keeps every run.", completion: .directory) var store: String = RunStore.defaultRoot
    @Flag(help: "Write JSON (HealthReport) instead of text.") var json = false

    func run() throws {
        let report = Doctor(storePath: store).examine()
        try StandardOutput.write(json ? try report.json() : Data(report.text().utf8))
        if report.isBroken { throw ExitCode.failure }
    }
}
