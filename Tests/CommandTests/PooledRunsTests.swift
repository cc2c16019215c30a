// Runs of one recipe count in every comparison, whatever comparison they came from.

import Foundation
import Testing

struct PooledRunsTests {
    /// The numbers of runs at every rung, for each candidate.
    private func runs(_ scratch: Scratch, _ arguments: [String]) throws -> [[Int]] {
        let result = try Tool.run(["compare"] + arguments + ["--quiet", "--all-rungs", "--json", "-"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        return try #require(document["ladder"] as? [[String: Any]]).map { rung in
            (rung["candidates"] as? [[String: Any]] ?? []).compactMap { $0["runs"] as? Int }
        }
    }

    private func jobs(_ scratch: Scratch) -> Int {
        scratch.files(under: ".scalebench/runs").count { $0.hasSuffix("job.json") }
    }

    @Test func otherSeedsOfARecipeCountAtTheRungs() throws {
        let scratch = try Scratch()
        let suite = ["--suite", try scratch.syntheticSuite()]
        let a = try scratch.synthetic("a", .init()), b = try scratch.synthetic("b", .init(amplitude: 1.1))
        let c = try scratch.synthetic("c", .init(amplitude: 0.9))
        #expect(try runs(scratch, [a, b] + suite) == [[4, 4], [3, 3], [2, 2], [2, 2], [1, 1]])
        // Fresh seeds of a beside another candidate: those of the first comparison count for a.
        let fresh = try runs(scratch, [a, c] + suite + ["--first-seed", "100"])
        #expect(fresh == [[8, 4], [6, 3], [4, 2], [4, 2], [1, 1]])
        let trained = jobs(scratch)
        #expect(trained == 4 * 12)
        // The first comparison now sees the fresh seeds too, and trains nothing.
        #expect(try runs(scratch, [a, b] + suite) == [[8, 4], [6, 3], [4, 2], [4, 2], [1, 1]])
        #expect(jobs(scratch) == trained)
        // The same recipe under another name has the same runs.
        try scratch.write(
            String(contentsOfFile: a, encoding: .utf8).replacing("\"a\"", with: "\"again\""), to: "again.json")
        let again = try runs(scratch, ["again.json", b] + suite)
        #expect(again.first == [8, 4] && jobs(scratch) == trained)
    }

    @Test func runsOfAnotherSuiteAndUnfinishedOnesDoNot() throws {
        let scratch = try Scratch()
        let suite = try scratch.syntheticSuite()
        let a = try scratch.synthetic("a", .init()), b = try scratch.synthetic("b", .init(amplitude: 1.1))
        _ = try runs(scratch, [a, b, "--suite", suite, "--first-seed", "100"])
        let folders = scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("events.jsonl") }
        for events in folders { try scratch.write("", to: ".scalebench/runs/\(events)") }
        #expect(try runs(scratch, [a, b, "--suite", suite, "--predict-only"]).first == [4, 4])
        // Another version of the suite is another board.
        let file = scratch.url.appendingPathComponent("planted/suite.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("\"version\": 1", with: "\"version\": 2").write(to: file, atomically: true, encoding: .utf8)
        let options = [a, b, "--suite", suite, "--predict-only", "--first-seed", "200"]
        #expect(try runs(scratch, options).first == [4, 4])
    }
}
