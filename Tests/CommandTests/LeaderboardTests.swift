// `leaderboard` over stores that `compare` filled.

import Foundation
import Testing

struct LeaderboardTests {
    private func compare(_ scratch: Scratch, _ arguments: [String]) throws {
        let result = try Tool.run(["compare"] + arguments + ["--quiet"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
    }

    private func boards(_ scratch: Scratch, _ options: [String] = []) throws -> [[String: Any]] {
        let result = try Tool.run(["leaderboard", "--format", "json"] + options, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        return try #require(document["leaderboards"] as? [[String: Any]])
    }

    private func names(_ board: [String: Any], _ list: String = "ranking") -> [String] {
        (board[list] as? [[String: Any]] ?? []).compactMap { $0["candidate"] as? String }
    }

    @Test func comparesOfOneSuiteMakeOneBoardInTheRightOrder() throws {
        let scratch = try Scratch()
        let suite = try scratch.syntheticSuite()
        let a = try scratch.synthetic("a", .init()), b = try scratch.synthetic("b", .init(amplitude: 1.1))
        let c = try scratch.synthetic("c", .init(amplitude: 0.9))
        let cliff = try scratch.synthetic("cliff", .init(amplitude: 0.8, divergesFromWidth: 256))
        try compare(scratch, [a, b, "--suite", suite])
        try compare(scratch, [a, c, cliff, "--suite", suite, "--all-rungs"])
        // Another compare of the same candidates adds nothing new.
        try compare(scratch, [b, c, "--suite", suite])
        let board = try #require(try boards(scratch).first)
        #expect(names(board) == ["c", "a", "b"])
        #expect(names(board, "notRanked") == ["cliff"])
        #expect(board["reference"] as? String == "a")
        #expect(names(try #require(try boards(scratch, ["--reference", "b"]).first)) == ["c", "a", "b"])
        #expect(scratch.files(under: ".scalebench/entries").filter { $0.hasSuffix(".json") }.count == 4)
        for format in ["table", "markdown", "csv"] {
            let result = try Tool.run(["leaderboard", "--format", format], in: scratch.url)
            #expect(result.status == 0 && result.output.contains("cliff"), "\(result.errors)")
        }
    }

    @Test func anotherVersionOfASuiteIsAnotherBoard() throws {
        let scratch = try Scratch()
        let suite = try scratch.syntheticSuite()
        let a = try scratch.synthetic("a", .init()), b = try scratch.synthetic("b", .init(amplitude: 1.1))
        try compare(scratch, [a, b, "--suite", suite, "--predict-only"])
        let file = scratch.url.appendingPathComponent("planted/suite.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("\"version\": 1", with: "\"version\": 2").write(to: file, atomically: true, encoding: .utf8)
        try compare(scratch, [a, b, "--suite", suite, "--all-rungs"])
        // The same version with other scales is yet another board.
        try text.replacing("\"tokens\": 524288", with: "\"tokens\": 624288").write(
            to: file, atomically: true, encoding: .utf8)
        try compare(scratch, [a, b, "--suite", suite, "--predict-only"])
        let all = try boards(scratch, ["--suite", "planted"])
        #expect(all.count == 3)
        #expect(all.allSatisfy { names($0).sorted() == ["a", "b"] })
        #expect((all.first?["suite"] as? [String: Any])?["version"] as? Int == 2, "the newest version first")
        let bases = (all.first?["ranking"] as? [[String: Any]] ?? []).compactMap { $0["basis"] as? String }
        #expect(bases == ["observed", "observed"])
    }

    @Test func mistakesAreNamed() throws {
        let scratch = try Scratch()
        let none = try Tool.run(["leaderboard"], in: scratch.url)
        #expect(none.status == 1 && none.errors.contains("there is no store here"), "\(none.errors)")
        #expect(scratch.files().isEmpty)
        try compare(
            scratch,
            [
                try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)), "--suite",
                try scratch.syntheticSuite(),
            ])
        let cases = [
            (["--suite", "plantd"], "did you mean \"planted\"?"), (["--reference", "aa"], "did you mean \"a\"?"),
        ]
        for (options, message) in cases {
            let result = try Tool.run(["leaderboard"] + options, in: scratch.url)
            #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
        }
        #expect(try Tool.run(["leaderboard", "--format", "xml"], in: scratch.url).status == 64)
        let entry = try #require(scratch.files(under: ".scalebench/entries").last { $0.hasSuffix(".json") })
        try scratch.write("{", to: ".scalebench/entries/\(entry)")
        let damaged = try Tool.run(["leaderboard"], in: scratch.url)
        #expect(damaged.status == 0 && damaged.errors.contains("not the record of a candidate"), "\(damaged.errors)")
    }
}
