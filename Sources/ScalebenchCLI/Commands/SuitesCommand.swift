// `scalebench suites`: the questions that can be asked.

import ArgumentParser
import Benchmarking
import Foundation
import Reporting
import ScalebenchCore

struct SuitesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suites", abstract: "List the suites, or show one.",
        discussion: """
            A suite is a folder with a suite.json (question, data set, rungs, target, seeds, thresholds) and candidates.
            They are found in $SCALEBENCH_SUITES, in the nearest Suites/ folder upwards, and in the binary itself.
            """,
        subcommands: [List.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every suite that can be found.")

        func run() throws {
            var table = TextTable(header: ["suite", "version", "rungs", "target", "candidates"])
            let (suites, errors) = SuiteLocator.survey()
            for located in suites {
                let suite = located.suite
                table.add([
                    located.name, String(suite.version), suite.rungs.map { String($0.width) }.joined(separator: " "),
                    String(suite.target.width), located.candidateNames.joined(separator: ", "),
                ])
            }
            print(table.text)
            for located in suites {
                print("\n\(located.name): \(SafeText.line(located.suite.question, limit: 200))")
            }
            for error in errors { LiveLine.print("warning: left out: \(error)") }
        }
    }
}
