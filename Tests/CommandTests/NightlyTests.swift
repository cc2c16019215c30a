// Nights end to end: what is remembered, when an alarm is raised, and what the same night asked again does.

import Foundation
import Testing

struct NightlyTests {
    /// A nightly job of two planted laws; `new` has a seed deviation of .5 % of its loss.
    private func job(_ scratch: Scratch, freshSeeds: Bool = true, name: String = "main", more: String = "") throws
        -> String
    {
        try plant(scratch, amplitude: 1)
        _ = try scratch.synthetic("base", SyntheticLaw(amplitude: 1, noise: 0.005), learningRate: 0.02)
        _ = try scratch.syntheticSuite(seeds: [2, 2, 2, 2])
        return try scratch.write(
            """
            { "name": "\(name)", "store": "store", "questions": [
                { "suite": "./planted", "candidates": ["base.json", "new.json"], "freshSeeds": \(freshSeeds)\(more) } ] }
            """, to: "\(name)-nights.json")
    }

    /// The recipe of `new`, better or worse than it was.
    private func plant(_ scratch: Scratch, amplitude: Double, divergesFromWidth: Int = 0) throws {
        _ = try scratch.synthetic(
            "new", SyntheticLaw(amplitude: amplitude, noise: 0.005, divergesFromWidth: divergesFromWidth))
    }

    private func night(_ file: String, _ day: Int, in scratch: Scratch) throws -> ToolResult {
        try Tool.run(["nightly", file, "--date", String(format: "2026-11-%02d", day)], in: scratch.url)
    }

    private func records(_ scratch: Scratch) throws -> [[String: Any]] {
        let text = try Tool.run(["history", "--json", "--store", "store"], in: scratch.url).output
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        return try #require(document["records"] as? [[String: Any]])
    }

    private func runs(_ scratch: Scratch) -> Int {
        scratch.files(under: "store/runs").count { $0.hasSuffix("/events.jsonl") }
    }

    @Test func everyNightTrainsFreshSeedsAndARegressionIsFoundWithItsNight() throws {
        let scratch = try Scratch(), file = try job(scratch)
        for day in 1...6 {
            let result = try night(file, day, in: scratch)
            #expect(result.status == 0, "\(result.output) \(result.errors)")
            #expect(result.output.contains("Nothing became worse."))
        }
        // The reference has its eight runs, new has eight every night.
        #expect(runs(scratch) == 8 + 6 * 8)
        try plant(scratch, amplitude: 1.2)
        var found: (day: Int, output: String)?
        for day in 7...10 where found == nil {
            let result = try night(file, day, in: scratch)
            if result.status == 3 { found = (day, result.output) }
        }
        let alarm = try #require(found)
        #expect(alarm.day <= 9)
        #expect(alarm.output.contains("new is worse since 2026-11-07"), "\(alarm.output)")
        let folder = scratch.url.appendingPathComponent(String(format: "nights/2026-11-%02d", alarm.day))
        let summary = try String(contentsOf: folder.appendingPathComponent("summary.md"), encoding: .utf8)
        #expect(summary.hasPrefix("## main, 2026-11-") && summary.contains("new is worse since 2026-11-07"))
        let jUnit = try String(contentsOf: folder.appendingPathComponent("junit.xml"), encoding: .utf8)
        #expect(jUnit.contains("failures=\"1\"") && jUnit.contains("<failure message=\"new is worse"))
        // Once the change was meant, nights before it do not count.
        let meant = try job(scratch, more: #", "since": "2026-11-07""#)
        try plant(scratch, amplitude: 1.2)
        let accepted = try night(meant, alarm.day + 1, in: scratch)
        #expect(accepted.status == 0, "\(accepted.output)")
    }

    @Test func anImprovementIsAnnouncedWithItsNightAndIsNoFailure() throws {
        let scratch = try Scratch(), file = try job(scratch)
        for day in 1...6 { #expect(try night(file, day, in: scratch).status == 0) }
        try plant(scratch, amplitude: 0.8)
        var found: (day: Int, output: String)?
        for day in 7...9 where found == nil {
            let result = try night(file, day, in: scratch)
            #expect(result.status == 0)
            if result.output.contains("became better") { found = (day, result.output) }
        }
        let news = try #require(found)
        #expect(news.output.contains("Nothing became worse. new became better."), "\(news.output)")
        #expect(news.output.contains("new is better since 2026-11-07: its loss at width 128"), "\(news.output)")
        #expect(news.output.contains("The night of 2026-11-06 was the last with the old losses"), "\(news.output)")
        let folder = scratch.url.appendingPathComponent(String(format: "nights/2026-11-%02d", news.day))
        let summary = try String(contentsOf: folder.appendingPathComponent("summary.md"), encoding: .utf8)
        #expect(summary.contains("new is better since 2026-11-07"))
        let jUnit = try String(contentsOf: folder.appendingPathComponent("junit.xml"), encoding: .utf8)
        #expect(jUnit.contains("failures=\"0\""))
        let history = try Tool.run(["history", "--store", "store"], in: scratch.url).output
        #expect(history.contains("better since 2026-11-07"), "\(history)")
        #expect(try Tool.run(["site", "public", "--store", "store"], in: scratch.url).status == 0)
        let front = try String(contentsOf: scratch.url.appendingPathComponent("public/index.html"), encoding: .utf8)
        #expect(front.contains("<strong>Improvement</strong>") && front.contains("has a loss that is smaller by"))
    }

    @Test func aDryRunSaysWhatTheNightWouldTrainAndLeavesNothing() throws {
        let scratch = try Scratch(), file = try job(scratch)
        let files = scratch.files(under: ".")
        let plan = { (day: Int) in
            try Tool.run(
                ["nightly", file, "--dry-run", "--date", String(format: "2026-11-%02d", day)], in: scratch.url)
        }
        let first = try plan(1)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("The night of 2026-11-01 of main would train 16 runs with "), "\(first.output)")
        #expect(first.output.contains("0 runs are in the store."))
        #expect(scratch.files(under: ".") == files)
        #expect(try night(file, 1, in: scratch).status == 0)
        let stored = scratch.files(under: "store")
        #expect(try plan(1).output.contains("planted: this night has it already; nothing is to do."))
        // The reference is not trained again, and the candidate gets fresh seeds.
        let second = try plan(2)
        #expect(
            second.output.contains("would train 8 runs with ") && second.output.contains("16 runs are in the store."))
        #expect(scratch.files(under: "store") == stored)
        #expect(try records(scratch).count == 1)
        #expect(try night(file, 2, in: scratch).status == 0)
        #expect(runs(scratch) == 24)
    }

    @Test func aDryRunNamesTheQuestionThatCannotBeCompared() throws {
        let scratch = try Scratch()
        _ = try job(scratch)
        let file = try scratch.write(
            """
            { "store": "store", "questions": [
                { "suite": "no-such-suite", "candidates": ["base.json", "new.json"] },
                { "suite": "./planted", "candidates": ["base.json", "new.json"] } ] }
            """, to: "two.json")
        let result = try Tool.run(["nightly", file, "--dry-run"], in: scratch.url)
        #expect(result.status == 1 && result.errors.contains("no-such-suite"), "\(result.errors)")
        #expect(result.output.contains("would train 16 runs"), "\(result.output)")
    }

    @Test func theSameNightAskedAgainChangesNothing() throws {
        let scratch = try Scratch(), file = try job(scratch)
        let first = try night(file, 1, in: scratch), files = scratch.files(under: "store")
        let history = try records(scratch)
        #expect(history.count == 1)
        let again = try night(file, 1, in: scratch)
        #expect(first.status == 0 && again.status == 0)
        #expect(again.output == first.output)
        #expect(scratch.files(under: "store") == files)
        #expect(try records(scratch).count == 1)
        #expect(!again.errors.contains("started"))
    }

    @Test func eightJobsAtOnceLoseNothing() throws {
        let scratch = try Scratch()
        let files = try (0..<4).map { try job(scratch, name: "job\($0)") }
        let started = try (files + files).map {
            try Tool.start(["nightly", $0, "--date", "2026-11-01", "--workers", "1"], in: scratch.url)
        }
        for result in started.map({ $0.wait() }) { #expect(result.status == 0, "\(result.errors)") }
        let records = try records(scratch)
        #expect(records.count == 4)
        #expect(Set(records.compactMap { ($0["night"] as? [String: Any])?["job"] as? String }).count == 4)
    }

    @Test func aNightThatWasKilledGoesOn() throws {
        let scratch = try Scratch(), file = try job(scratch)
        _ = try scratch.synthetic("new", SyntheticLaw(amplitude: 1, noise: 0.005, secondsPerStep: 0.01))
        let first = try Tool.start(["nightly", file, "--date", "2026-11-01"], in: scratch.url)
        while runs(scratch) < 10 { usleep(20_000) }
        first.process.terminate()
        #expect(first.wait().status == 75)
        #expect(try records(scratch).isEmpty)
        let second = try night(file, 2, in: scratch)
        #expect(second.status == 0, "\(second.errors)")
        #expect(runs(scratch) == 16)
        #expect(try records(scratch).count == 1)
    }

    @Test func withoutFreshSeedsTheSameRecipeIsNoNews() throws {
        let scratch = try Scratch(), file = try job(scratch, freshSeeds: false)
        for day in 1...3 { #expect(try night(file, day, in: scratch).status == 0) }
        #expect(runs(scratch) == 16)
        try plant(scratch, amplitude: 1.5)
        var statuses: [Int32] = []
        // Every night has another recipe, as after a commit, and the second is worse.
        for day in 4...6 {
            try plant(scratch, amplitude: 1.5 + 0.0001 * Double(day))
            statuses.append(try night(file, day, in: scratch).status)
        }
        #expect(statuses.contains(3), "\(statuses)")
    }

    @Test func aRunThatDivergesIsARegression() throws {
        let scratch = try Scratch(), file = try job(scratch)
        #expect(try night(file, 1, in: scratch).status == 0)
        try plant(scratch, amplitude: 1, divergesFromWidth: 128)
        let result = try night(file, 2, in: scratch)
        #expect(result.status == 3)
        #expect(result.output.contains("new diverges at width 128"), "\(result.output)")
        #expect(result.output.contains("The night of 2026-11-01 was the last"))
    }

    @Test func mistakesInTheFileAreNamedWithTheirPlace() throws {
        let scratch = try Scratch(), file = try job(scratch)
        for (text, message) in [
            (#"{ "questions": [] }"#, "questions"),
            (#"{ "questions": [{ "suite": "lr-rule", "candidates": ["a"] }] }"#, "questions[0].candidates"),
            (#"{ "questions": [{ "suite": "lr-rule", "candidates": ["a", "b"], "since": "2026-13-01" }] }"#, "since"),
            (#"{ "questions": [{ "suite": "lr-rule", "candidates": ["a", "b"], "seeds": 3 }] }"#, "freshSeeds"),
            (#"{ "failOn": ["regresion"], "questions": [] }"#, "regression"),
            (#"{ "name": "../x", "questions": [] }"#, "name"),
        ] {
            _ = try scratch.write(text, to: "bad.json")
            let result = try Tool.run(["nightly", "bad.json"], in: scratch.url)
            #expect(result.status == 1 && result.errors.contains(message), "\(text): \(result.errors)")
        }
        #expect(try Tool.run(["nightly", file, "--date", "yesterday"], in: scratch.url).status == 1)
    }

    @Test func aQuestionThatFailsStopsNoOther() throws {
        let scratch = try Scratch()
        _ = try job(scratch)
        let file = try scratch.write(
            """
            { "store": "store", "questions": [
                { "suite": "no-such-suite", "candidates": ["base.json", "new.json"] },
                { "suite": "./planted", "candidates": ["base.json", "new.json"] } ] }
            """, to: "two.json")
        let result = try night(file, 1, in: scratch)
        #expect(result.status == 1)
        #expect(result.errors.contains("no-such-suite"))
        #expect(
            result.output.contains("Something failed in no-such-suite.") && result.output.contains("new has its first"))
        #expect(try records(scratch).count == 1)
    }

    @Test func aComparisonIsRememberedOnceWithItsCommit() throws {
        let scratch = try Scratch()
        _ = try job(scratch)
        for command in ["init -q", "add -A", "-c user.name=a -c user.email=a commit -qm first"] {
            let git = Process()
            git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            git.arguments = ["git"] + command.split(separator: " ").map(String.init)
            git.currentDirectoryURL = scratch.url
            try git.run()
            git.waitUntilExit()
        }
        let compare = ["compare", "base.json", "new.json", "--suite", "./planted", "--store", "store", "--quiet"]
        for _ in 0..<2 { #expect(try Tool.run(compare, in: scratch.url).status == 0) }
        let record = try #require(try records(scratch).first)
        #expect(try records(scratch).count == 1)
        #expect((record["commit"] as? String)?.count == 40)
        #expect(record["uncommittedChanges"] is String)
        #expect(record["night"] is NSNull)
        try plant(scratch, amplitude: 1.1)
        #expect(try Tool.run(compare, in: scratch.url).status == 0)
        #expect(try records(scratch).count == 2)
        let text = try Tool.run(["history", "--store", "store"], in: scratch.url).output
        #expect(text.contains("planted: 2 comparisons") && text.contains("recipe changed"), "\(text)")
        // A damaged line is left out, and said.
        let file = scratch.url.appendingPathComponent("store/history.jsonl")
        let whole = try Data(contentsOf: file)
        try (Data("{\"schemaVersion\":1}\n".utf8) + whole + Data("{\"torn".utf8)).write(to: file)
        let damaged = try Tool.run(["history", "--store", "store"], in: scratch.url)
        #expect(damaged.output == text && damaged.errors.contains("history.jsonl:1"), "\(damaged.errors)")
        // The next record goes onto a line of its own.
        try plant(scratch, amplitude: 1.2)
        #expect(try Tool.run(compare, in: scratch.url).status == 0)
        #expect(try records(scratch).count == 3)
    }
}
