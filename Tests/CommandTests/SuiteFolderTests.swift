// Suites are folders of data: the shipped ones plan, and a new one takes no code.

import Foundation
import Testing

struct SuiteFolderTests {
    private static let suites = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Suites")

    static let names = [
        "architecture", "batch-size", "gradient-clipping", "gradient-normalization", "l2-regularization",
        "learning-rate", "lr-rule", "optimizers", "regularization-regime", "warmup-stability", "weight-decay",
    ]

    /// Every candidate of every shipped suite is one that the trainer takes at every rung.
    @Test(arguments: names) func aShippedSuitePlans(name: String) throws {
        let scratch = try Scratch(), folder = Self.suites.appendingPathComponent(name)
        let files = try FileManager.default.contentsOfDirectory(
            atPath: folder.appendingPathComponent("candidates").path)
        let candidates = files.map { String($0.dropLast(".json".count)) }.sorted()
        let told = try Tool.run(
            ["compare", "--suite", folder.path, "--dry-run", "--no-baselines"] + candidates, in: scratch.url)
        #expect(told.status == 0 && told.output.contains("runs to do"), "\(told.errors)")
        // The answer that its page gives is the one in the table of answers.
        let page = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
        let answers = try String(contentsOf: Self.suites.appendingPathComponent("ANSWERS.md"), encoding: .utf8)
        let row = try #require(answers.split(separator: "\n").first { $0.contains("](\(name)/README.md)") })
        let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(name == "lr-rule" || page.contains(cells[3]), "\(row)")
    }

    /// A copy of a suite with other candidates is compared and ranked: no line of Swift knows it.
    @Test func aCopiedSuiteIsASuite() throws {
        let scratch = try Scratch()
        let copy = scratch.url.appendingPathComponent("decay-rule")
        try FileManager.default.copyItem(at: Self.suites.appendingPathComponent("gradient-clipping"), to: copy)
        let file = copy.appendingPathComponent("suite.json")
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("\"gradient-clipping\"", with: "\"decay-rule\"")
            .replacing("\"clip-1\", \"clip-2\"", with: "\"low\", \"high\"")
        try text.write(to: file, atomically: true, encoding: .utf8)
        _ = try scratch.synthetic("decay-rule/candidates/low", SyntheticLaw(floor: 1))
        _ = try scratch.synthetic("decay-rule/candidates/high", SyntheticLaw(floor: 1.4))
        for name in ["low", "high"] {
            let candidate = copy.appendingPathComponent("candidates/\(name).json")
            try String(contentsOf: candidate, encoding: .utf8)
                .replacing("\"decay-rule/candidates/\(name)\"", with: "\"\(name)\"")
                .write(to: candidate, atomically: true, encoding: .utf8)
        }
        let result = try Tool.run(["compare", "--suite", "./decay-rule"], in: scratch.url)
        #expect(result.status == 0 && result.output.contains("low wins"), "\(result.output)\(result.errors)")
        let board = try Tool.run(["leaderboard", "--suite", "decay-rule"], in: scratch.url)
        #expect(board.output.contains("decay-rule v1") && board.output.contains("high"), "\(board.output)")
    }
}
