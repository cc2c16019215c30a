// A leaderboard is kept until anything changes that it depends on.

import Foundation
import Testing

struct StoredLeaderboardTests {
    private static let formats = ["table", "json", "csv", "markdown"]

    private func compare(_ scratch: Scratch, _ candidates: [String]) throws {
        let arguments = ["compare"] + candidates + ["--suite", "./planted", "--store", "store", "--quiet"]
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        try scratch.letFilesAge()
    }

    private func store() throws -> Scratch {
        let scratch = try Scratch()
        _ = try scratch.syntheticSuite()
        let files = [
            try scratch.synthetic("a", SyntheticLaw()), try scratch.synthetic("b", SyntheticLaw(amplitude: 1.1)),
        ]
        try compare(scratch, files)
        return scratch
    }

    private func board(_ scratch: Scratch, _ options: [String] = []) throws -> (output: String, errors: String) {
        let result = try Tool.run(["leaderboard", "--store", "store"] + options, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        return (result.output, result.errors)
    }

    private func index(_ scratch: Scratch) -> URL { scratch.url.appendingPathComponent("store/index.sqlite") }

    /// The leaderboard as it is without anything kept.
    private func fresh(_ scratch: Scratch, _ options: [String] = []) throws -> String {
        try? FileManager.default.removeItem(at: index(scratch))
        return try board(scratch, options).output
    }

    @Test func theSecondIsTheFirst() throws {
        let scratch = try store()
        let options = Self.formats.map { ["--format", $0] } + [["--reference", "b"], ["--suite", "planted"]]
        let expected = try options.map { try fresh(scratch, $0) }
        try? FileManager.default.removeItem(at: index(scratch))
        for _ in 0..<2 { #expect(try options.map { try board(scratch, $0).output } == expected) }
        #expect(expected[0] != expected[4])
        for damage in [Data(), Data("no database".utf8), try Data(contentsOf: index(scratch)).prefix(9000)] {
            try damage.write(to: index(scratch))
            #expect(try options.map { try board(scratch, $0).output } == expected)
        }
    }

    @Test func aFlippedBitOfWhatIsKeptShowsNothingElse() throws {
        let scratch = try store(), first = try board(scratch).output
        let whole = try Data(contentsOf: index(scratch))
        for place in stride(from: 100, to: whole.count, by: whole.count / 100) {
            var damaged = whole
            damaged[place] ^= 1 << UInt8(place % 8)
            try damaged.write(to: index(scratch))
            #expect(try board(scratch).output == first, "byte \(place) of \(whole.count)")
        }
    }

    @Test func whatIsKeptIsUsed() throws {
        let scratch = try store(), first = try board(scratch).output
        // Other bytes with the same size and time are not looked at, which shows that no run is read.
        let name = try #require(scratch.files(under: "store/runs").first { $0.hasSuffix("/events.jsonl") })
        let file = scratch.url.appendingPathComponent("store/runs/\(name)"), bytes = try Data(contentsOf: file)
        let date = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
        try (Data(repeating: UInt8(ascii: "x"), count: bytes.count - 1) + Data("\n".utf8)).write(to: file)
        try FileManager.default.setAttributes([.modificationDate: try #require(date)], ofItemAtPath: file.path)
        #expect(try board(scratch).output == first)
        // Another time is noticed, and a board with a warning gives the warning every time.
        try FileManager.default.setAttributes([.modificationDate: Date.now - 30], ofItemAtPath: file.path)
        for _ in 0..<2 { #expect(try board(scratch).errors.contains("warning: left out")) }
    }

    @Test func aChangedStoreGivesANewBoard() throws {
        let scratch = try store(), first = try board(scratch).output
        try compare(scratch, [try scratch.synthetic("c", SyntheticLaw(amplitude: 0.9)), "b.json"])
        let second = try board(scratch).output
        #expect(second != first && second.contains(" c "))
        #expect(try fresh(scratch) == second)
        // A run that is gone.
        let run = try #require(scratch.files(under: "store/runs").first?.split(separator: "/").first)
        try FileManager.default.removeItem(at: scratch.url.appendingPathComponent("store/runs/\(run)"))
        let third = try board(scratch).output
        #expect(third != second)
        #expect(try fresh(scratch) == third)
        // A record that is gone.
        let entry = try #require(scratch.files(under: "store/entries").first { $0.contains("/c-") })
        try FileManager.default.removeItem(at: scratch.url.appendingPathComponent("store/entries/\(entry)"))
        let fourth = try board(scratch).output
        #expect(!fourth.contains(" c "))
        #expect(try fresh(scratch) == fourth)
    }

    @Test func aChangedBaselineGivesANewBoard() throws {
        let scratch = try store(), first = try board(scratch).output
        let commands = [
            [
                "compare", try scratch.synthetic("c", SyntheticLaw(amplitude: 0.9)), "b.json", "--suite", "./planted",
                "--all-rungs", "--quiet", "--store", "other",
            ],
            ["baselines", "update", "./planted", "c.json", "--store", "other"],
        ]
        for command in commands { #expect(try Tool.run(command, in: scratch.url).status == 0) }
        try scratch.letFilesAge(store: "baselines")
        let second = try board(scratch).output
        #expect(second.contains(" c "))
        #expect(try board(scratch).output == second)
        #expect(try fresh(scratch) == second)
        try FileManager.default.removeItem(at: scratch.url.appendingPathComponent("baselines"))
        #expect(try board(scratch).output == first)
    }
}
