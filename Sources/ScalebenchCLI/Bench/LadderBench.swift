// `scalebench bench ladder`: which share of the cores' time a whole ladder spends on training and evaluation. What is left
// is start-up, data, checkpoints, scheduling, and cores that wait for the last runs.

import ArgumentParser
import Benchmarking
import Foundation
import ScalebenchCore

struct BenchLadderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ladder", abstract: "Measure which share of the cores' time whole ladders spend on training.",
        discussion: """
            The built-in suite's ladder and a set of small runs of one width are trained in a fresh store, which is removed \
            afterwards. The time that their FLOPs take at the rate of the same runs' steps, divided by the time that passed \
            on all cores, is the ladder's share.

            Examples:
              scalebench bench ladder
              scalebench bench ladder --suite optimizers --json
            """)

    @Option(help: "Measure the ladder of this suite alone.") var suite: String?
    @Option(help: "Small runs of the second ladder.") var runs = 40
    @Option(help: "Their width.") var width = 32
    @Option(help: "Runs trained at once; default: one per core.") var workers = ProcessInfo.processInfo
        .activeProcessorCount
    @Flag(help: "One JSON line per ladder instead of a table.") var json = false

    func validate() throws {
        guard (4...10_000).contains(runs) else { throw ValidationError("--runs must be from 4 to 10000.") }
        guard (4...4096).contains(width), width % 4 == 0 else {
            throw ValidationError("--width must be a multiple of 4, up to 4096.")
        }
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be from 1 to 1024.") }
    }

    func run() async throws {
        let scratch = NSTemporaryDirectory() + "/scalebench-ladder-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var rows: [LadderRow] = []
        let suites =
            try suite.map { [$0] } ?? [EmbeddedFiles.defaultSuite, smallRuns(in: scratch)]
        for (index, suite) in suites.enumerated() {
            var request = ComparisonRequest()
            request.suite = suite
            request.store = "\(scratch)/store-\(index)"
            request.workers = workers
            request.usesBaselines = false
            request.trainsTarget = false
            request.trainsAllRungs = true
            let row = try await LadderRow.measure(request)
            rows.append(row)
            if json { try StandardOutput.write(try JSONDocument.line(row)) }
        }
        if !json { try StandardOutput.write(Data(LadderRow.table(rows).utf8)) }
    }

    /// The folder of a suite whose rungs have one width and two lengths; two recipes have half of the runs each.
    private func smallRuns(in scratch: String) throws -> String {
        let folder = "\(scratch)/runs-of-width-\(width)"
        try FileManager.default.createDirectory(atPath: folder + "/candidates", withIntermediateDirectories: true)
        let tokens = 262_144, seeds = (runs + 1) / 2, short = max(1, seeds / 2)
        let suite = """
            { "name": "runs-of-width-\(width)", "version": 1, "question": "How long do small runs take?",
              "dataset": "known-entropy", "contextLength": 64,
              "rungs": [{ "width": \(width), "layers": 2, "tokens": \(tokens / 2), "seeds": \(short) },
                        { "width": \(width), "layers": 2, "tokens": \(tokens), "seeds": \(max(1, seeds - short)) }],
              "target": { "width": \(2 * width), "layers": 2, "tokens": \(2 * tokens) },
              "evaluation": { "sequences": 1024, "curvePoints": 20, "curveSequences": 64 },
              "candidates": ["slow", "fast"] }
            """
        try Data(suite.utf8).write(to: URL(fileURLWithPath: folder + "/suite.json"))
        for (name, rate) in [("slow", 0.002), ("fast", 0.004)] {
            let candidate = """
                { "name": "\(name)", "model": { "heads": 2 }, "batchTokens": 1024,
                  "optimizer": { "type": "adamW", "learningRate": \(rate) } }
                """
            try Data(candidate.utf8).write(to: URL(fileURLWithPath: "\(folder)/candidates/\(name).json"))
        }
        return folder
    }
}
