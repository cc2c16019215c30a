// `runs import`: from a folder of logs to a verdict, and what is said of the logs that cannot be taken.

import Foundation
import Testing

struct ImportTests {
    /// Logs that trackers wrote themselves; they are a ladder of two recipes, three sizes and two seeds.
    private static let exports = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("RunStoreTests/Fixtures/exports").path

    private func run(_ scratch: Scratch, _ arguments: [String], status: Int32 = 0) throws -> ToolResult {
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == status, "\(arguments): \(result.output)\(result.errors)")
        return result
    }

    private func copy(_ name: String, to scratch: Scratch) throws {
        try FileManager.default.copyItem(
            atPath: "\(Self.exports)/\(name)", toPath: scratch.url.appendingPathComponent(name).path)
    }

    private func verdict(_ scratch: Scratch, _ logs: String, _ options: [String] = []) throws {
        let imported = try run(scratch, ["runs", "import", logs] + options)
        #expect(
            imported.output.contains("imported") && imported.output.contains("\n  candidate: "), "\(imported.output)")
        let again = try run(scratch, ["runs", "import", logs] + options)
        #expect(again.output.contains("already there") && !again.output.contains("labels changed"))
        let table = try run(scratch, ["runs", "export", "--table", "--out", "results.csv"])
        #expect(table.errors.isEmpty)
        let compared = try run(
            scratch, ["compare", "muon", "adamw", "--runs", "results.csv", "--target-scale", "3e7"])
        #expect(compared.output.contains("VERDICT  muon wins"), "\(compared.output)")
    }

    @Test func tensorBoard() throws {
        let scratch = try Scratch()
        try copy("tensorboard", to: scratch)
        try verdict(scratch, "tensorboard")
    }

    @Test func mlflow() throws {
        let scratch = try Scratch()
        try copy("mlflow.db.gz", to: scratch)
        let gunzip = try Process.run(
            URL(fileURLWithPath: "/bin/gzip"),
            arguments: ["-d", scratch.url.appendingPathComponent("mlflow.db.gz").path])
        gunzip.waitUntilExit()
        try verdict(scratch, "mlflow.db")
    }

    @Test func tableOfRuns() throws {
        let scratch = try Scratch()
        try copy("wandb-runs.csv", to: scratch)
        try verdict(scratch, ".")
    }

    @Test func logsOfNanoGPTByTheirNames() throws {
        let scratch = try Scratch()
        for recipe in ["muon", "adamw"] {
            for (index, size) in ["0.3M", "1M", "3M", "10M"].enumerated() {
                let loss = { (step: Int) in 6 - 0.4 * Double(index) + (recipe == "muon" ? 0 : 0.2) - 0.01 * Double(step)
                }
                let lines = [0, 50, 100].map { "step \($0): train loss 1.0, val loss \(loss($0))\n" }.joined()
                try scratch.write(
                    "tokens per iteration will be: 1,024\n" + lines, to: "logs/\(recipe)-\(size)-s0/out.log")
            }
        }
        try verdict(scratch, "logs", ["--name-pattern", "{candidate}-{params}-s{seed}"])
        let table = try String(contentsOf: scratch.url.appendingPathComponent("results.csv"), encoding: .utf8)
        #expect(table.contains("imported,muon,10000000,102400,,0,3.8,natsPerToken,"))
    }

    @Test func manyRunsAreCountedAndFailuresNamed() throws {
        let scratch = try Scratch()
        for index in 0..<25 {
            try scratch.write("s:0 tel:9\ns:100 tel:\(3 + 0.01 * Double(index))\n", to: "logs/a-1M-s\(index).log")
        }
        try scratch.write("step,val_loss\nx,1\n", to: "logs/bad.csv")
        try scratch.write("s:1 tel:3\n", to: "logs/odd.log")
        let result = try run(
            scratch, ["runs", "import", "logs", "--name-pattern", "{candidate}-{params}-s{seed}"], status: 1)
        #expect(result.output.contains("and 5 more: 5 imported"), "\(result.output)")
        #expect(result.output.split(separator: "\n").count < 30)
        #expect(result.errors.contains("2 logs could not be imported"), "\(result.errors)")
        #expect(
            result.errors.contains("logs/bad.csv:2: step \"x\"")
                && result.errors.contains("logs/odd.log: no part of this name"))
        #expect(try run(scratch, ["runs", "list"]).output.contains("imported"))
    }

    /// A log that is imported every night while its run goes on is one run.
    @Test func aLogThatGrowsIsOneRun() throws {
        let scratch = try Scratch()
        let options = ["runs", "import", "logs", "--candidate", "a", "--parameters", "1M"]
        try scratch.write("s:0 tel:9\ns:100 tel:5\n", to: "logs/main.log")
        #expect(try run(scratch, options).output.contains("imported "))
        try scratch.write("s:0 tel:9\ns:100 tel:5\ns:200 tel:4\n", to: "logs/main.log")
        #expect(try run(scratch, options).output.contains("continued"))
        let table = try run(scratch, ["runs", "export", "--table"]).output.split(separator: "\n")
        #expect(table.count == 2 && table[1].contains(",0,4,"), "\(table)")
        // Another run with the same name of its log is another run.
        try scratch.write("s:0 tel:9\ns:100 tel:6\n", to: "logs/main.log")
        #expect(try run(scratch, options).output.contains("imported "))
        #expect(try run(scratch, ["runs", "export", "--table"]).output.split(separator: "\n").count == 3)
    }

    @Test func standardInputIsALog() throws {
        let scratch = try Scratch()
        let log = try scratch.write("s:0 tel:9\ns:100 tel:5\n", to: "main.log")
        let result = try Tool.run(["runs", "import", "-", "--candidate", "a"], in: scratch.url, input: log)
        #expect(result.status == 0 && result.output.contains("5.0000 nats/token"), "\(result.errors)")
    }
}
