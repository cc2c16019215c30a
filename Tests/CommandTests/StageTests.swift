// A comparison ends at the first stage of its ladder that decides; the target's runs end when their curves have decided.
// Both go on when `--all-rungs` wants their results.

import Foundation
import Testing

struct StageTests {
    private func document(_ result: ToolResult) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func number(_ object: [String: Any], _ key: String) -> Double { object[key] as? Double ?? .nan }

    private func pairs(_ document: [String: Any]) throws -> NSArray { try pairsWithoutDeviceTime(document) }

    /// The runs at the target have 512 steps and are slow enough to be seen while they are under way.
    private func arguments(
        _ scratch: Scratch, _ secondsPerStep: Double, b: (amplitude: Double, exponent: Double) = (1.06, 0.112),
        noise: Double = 0.004
    ) throws -> [String] {
        let law = {
            SyntheticLaw(amplitude: $0, exponent: $1, noise: noise, secondsPerStep: secondsPerStep)
        }
        return [
            "compare", try scratch.synthetic("a", law(1, 0.1)),
            try scratch.synthetic("b", law(b.amplitude, b.exponent)), "--suite",
            try scratch.syntheticSuite(seeds: [3, 2, 2, 1], curvePoints: 20), "--json", "-", "--workers", "2",
        ]
    }

    @Test func decidedRunsEndEarlyAndGoOnWhenWanted() throws {
        let scratch = try Scratch()
        let arguments = try arguments(scratch, 0.003)
        let first = try document(try Tool.run(arguments, in: scratch.url))
        let stopped = try #require(first["stoppedEarly"] as? [String: Any])
        let runs = try #require(stopped["runs"] as? [[String: Any]])
        #expect(runs.count == 2 && runs.allSatisfy { number($0, "fraction") < 0.9 })
        #expect(number(stopped, "flopsSaved") > 0 && number(stopped, "secondsSaved") > 0.2)
        let pair = try #require((first["pairs"] as? [[String: Any]])?.first)
        #expect(pair["verdict"] as? String == "aBetter" && pair["observed"] is NSNull)
        let early = try #require(pair["earlyForecast"] as? [String: Any])
        #expect((early["a"] as? [String: Any])?["stoppedEarly"] as? Bool == true)
        let list = try Tool.run(["runs", "list", "--status", "stoppedEarly", "--json"], in: scratch.url)
        #expect(try (document(list)["runs"] as? [Any])?.count == 2)

        // Asked again, nothing is trained, and the answer is the same.
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(!again.errors.contains("started"), "\(again.errors)")
        #expect(try pairs(document(again)) == pairs(first))
        // The text for a terminal says what was saved.
        let told = try Tool.run(arguments.filter { $0 != "--json" && $0 != "-" }, in: scratch.url)
        #expect(told.output.contains("Stopped early at the target: a after"), "\(told.output)")

        // With --all-rungs the runs go on to the result of runs that were never stopped.
        let whole = try document(try Tool.run(arguments + ["--all-rungs"], in: scratch.url))
        #expect(whole["stoppedEarly"] is NSNull)
        let undisturbed = try Scratch()
        let reference = try document(
            try Tool.run(try self.arguments(undisturbed, 0.003) + ["--all-rungs"], in: undisturbed.url))
        #expect(try pairs(whole) == pairs(reference))
    }

    /// A comparison that was killed in a stage leaves some of the stage's runs behind. They must not decide by themselves.
    @Test func anInterruptedStageIsCompleted() throws {
        let scratch = try Scratch()
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)),
            "--suite",
            try scratch.syntheticSuite(seeds: [40, 30, 20, 8]), "--json", "-",
        ]
        let whole = try Tool.run(arguments, in: scratch.url)
        let store = scratch.url.appendingPathComponent(".scalebench/runs")
        let last = try scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("job.json") }.filter {
            try String(contentsOf: store.appendingPathComponent($0), encoding: .utf8).contains("\"width\" : 128")
        }
        #expect(last.count == 16, "the last rung belongs to a stage of its own")
        for job in last.prefix(9) {
            try FileManager.default.removeItem(at: store.appendingPathComponent(job).deletingLastPathComponent())
        }
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(again.status == 0 && again.withoutDeviceTime == whole.withoutDeviceTime, "\(again.errors)")
    }

    @Test func whatIsInterruptedAtTheTargetIsForecast() throws {
        let scratch = try Scratch()
        let arguments = try arguments(scratch, 0.004)
        let running = try Tool.start(arguments + ["--all-rungs"], in: scratch.url)
        // The process is stopped once both runs at the target have been evaluated a few times.
        func evaluations() -> [Int] {
            scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("events.jsonl") }.compactMap { file in
                let path = scratch.url.appendingPathComponent(".scalebench/runs/\(file)")
                guard let text = try? String(contentsOf: path, encoding: .utf8), text.contains("\"step\":"),
                    !text.contains("\"event\":\"end\"")
                else { return nil }
                return text.components(separatedBy: "\"event\":\"evaluation\"").count - 1
            }
        }
        func isDone() -> Bool {
            scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("job.json") }.count == 18
                && evaluations().count == 2 && evaluations().allSatisfy { $0 > 5 }
        }
        while running.process.isRunning, !isDone() { usleep(10_000) }
        kill(running.process.processIdentifier, SIGTERM)
        #expect(running.wait().status == 75)
        let result = try document(try Tool.run(arguments + ["--predict-only"], in: scratch.url))
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        let early = try #require(pair["earlyForecast"] as? [String: Any])
        #expect(number(early, "fraction") > 0.2 && early["method"] as? String == "ladder")
        #expect(result["stoppedEarly"] is NSNull)
    }

    @Test func undecidedRunsGoToTheirEnd() throws {
        let scratch = try Scratch()
        let result = try document(
            try Tool.run(try arguments(scratch, 0.001, b: (1.0003, 0.1), noise: 0.002), in: scratch.url))
        #expect(result["stoppedEarly"] is NSNull)
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        #expect(pair["observed"] as? [String: Any] != nil)
    }

    @Test func runsThatAreKnownToBeEquivalentEndEarly() throws {
        let scratch = try Scratch()
        let result = try document(
            try Tool.run(try arguments(scratch, 0.003, b: (1.0001, 0.1), noise: 0.0002), in: scratch.url))
        let stopped = try #require(result["stoppedEarly"] as? [String: Any])
        #expect((stopped["runs"] as? [Any])?.count == 2)
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        #expect(pair["verdict"] as? String == "equivalent" && pair["observed"] is NSNull)
    }

    @Test func theFirstStageThatDecidesIsTheLast() throws {
        let scratch = try Scratch()
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.3)),
            "--suite",
            try scratch.syntheticSuite(), "--json", "-",
        ]
        let dry = try Tool.run(arguments + ["--dry-run"], in: scratch.url)
        #expect(dry.output.contains("judged after width 64, 131 k tokens, after width 128"), "\(dry.output)")
        let first = try document(try Tool.run(arguments, in: scratch.url))
        let rest = try #require(first["notNeeded"] as? [String: Any])
        #expect(rest["places"] as? [String] == ["width 128, 262 k tokens", "the target, width 256, 524 k tokens"])
        #expect(rest["runs"] as? Int == 2 * (2 + 1) && number(rest, "flopsSaved") > 1e13)
        #expect((first["ladder"] as? [Any])?.count == 3)
        let pair = try #require((first["pairs"] as? [[String: Any]])?.first)
        #expect(pair["verdict"] as? String == "aBetter" && number(pair, "probabilityABetter") >= 0.95)
        // A dry run, and the same command again, want nothing more.
        let after = try Tool.run(arguments + ["--dry-run"], in: scratch.url)
        #expect(after.output.contains("0 of 24 runs to do"), "\(after.output)")
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(!again.errors.contains("started"))
        #expect(try pairs(document(again)) == pairs(first))
        // The board ranks what is there.
        let board = try Tool.run(["leaderboard"], in: scratch.url)
        #expect(board.status == 0 && board.output.contains("predicted"), "\(board.output)")
        let whole = try document(try Tool.run(arguments + ["--all-rungs"], in: scratch.url))
        #expect(whole["notNeeded"] is NSNull && (whole["ladder"] as? [Any])?.count == 5)
    }

    /// A candidate that has lost to the reference is trained no further; the others are.
    @Test func decidedCandidatesAreTrainedNoFurther() throws {
        let scratch = try Scratch()
        let result = try document(
            try Tool.run(
                [
                    "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("far", .init(amplitude: 1.4)),
                    try scratch.synthetic("near", .init(amplitude: 1.002)), "--suite", try scratch.syntheticSuite(),
                    "--json", "-",
                ], in: scratch.url))
        let ladder = try #require(result["ladder"] as? [[String: Any]])
        let runs = ladder.map { ($0["candidates"] as? [[String: Any]] ?? []).map { $0["runs"] as? Int } }
        #expect(runs == [[4, 4, 4], [3, 3, 3], [2, 2, 2], [2, 0, 2], [1, 0, 1]], "\(runs)")
        #expect((result["notNeeded"] as? [String: Any])?["runs"] as? Int == 3)
    }

    /// Both beat the reference at once; which of them is the best is not known before the target.
    @Test func whoMayBeTheBestGoesOn() throws {
        let scratch = try Scratch()
        let result = try document(
            try Tool.run(
                [
                    "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 0.7)),
                    try scratch.synthetic("c", .init(amplitude: 0.697)), "--suite", try scratch.syntheticSuite(),
                    "--json", "-",
                ], in: scratch.url))
        let target = try #require((result["ladder"] as? [[String: Any]])?.last)
        #expect((target["candidates"] as? [[String: Any]])?.map { $0["runs"] as? Int } == [1, 1, 1])
        #expect(result["best"] is [String: Any])
    }

    @Test func aSuiteDeclaresItsStages() throws {
        let scratch = try Scratch(), suite = try scratch.syntheticSuite()
        let file = scratch.url.appendingPathComponent("planted/suite.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 2)), "--suite",
            suite, "--json", "-",
        ]
        for (stages, message) in [("[3, 2]", "stages"), ("[1]", "2"), ("[2.5]", "whole numbers"), ("[9]", "4")] {
            try text.replacing("\"rungs\"", with: "\"stages\": \(stages), \"rungs\"").write(
                to: file, atomically: true, encoding: .utf8)
            let refused = try Tool.run(arguments, in: scratch.url)
            #expect(refused.status == 1 && refused.errors.contains(message), "\(stages): \(refused.errors)")
        }
        try text.replacing("\"rungs\"", with: "\"stages\": [2], \"rungs\"").write(
            to: file, atomically: true, encoding: .utf8)
        let result = try document(try Tool.run(arguments, in: scratch.url))
        #expect((result["ladder"] as? [Any])?.count == 2)
    }
}
