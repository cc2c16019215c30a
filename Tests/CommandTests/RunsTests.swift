// `runs`: trained and imported runs, from the store to tables that `compare --runs` reads.

import Foundation
import Testing

struct RunsTests {
    private func trained() throws -> Scratch {
        let scratch = try Scratch()
        let result = try Tool.run(
            [
                "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)),
                "--suite", try scratch.syntheticSuite(), "--quiet", "--all-rungs",
            ], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        return scratch
    }

    private func run(_ scratch: Scratch, _ arguments: [String], status: Int32 = 0) throws -> ToolResult {
        let result = try Tool.run(["runs"] + arguments, in: scratch.url)
        #expect(result.status == status, "\(arguments): \(result.errors)")
        return result
    }

    private func list(_ scratch: Scratch, _ options: [String] = []) throws -> [[String: Any]] {
        let text = try run(scratch, ["list", "--json"] + options).output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        return try #require(document["runs"] as? [[String: Any]])
    }

    @Test func listFiltersAndShowFindsByPrefix() throws {
        let scratch = try trained()
        #expect(try list(scratch).count == 24)
        let own = try list(scratch, ["--candidate", "b", "--suite", "planted", "--status", "completed"])
        #expect(own.count == 12)
        let id = try #require(own.first?["id"] as? String)
        let shown = try run(scratch, ["show", String(id.prefix(6))])
        #expect(shown.output.hasPrefix("run \(id)   completed"))
        for part in ["candidate    b", "evaluations", "provenance", "learning rate 0.01"] {
            #expect(shown.output.contains(part), "\(shown.output)")
        }
        let ascii = try run(scratch, ["show", id, "--ascii"]).output
        #expect(ascii.utf8.count < shown.output.utf8.count && ascii.contains("*"))
        #expect(try run(scratch, ["list", "--limit", "3"]).output.contains("21 more"))
        #expect(try run(scratch, ["list", "--candidate", "bb"], status: 1).errors.contains("did you mean \"b\"?"))
        #expect(try run(scratch, ["show", "zzz"], status: 1).errors.contains("no run \"zzz\""))
        #expect(try run(scratch, ["show", ""], status: 1).errors.contains("no run"))
    }

    @Test func exportedTableGivesTheSameVerdictAsTheStore() throws {
        let scratch = try trained()
        _ = try run(scratch, ["export", "--table", "--out", "results.csv"])
        let table = try Tool.run(
            ["compare", "a", "b", "--runs", "results.csv", "--target-scale", "5.15e12", "--json", "-"], in: scratch.url)
        #expect(table.status == 0, "\(table.errors)")
        let direct = try Tool.run(
            ["compare", "a.json", "b.json", "--suite", "./planted", "--json", "-"], in: scratch.url)
        let losses = { (text: String) throws -> [[Double]] in
            let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let rungs = try #require(document["ladder"] as? [[String: Any]])
            return rungs.flatMap {
                ($0["candidates"] as? [[String: Any]] ?? []).map { ($0["losses"] as! [Double]).sorted() }
            }
        }
        #expect(try losses(table.output) == losses(direct.output))
    }

    /// A run that diverged has losses on its way, but no result.
    @Test func runsWithoutAResultAreLeftOutOfTheTable() throws {
        let scratch = try Scratch()
        let compared = try Tool.run(
            [
                "compare", try scratch.synthetic("a", .init()),
                try scratch.synthetic("cliff", .init(divergesFromWidth: 256), learningRate: 0.02), "--suite",
                try scratch.syntheticSuite(), "--quiet",
            ], in: scratch.url)
        #expect(compared.status == 0, "\(compared.errors)")
        let table = try run(scratch, ["export", "--table"])
        #expect(table.output.split(separator: "\n").count == 1 + 12 + 11)
        #expect(table.errors.contains("left out: 1 run diverged"), "\(table.errors)")
    }

    @Test func eventsAreExportedAsTheyCount() throws {
        let scratch = try trained()
        let id = try #require(try list(scratch).first?["id"] as? String)
        let csv = try run(scratch, ["export", "--csv", id]).output.split(separator: "\n")
        #expect(csv.first?.hasPrefix("run,event,step,tokens,loss") == true)
        #expect(csv.count { $0.contains(",evaluation,") } == 4)
        #expect(csv.last?.hasSuffix(",completed") == true)
        let lines = try run(scratch, ["export", "--jsonl", id]).output.split(separator: "\n")
        #expect(lines.count == csv.count - 1)
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["run"] as? String == id)
        }
    }

    /// One chart with two recipes at three scales with two seeds, and at the target with one seed.
    @Test func fromAChartToAVerdict() throws {
        let scratch = try Scratch()
        let names = ["muon", "adam"].flatMap { recipe in (0..<7).map { "\(recipe)-\($0)" } }
        let loss = { (name: String) -> Double in
            let index = Int(name.suffix(1))!
            return (name.hasPrefix("muon") ? 4.0 : 4.2) - 0.3 * Double(index / 2) + 0.001 * Double(index % 2)
        }
        var chart =
            "\"Step\""
            + names.map { ",\"\($0) - val/loss\",\"\($0) - val/loss__MIN\",\"\($0) - val/loss__MAX\"" }.joined()
        for (step, offset) in [(0, 6.0), (500, 0.5), (1000, 0)] {
            chart += "\n\(step)" + names.map { ",\(loss($0) + offset),0,0" }.joined()
        }
        try scratch.write(chart + "\n", to: "chart.csv")
        #expect(try run(scratch, ["import", "chart.csv"], status: 1).errors.contains("--write-labels"))
        _ = try run(scratch, ["import", "chart.csv", "--write-labels", "labels.csv"])
        let template = try String(contentsOf: scratch.url.appendingPathComponent("labels.csv"), encoding: .utf8)
        #expect(template.hasPrefix("run,candidate,seed,parameters,tokens,flops\nmuon-0,,,,,\n"))
        #expect(
            try run(scratch, ["import", "chart.csv", "--labels", "labels.csv"], status: 1).errors.contains(
                "labels.csv:2: candidate is empty"))
        #expect(scratch.files(under: ".scalebench").isEmpty, "nothing is kept of a bad import")
        let rows = names.map { "\($0),\($0.prefix(4)),,\(pow(10, 7 + Double(Int($0.suffix(1))! / 2)))" }
        try scratch.write("run,candidate,seed,parameters\n" + rows.joined(separator: "\n") + "\n", to: "labels.csv")
        let imported = try run(scratch, ["import", "chart.csv", "--labels", "labels.csv"])
        #expect(imported.output.contains("4.0000 nats/token"))
        #expect(try run(scratch, ["import", "chart.csv", "--labels", "labels.csv"]).output.contains("already there"))
        _ = try run(scratch, ["export", "--table", "--out", "results.csv"])
        let verdict = try Tool.run(
            ["compare", "muon", "adam", "--runs", "results.csv", "--target-scale", "1e10"], in: scratch.url)
        #expect(
            verdict.status == 0 && verdict.output.contains("VERDICT  muon wins"), "\(verdict.output)\(verdict.errors)")
        #expect(try list(scratch, ["--status", "imported"]).count == 14)
    }

    @Test func importedRunsAreNeverTakenForTrainedOnes() throws {
        let scratch = try trained()
        let before = try Tool.run(["leaderboard", "--format", "csv"], in: scratch.url).output
        try scratch.write("s:0 tel:9\ns:100 tel:0.001\ns:200 tel:NaN\n", to: "main.log")
        let options = ["import", "main.log", "--candidate", "a", "--seed", "0", "--tokens-per-step", "512"]
        let first = try run(scratch, options)
        #expect(first.output.contains("not finite"))
        #expect(try Tool.run(["leaderboard", "--format", "csv"], in: scratch.url).output == before)
        let again = try Tool.run(["compare", "a.json", "b.json", "--suite", "./planted", "--dry-run"], in: scratch.url)
        #expect(again.output.contains("0 of 24 runs to do"), "\(again.output)")
        // Other labels replace the old ones; there is still one run.
        #expect(try run(scratch, options.map { $0 == "a" ? "gpt2" : $0 }).output.contains("labels changed"))
        let imported = try list(scratch, ["--status", "imported"])
        #expect(imported.count == 1)
        let id = try #require(imported.first?["id"] as? String)
        #expect(id.hasPrefix("imported-"))
        #expect(try run(scratch, ["show", String(id.dropFirst(9).prefix(6))]).output.contains("llm.c"))
        #expect(try run(scratch, ["export", id]).output.contains(",evaluation,100,51200,0.001,natsPerToken"))
        #expect(
            try run(scratch, ["export", "--table", "--candidate", "gpt2"]).errors.contains(
                "without a candidate or a finite loss"))
    }

    @Test func importMistakesAreNamed() throws {
        let scratch = try Scratch()
        try scratch.write("_step,eval/loss,eval/c4/loss,train/loss\n1,2,3,4\n", to: "history.csv")
        try scratch.write("no log\n", to: "text.txt")
        let cases: [([String], Int32, String)] = [
            (["nowhere.csv", "--candidate", "a"], 1, "no such file"),
            (["text.txt", "--candidate", "a"], 1, "no known format"),
            (["history.csv", "--candidate", "a"], 1, "several validation losses"),
            (["history.csv", "--candidate", "a", "--metric", "eval/c4/los"], 1, "did you mean \"eval/c4/loss\"?"),
            (["history.csv", "--candidate", "a", "--run", "x", "--metric", "eval/loss"], 1, "no run \"x\""),
            (["history.csv", "--candidate", "a", "--labels", "l.csv"], 64, "leave out the options"),
            (["history.csv", "--candidate", "a", "--parameters", "0"], 64, "--parameters takes a positive number"),
            (["history.csv", "--metric", "eval/loss"], 1, "say whose runs these are"),
        ]
        for (arguments, status, message) in cases {
            let result = try run(scratch, ["import"] + arguments, status: status)
            #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.url.appendingPathComponent(".scalebench").path))
        #expect(try run(scratch, ["list"], status: 1).errors.contains("there is no store here"))
    }
}
