// The external trainers that are shipped, against the built-in one. Skipped where Python lacks what they need.

import Foundation
import Testing

struct ShippedTrainerTests {
    private static let suites = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Suites")

    private static func pythonHas(_ modules: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import \(modules)"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Events of the only run with this width and trainer.
    private func events(_ scratch: Scratch, width: Int, trainer: String) throws -> [[String: Any]] {
        for job in scratch.files(under: ".scalebench/runs") where job.hasSuffix("job.json") {
            let file = scratch.url.appendingPathComponent(".scalebench/runs/\(job)")
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains("\"width\" : \(width),") || text.contains("\"width\" : \(width)\n"),
                text.contains("\"type\" : \"\(trainer)\"")
            else { continue }
            let events = try String(
                contentsOf: file.deletingLastPathComponent().appendingPathComponent("events.jsonl"), encoding: .utf8)
            return try events.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
        Issue.record("no run of width \(width) by \(trainer)")
        return []
    }

    /// Twenty steps at each of three widths: same initial weights, same batches, same losses.
    @Test(.enabled(if: pythonHas("numpy, torch")))
    func thePyTorchTrainerRepeatsTheBuiltInOneStepByStep() throws {
        let scratch = try Scratch()
        try scratch.buildText(bytes: 600_000)
        let rung = { (width: Int) in #"{ "width": \#(width), "layers": 2, "tokens": 20480 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "./text", "contextLength": 64,
              "rungs": [\(rung(16)), \(rung(32))], "target": \(rung(48)),
              "evaluation": { "sequences": 32, "curvePoints": 2, "curveSequences": 8 } }
            """, to: "short/suite.json")
        let candidates = ["builtin-rate-0.01", "rate-0.01"].map {
            Self.suites.appendingPathComponent("pytorch/candidates/\($0).json").path
        }
        let result = try Tool.run(["compare"] + candidates + ["--suite", "./short"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        for width in [16, 32, 48] {
            let ours = try events(scratch, width: width, trainer: "builtin")
            let theirs = try events(scratch, width: width, trainer: "command")
            for (name, count) in [("step", 20), ("evaluation", 2)] {
                let pick = { (events: [[String: Any]]) in
                    events.filter { $0["event"] as? String == name }.compactMap { $0["natsPerToken"] as? Double }
                }
                let ours = pick(ours), theirs = pick(theirs)
                #expect(ours.count == count && theirs.count == count)
                let worst = zip(ours, theirs).map { abs($0 / $1 - 1) }.max() ?? 1
                #expect(worst < 2e-6, "\(name)s at width \(width): \(worst)")
            }
        }
    }

    @Test(.enabled(if: pythonHas("json"))) func logsBecomeAVerdict() throws {
        let scratch = try Scratch()
        // Their data set is not needed to read logs; a small one with enough validation tokens stands for it.
        try scratch.buildText(bytes: 600_000)
        try FileManager.default.copyItem(
            at: Self.suites.appendingPathComponent("logs"), to: scratch.url.appendingPathComponent("logs"))
        let arguments = ["compare", "--suite", "./logs", "--dataset", "./text", "--json", "-"]
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains(#""verdict" : "aBetter""#))
        let events = try events(scratch, width: 64, trainer: "command")
        #expect(events.filter { $0["event"] as? String == "step" }.count == 64)
        // A log that ends early is not the run that was ordered.
        let log = scratch.url.appendingPathComponent("logs/logs/rate-0.01/width-16-seed-0.log")
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
        try Data(lines.prefix(40).joined(separator: "\n").utf8).write(to: log)
        let short = try Tool.run(arguments, in: scratch.url)
        #expect(short.status == 1)
        #expect(short.errors.contains("64 steps (65536 tokens) were ordered"), "\(short.errors)")
    }
}
