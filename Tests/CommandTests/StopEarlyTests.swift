// `compare --stop-early`: the target's runs end when their curves have decided, and go on when a result is wanted.

import Foundation
import Testing

struct StopEarlyTests {
    private func document(_ result: ToolResult) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func number(_ object: [String: Any], _ key: String) -> Double { object[key] as? Double ?? .nan }

    private func pairs(_ document: [String: Any]) throws -> NSArray { try #require(document["pairs"] as? NSArray) }

    /// The runs at the target have 512 steps and are slow enough to be seen while they are under way.
    private func arguments(
        _ scratch: Scratch, _ secondsPerStep: Double, b: Double = 1.1, noise: Double = 0.002
    ) throws -> [String] {
        let law = { SyntheticLaw(amplitude: $0, noise: noise, secondsPerStep: secondsPerStep) }
        return [
            "compare", try scratch.synthetic("a", law(1)), try scratch.synthetic("b", law(b)), "--suite",
            try scratch.syntheticSuite(seeds: [3, 2, 2, 1], curvePoints: 20), "--json", "-", "--workers", "2",
        ]
    }

    @Test func decidedRunsEndEarlyAndGoOnWhenWanted() throws {
        let scratch = try Scratch()
        let arguments = try arguments(scratch, 0.003)
        let first = try document(try Tool.run(arguments + ["--stop-early"], in: scratch.url))
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
        let again = try Tool.run(arguments + ["--stop-early"], in: scratch.url)
        #expect(!again.errors.contains("started"), "\(again.errors)")
        #expect(try pairs(document(again)) == pairs(first))
        // The text for a terminal says what was saved.
        let told = try Tool.run(arguments.filter { $0 != "--json" && $0 != "-" } + ["--stop-early"], in: scratch.url)
        #expect(told.output.contains("Stopped early at the target: a after"), "\(told.output)")

        // Without the flag the runs go on to the result of runs that were never stopped.
        let whole = try document(try Tool.run(arguments, in: scratch.url))
        #expect(whole["stoppedEarly"] is NSNull)
        let undisturbed = try Scratch()
        let reference = try document(try Tool.run(try self.arguments(undisturbed, 0.003), in: undisturbed.url))
        #expect(try pairs(whole) == pairs(reference))
    }

    @Test func whatIsInterruptedAtTheTargetIsForecast() throws {
        let scratch = try Scratch()
        let arguments = try arguments(scratch, 0.004)
        let running = try Tool.start(arguments, in: scratch.url)
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
            try Tool.run(try arguments(scratch, 0.001, b: 1.0003) + ["--stop-early"], in: scratch.url))
        #expect(result["stoppedEarly"] is NSNull)
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        #expect(pair["observed"] as? [String: Any] != nil)
    }

    @Test func runsThatAreKnownToBeEquivalentEndEarly() throws {
        let scratch = try Scratch()
        let result = try document(
            try Tool.run(try arguments(scratch, 0.003, b: 1.0001, noise: 0.0002) + ["--stop-early"], in: scratch.url))
        let stopped = try #require(result["stoppedEarly"] as? [String: Any])
        #expect((stopped["runs"] as? [Any])?.count == 2)
        let pair = try #require((result["pairs"] as? [[String: Any]])?.first)
        #expect(pair["verdict"] as? String == "equivalent" && pair["observed"] is NSNull)
    }

    @Test func impossibleWishesAreRefused() throws {
        let scratch = try Scratch()
        let both = try Tool.run(["compare", "--stop-early", "--predict-only"], in: scratch.url)
        #expect(both.status == 64 && both.errors.contains("--predict-only"))
        let blind = try Tool.run(
            [
                "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 2)),
                "--suite",
                try scratch.syntheticSuite(curvePoints: 1), "--stop-early",
            ], in: scratch.url)
        #expect(blind.status == 1 && blind.errors.contains("curvePoints"), "\(blind.errors)")
        #expect(scratch.files(under: ".scalebench").isEmpty)
    }
}
