// Every mistake of a user gives one clear error – what, where, what to change – and a non-zero exit status, and nothing
// is lost or half-written.

import Foundation
import Testing

struct BadInputTests {
    private static let good = #"{ "optimizer": { "learningRate": 0.01 }, "batchTokens": 512 }"#

    /// Runs compare on a good candidate and one with this text.
    private func compare(_ text: String) throws -> ToolResult {
        let scratch = try Scratch()
        let a = try scratch.write(Self.good, to: "a.json"), b = try scratch.write(text, to: "b.json")
        let before = scratch.files()
        let result = try Tool.run(["compare", a, b], in: scratch.url)
        #expect(scratch.files() == before)
        return result
    }

    @Test(arguments: [
        ("", "not valid JSON"),
        (#"{ "optimizer": { "learningRate": 0.01 }, "batchTokens": 512"#, "not valid JSON"),
        ("{ \"optimizer\": {},\n  \"batchTokens\": }", "near line 2, column"),
        (
            #"{ "optimizer": { "learningRate": 0.01, "momentun": 1 }, "batchTokens": 512 }"#,
            "b.json:optimizer.momentun: unknown key"
        ),
        (
            #"{ "optimizer": { "learningRate": 0.01, "weightdecay": 1 }, "batchTokens": 512 }"#,
            "did you mean \"weightDecay\"?"
        ),
        (
            #"{ "optimizer": { "learningRate": true }, "batchTokens": 512 }"#,
            "b.json:optimizer.learningRate: expected a number"
        ),
        (
            #"{ "optimizer": { "learningRate": -0.01 }, "batchTokens": 512 }"#,
            "b.json:optimizer.learningRate: -0.01 is out of range"
        ),
        (#"{ "optimizer": { "learningRate": 1e308 }, "batchTokens": 512 }"#, "out of range"),
        (#"{ "optimizer": { "learningRate": 0.01 }, "batchTokens": 1e9 }"#, "lower batchTokens"),
        (
            #"{ "optimizer": { "learningRate": 0.01 }, "batchTokens": { "value": 512, "rule": "tokensPower", "exponent": 4, "referenceTokens": 1 } }"#,
            "batchTokens: candidate \"b\": the rule gives"
        ),
        (
            #"{ "optimizer": { "learningRate": { "value": 1, "rule": "widthPower", "exponent": 4, "referenceWidth": 1 } }, "batchTokens": 512 }"#,
            "optimizer.learningRate: candidate \"b\": the rule gives"
        ),
        (
            #"{ "optimizer": { "learningRate": 0.01 }, "batchTokens": 512, "model": { "heads": 5 } }"#,
            "5 heads do not divide width 8"
        ),
        (
            #"{ "name": "a", "optimizer": { "learningRate": 0.02 }, "batchTokens": 512 }"#,
            "two candidates are named \"a\""
        ),
    ])
    func badCandidate(text: String, message: String) throws {
        let result = try compare(text)
        #expect(result.status == 1)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func missingFilesAndNames() throws {
        let scratch = try Scratch()
        let a = try scratch.write(Self.good, to: "a.json"), b = try scratch.write(Self.good, to: "b.json")
        let cases: [([String], String)] = [
            (["compare", a, "nowhere.json"], "nowhere.json: no such file"),
            (["compare", a], "name two, or one that sweeps a number"),
            (["compare", a, "invers-width"], "did you mean \"inverse-width\"?"),
            (["compare", a, b, "--suite", "lr-rul"], "did you mean \"lr-rule\"?"),
            (["compare", a, b, "--suite", scratch.url.path + "/"], "no suite.json in this folder"),
            (["compare", a, b, "--dataset", "known-entrpy"], "did you mean \"known-entropy\"?"),
            (["compare", a, b, "--json", "/nowhere/result.json"], "choose another --json FILE"),
            (["run", "nowhere"], "nowhere/job.json: no such file"),
        ]
        for (arguments, message) in cases {
            let result = try Tool.run(arguments, in: scratch.url)
            #expect(result.status == 1, "\(arguments)")
            #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
        }
    }

    @Test func wrongUsageExitsWith64() throws {
        let scratch = try Scratch()
        for arguments in [
            ["compare", "--target-scale", "5"], ["compare", "--runs", "x.csv"],
            ["compare", "--runs", "x.csv", "--target-tokens", "1e9"],
            ["compare", "--runs", "x.csv", "--target-parameters", "1e9"],
            [
                "compare", "--runs", "x.csv", "--target-parameters", "1e9", "--target-tokens", "1e9", "--target-scale",
                "1",
            ],
            ["compare", "--workers", "0"], ["compare", "--runs", "x.csv", "--target-scale", "-1"], ["nonsense"],
        ] {
            #expect(try Tool.run(arguments, in: scratch.url).status == 64, "\(arguments)")
        }
    }

    @Test func unwritableStore() throws {
        let scratch = try Scratch()
        let file = try scratch.write("", to: "file")
        let result = try Tool.run(
            [
                "compare", "--suite", try scratch.syntheticSuite(), try scratch.synthetic("a", .init()),
                try scratch.synthetic("b", .init(amplitude: 2)), "--store", file + "/store",
            ], in: scratch.url)
        #expect(result.status == 1)
        #expect(result.errors.contains("cannot be written"), "\(result.errors)")
    }

    @Test(arguments: [
        ("a,1e7,0,4\nb,1e7,0,3.9\na,1e8,0,3.6\nb,1e8,0,\n", "r.csv:5: loss is empty"),
        ("a,1e7,0,4\nb,1e7,0,3.9\na,1e8,0,nan\nb,1e8,0,3\n", "r.csv:4: loss \"nan\" is not a positive number"),
        ("a,1e7,0,4\nb,1e7,0,3.9\na,1e7,0,4.1\nb,1e8,0,3\n", "r.csv:4: the same candidate, scale and seed as line 2"),
        (
            "a,1e9,0,4\nb,1e9,0,3.9\na,1e10,0,3\nb,1e10,0,3\n",
            "r.csv: the target of 500 M parameters lies below the ladder"
        ),
        ("a,1e7,0,4\nb,2e7,0,3.9\na,1e8,0,3.6\nb,3e8,0,3.5\n", "a and b have 0 rungs in common below the target"),
        ("a,1e7,0,4\nb,1e7,0,3.9\na,1e8,0,3.6\n", "1 rung in common"),
        ("a,1e7,0,4\na,1e8,0,3.6\n", "a comparison needs two candidates"),
        ("", "the table has no rows"),
    ])
    func badTable(rows: String, message: String) throws {
        let scratch = try Scratch()
        try scratch.write("candidate,scale,seed,loss\n" + rows, to: "r.csv")
        let result = try Tool.run(["compare", "--runs", "r.csv", "--target-scale", "5e8"], in: scratch.url)
        #expect(result.status == 1)
        #expect(result.errors.contains(message), "\(result.errors)")
    }
}
