// Files that people write: candidates, suites, launchers, nightly jobs, data sets, labels, and the words of arguments.

import Benchmarking
import Comparison
import Foundation
import Launching
import RunStore
import ScalebenchCore
import TokenData

extension Readers {
    private static let commands = """
        { "type": "command", "submit": ["s", "{program}", "run", "{folder}", "--submission", "{submission}"],
          "status": ["q", "{jobs}"], "cancel": ["c", "{job}"] }
        """

    static let configuration: [Reader] = [
        Reader(
            "candidate", file: "candidate.json",
            ["Suites/learning-rate/candidates", "Suites/optimizers/candidates", "Suites/lr-rule/candidates"]
        ) { file in
            let suite = try Sample.wideSuite()
            for member in try CandidateFamily.open(file).members.prefix(4) {
                for rung in suite.rungs + [suite.target] {
                    let spec = try RunSpec(
                        member.candidate, at: rung, of: suite, vocabularySize: 256, dataHash: "d", seed: 0)
                    _ = (spec.runID, spec.flops, spec.tokens)
                }
            }
        },
        Reader(
            "suite", file: "suite/suite.json",
            ["Suites/learning-rate/suite.json", "Suites/optimizers/suite.json", "Suites/lr-rule/suite.json"]
        ) { file in
            let located = try SuiteLocator.find(String(file.dropLast("/suite.json".count)))
            _ = (located.dataset, located.launcher, located.suite.contentHash)
            let candidate = try Sample.candidate(trainer: Sample.builtin), suite = located.suite
            for rung in suite.rungs + [suite.target] {
                let spec = try RunSpec(candidate, at: rung, of: suite, vocabularySize: 256, dataHash: "d", seed: 0)
                _ = (spec.runID, spec.flops, spec.tokens)
            }
        },
        Reader("launcher", file: "launcher.json", ["Suites/examples/launchers"]) { file in
            try LauncherConfig.open(file).check(rungs: ["width 8", "target"])
        },
        Reader("nightly", file: "nightly.json", ["Suites/examples/nights"]) { _ = try NightlyFile.open($0) },
        Reader(
            "manifest", file: "set/dataset.json", ["datasets/known-entropy/dataset.json"]
        ) { file in
            let folder = String(file.dropLast("/dataset.json".count))
            let manifest = try DatasetManifest.open(folder: folder)
            _ = (manifest.contentHash, try manifest.encoded())
            if manifest.generator == nil { _ = try TokenDataset.open(folder: folder) }
        },
        Reader("labels", file: "labels.csv", []) { file in
            let table = try DelimitedText(try ByteSource.readAll(file), file: file)
            _ = try ImportLabels(table, file: file).facts(of: "a")
        },
        // The first line is the pattern, the second a name.
        Reader("name-pattern") { _ in
            Reader.Prepared { data in
                let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", maxSplits: 1)
                guard lines.count == 2 else { return }
                _ = try NamePattern(String(lines[0])).facts(of: String(lines[1]))
            }
        },
        Reader("arguments") { _ in
            Reader.Prepared { data in
                let text = String(decoding: data, as: UTF8.self)
                _ = (Budget(text), ScaledNumber.parse(text), try? NightDate.checked(text, "x"))
                if let number = ScaledNumber.parse(text) {
                    _ = (Quantity.short(number), Quantity.bytes(number), Quantity.flops(number))
                }
                _ = (SafeText.line(text), SafeText.lines(text))
            }
        },
        // What a scheduler's program prints about its jobs.
        Reader("scheduler") { _ in
            let launcher = try LauncherConfig(try ConfigReader.parse(Data(commands.utf8), file: "l"))
            guard case .command(let config) = launcher.kind else { preconditionFailure("a launcher of commands") }
            let scheduler = CommandScheduler(config, program: "p")
            return Reader.Prepared { data in
                _ = try scheduler.states(String(decoding: data, as: UTF8.self), of: ["1", "12", "a"])
            }
        },
    ]
}
