// Baselines as a user meets them: runs that are not trained again, boards, updates and checks.

import Foundation
import Testing

extension Scratch {
    /// The tool, which finds the baselines in the scratch folder.
    @discardableResult fileprivate func tool(
        _ arguments: [String], status: Int32 = 0, environment: [String: String] = [:]
    ) throws -> ToolResult {
        let result = try Tool.run(arguments, in: url, environment: environment)
        #expect(result.status == status, "\(arguments): \(result.output)\(result.errors)")
        return result
    }

    /// The baselines in the JSON that the tool writes.
    fileprivate func rows(_ arguments: [String], status: Int32 = 0) throws -> [[String: Any]] {
        let text = try tool(arguments, status: status).output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["schemaVersion"] as? Int == 1)
        return try #require(document["baselines"] as? [[String: Any]])
    }

    /// The number of runs that were started in a store.
    fileprivate func runs(in store: String) -> Int {
        files(under: "\(store)/runs").count { $0.hasSuffix("events.jsonl") }
    }

    /// A suite with a baseline of its candidate `base`, and a new candidate. 12 runs are trained of each.
    fileprivate func withBaseline() throws -> (suite: String, base: String, new: String) {
        let suite = try syntheticSuite()
        let base = try synthetic("base", .init()), new = try synthetic("new", .init(amplitude: 0.9))
        try tool(["compare", base, new, "--suite", suite, "--all-rungs", "--quiet", "--store", "first"])
        try tool(["baselines", "update", suite, base, "--store", "first"])
        return (suite, base, new)
    }
}

struct BaselineCommandTests {
    private func finding(_ result: ToolResult) throws -> String? {
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let pairs = try #require(document?["pairs"] as? [[String: Any]])
        let all = pairs.flatMap { $0["findings"] as? [[String: Any]] ?? [] }
        return all.first { $0["code"] as? String == "fromBaseline" }?["message"] as? String
    }

    @Test func onlyWhatIsNewIsTrained() throws {
        let scratch = try Scratch()
        let (suite, base, new) = try scratch.withBaseline()
        let arguments = ["compare", base, new, "--suite", suite, "--all-rungs", "--json", "-"]
        let dry = try scratch.tool(Array(arguments.dropLast(2)) + ["--dry-run", "--store", "second"])
        #expect(dry.output.contains("12 of 24 runs to do"), "\(dry.output)")
        let second = try scratch.tool(arguments + ["--store", "second"])
        #expect(scratch.runs(in: "second") == 12)
        #expect(try finding(second)?.contains("12 runs of base; made on this machine") == true)
        // The numbers are those of a comparison that trained everything.
        let first = try scratch.tool(arguments + ["--store", "first"])
        #expect(try finding(first) == nil)
        for key in ["probabilityABetter", "meanLoss"] {
            let lines = [first, second].map { $0.output.split(separator: "\n").filter { $0.contains("\"\(key)\"") } }
            #expect(lines[0] == lines[1] && !lines[0].isEmpty)
        }
        let third = try scratch.tool(arguments + ["--store", "third", "--no-baselines"])
        #expect(try finding(third) == nil && scratch.runs(in: "third") == 24)
    }

    /// The bare command shows how a comparison is trained.
    @Test func aSuiteOrACandidateMustBeNamed() throws {
        let scratch = try Scratch()
        let names = ["constant", "inverse-width"]
        let dry = ["compare", "--dry-run"]
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../baselines")
        let environment = ["SCALEBENCH_BASELINES": root.standardized.path]
        #expect(try scratch.tool(dry, environment: environment).output.contains("32 of 32 runs to do"))
        for options in [names, ["--suite", "lr-rule"]] {
            #expect(try scratch.tool(dry + options, environment: environment).output.contains("0 of 32 runs to do"))
        }
        #expect(
            try scratch.tool(dry + names + ["--no-baselines"], environment: environment).output.contains("32 of 32"))
    }

    @Test func updatesAreWholeAndIdempotent() throws {
        let scratch = try Scratch()
        let (suite, base, new) = try scratch.withBaseline()
        let update = ["baselines", "update", suite, base, "--store", "first"]
        #expect(try scratch.tool(update).output.contains("base: unchanged, 12 runs"))
        #expect(try scratch.tool(update.dropLast(2) + [new, "--store", "first"]).output.contains("new: added"))
        let list = try scratch.tool(["baselines", "list"]).output
        #expect(list.contains("planted v1") && list.contains("base") && list.contains("2 baselines, "))
        let rows = try scratch.rows(["baselines", "list", "--json"])
        #expect(rows.map { $0["candidate"] as? String } == ["base", "new"])
        #expect(rows.allSatisfy { $0["suite"] as? String == "planted" && $0["runs"] as? Int == 12 })
        #expect(rows.allSatisfy { ($0["bytes"] as? Int ?? 0) > 0 && ($0["machines"] as? [Any])?.count == 1 })
        #expect(try scratch.rows(["baselines", "list", "--suite", "elsewhere", "--json"]).isEmpty)
        // A store that lacks runs: the error says which command trains them, and nothing is written.
        let other = try scratch.synthetic("other", .init(amplitude: 1.1))
        try scratch.tool(["compare", base, other, "--suite", suite, "--quiet", "--predict-only", "--store", "first"])
        let refused = try scratch.tool(update.dropLast(2) + [other, "--store", "first"], status: 1)
        #expect(refused.errors.contains("of other: width"), "\(refused.errors)")
        #expect(refused.errors.contains("--suite \(suite) --all-rungs --no-baselines --store first"))
        #expect(!scratch.files(under: "baselines").contains { $0.contains("other") })
        #expect(try scratch.tool(["baselines", "list", "--suite", "elsewhere"]).output.contains("No baselines"))
    }

    @Test func damagedFilesStopWithOneError() throws {
        let scratch = try Scratch()
        let (suite, base, new) = try scratch.withBaseline()
        let compare = ["compare", base, new, "--suite", suite, "--quiet", "--store", "second"]
        for file in ["runs.jsonl.zst", "candidate.json"] {
            try scratch.write("{", to: "baselines/planted/base/\(file)")
            let stopped = try scratch.tool(compare, status: 1)
            #expect(stopped.errors.contains("planted/base/\(file): not a baseline"), "\(stopped.errors)")
            #expect(stopped.errors.contains("--no-baselines"))
            #expect(scratch.runs(in: "second") == 0)
            #expect(try scratch.tool(["baselines", "check"], status: 1).errors.contains(file))
            let examined = try scratch.tool(["doctor"]).output
            #expect(examined.contains("1 of ") && examined.contains("1 not readable"), "\(examined)")
            #expect(examined.contains("planted/base/\(file): not a baseline"), "\(examined)")
            let board = try scratch.tool(["leaderboard", "--store", "first", "--suite", "planted"])
            #expect(
                board.output.contains("base")
                    && board.errors.contains("warning: left out") == (file == "candidate.json"))
            #expect(
                try scratch.tool(["baselines", "update", suite, base, "--store", "first"]).output.contains("replaced"))
        }
        #expect(try scratch.tool(["doctor"]).output.contains("1 of 1 suite with 12 runs, all readable"))
        try scratch.write("{", to: "baselines/planted/base/candidate.json")
        #expect(try scratch.tool(["baselines"]).errors.contains("candidate.json"))
        try scratch.tool(compare + ["--no-baselines"])
    }

    @Test func boardsShowBaselines() throws {
        let scratch = try Scratch()
        let (suite, _, new) = try scratch.withBaseline()
        let board = ["leaderboard", "--suite", "planted", "--store", "second"]
        #expect(try scratch.tool(board).output.contains("12 (baseline)"))
        #expect(try scratch.tool(["leaderboard", "--store", "second"], status: 1).errors.contains("no store here"))
        // A store's own candidates stand on the board of the baseline.
        let third = try scratch.synthetic("third", .init(amplitude: 1.1))
        try scratch.tool(["compare", new, third, "--suite", suite, "--quiet", "--all-rungs", "--store", "second"])
        let rows = try scratch.tool(["leaderboard", "--store", "second", "--format", "csv"]).output
        let fields = rows.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let column = try #require(fields.first?.firstIndex(of: "baselineRuns"))
        let name = try #require(fields.first?.firstIndex(of: "candidate"))
        let counts = Dictionary(uniqueKeysWithValues: fields.dropFirst().map { ($0[name], $0[column]) })
        #expect(counts == ["base": "12", "new": "0", "third": "0"])
    }

    /// A trainer whose numbers depend on something that no hash sees.
    @Test func aCheckHasThreeOutcomes() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let suite = try scratch.externalSuite()
        let drift = #"set -- "$(awk "BEGIN { print $1 + ${DRIFT:-0} }")""#
        let names = [("a", 2.0), ("b", 2.2)]
        for (name, amplitude) in names {
            _ = try scratch.external(name, amplitude: amplitude, fault: drift)
            for file in ["\(name).json", "\(name).sh"] {
                let text = try String(contentsOf: scratch.url.appendingPathComponent(file), encoding: .utf8)
                try scratch.write(text, to: "external/candidates/\(file)")
            }
        }
        try scratch.tool(["compare", "a", "b", "--suite", suite, "--all-rungs", "--quiet"])
        try scratch.tool(["baselines", "update", suite, "a", "b"])
        let check = ["baselines", "check", suite, "--quiet"]
        let same = try scratch.tool(check).output
        #expect(same.contains("external, a: identical to the last digit (4 runs)") && same.contains("external, b"))
        let sameRows = try scratch.rows(check + ["--json"])
        #expect(sameRows.map { $0["outcome"] as? String } == ["identical", "identical"])
        #expect(sameRows.allSatisfy { $0["runs"] as? Int == 4 && $0["meanDifference"] as? Double == 0 })
        #expect(sameRows.allSatisfy { $0["reason"] is NSNull && ($0["differences"] as? [Any])?.isEmpty == true })
        let near = try scratch.tool(check, environment: ["DRIFT": "0.001"]).output
        #expect(near.contains("within noise (4 runs): new − recorded is 0.000"), "\(near)")
        let far = try scratch.tool(check, status: 3, environment: ["DRIFT": "0.3"]).output
        #expect(far.contains("external, a: different (4 runs): new − recorded is 0.1"), "\(far)")
        #expect(scratch.files().allSatisfy { !$0.contains("scalebench-check") })
        // A changed candidate is another one, whose runs no baseline has.
        try scratch.write("# changed\n", to: "external/candidates/a.sh")
        let changed = try scratch.tool(check, status: 3).output
        #expect(changed.contains("external, a: outdated, the suite or the candidate has changed"), "\(changed)")
        let changedRows = try scratch.rows(check + ["--json"], status: 3)
        #expect(changedRows.map { $0["outcome"] as? String } == ["outdated", "identical"])
        #expect((changedRows[0]["reason"] as? String)?.contains("has changed") == true)
        #expect(changedRows[0]["noise"] is NSNull)
        try FileManager.default.removeItem(at: scratch.url.appendingPathComponent("external/candidates/a.json"))
        #expect(try scratch.tool(check).output.contains("external, a: not checked, its trainer is not here"))
        #expect(try scratch.tool(["baselines", "check", "nothing"], status: 1).errors.contains("has no baseline"))
    }

    /// A family with the built-in trainer, recorded with other kernels.
    @Test func aFamilyThatAnotherMachineTrained() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let rung = { (width: Int) in #"{ "width": \#(width), "layers": 1, "tokens": 8192, "seeds": 2 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "Which rate?", "dataset": "../text", "contextLength": 32,
              "rungs": [\(rung(8)), \(rung(16)), \(rung(24))],
              "target": { "width": 48, "layers": 1, "tokens": 8192 },
              "evaluation": { "sequences": 64, "curvePoints": 3, "curveSequences": 8 } }
            """, to: "small/suite.json")
        try scratch.write(
            """
            { "model": { "heads": 2 }, "batchTokens": 256, "optimizer": { "learningRate": {
              "sweep": { "from": 0.001, "to": 0.064, "count": 7 } } } }
            """, to: "small/candidates/rates.json")
        let elsewhere = ["SCALEBENCH_KERNELS": "baseline"]
        try scratch.tool(
            ["compare", "rates", "--suite", "./small", "--all-rungs", "--quiet", "--workers", "2"],
            environment: elsewhere)
        let trained = scratch.runs(in: ".scalebench")
        let update = try scratch.tool(["baselines", "update", "./small", "rates"])
        #expect(update.output.contains("rates: added, \(trained) runs"), "\(update.output)")
        let again = try scratch.tool(
            ["compare", "rates", "--suite", "./small", "--all-rungs", "--store", "second"], environment: elsewhere)
        #expect(scratch.runs(in: "second") == 0)
        #expect(again.output.contains("\(trained) runs of rates; made on this machine"), "\(again.output)")
        let board = try scratch.tool(["leaderboard", "--suite", "small", "--store", "third"])
        #expect(board.output.contains("rates") && board.output.contains("(baseline)"), "\(board.output)")
        let check = try scratch.tool(["baselines", "check", "./small", "--quiet"]).output
        #expect(check.contains("small, rates: ") && check.contains("(14 runs)"), "\(check)")
        let here = try scratch.tool(["compare", "rates", "--suite", "./small", "--all-rungs", "--store", "second"])
        // Where the processor has no faster kernels, nothing differs.
        let differs = check.contains("kernels: recorded with baseline, here ")
        let words = here.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains("with kernels baseline (here ") == differs, "\(here.output)")
    }
}
