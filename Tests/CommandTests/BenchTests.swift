// `bench`: its JSON, its table, another trainer in turn, and the kernels that the environment asks for.

import Foundation
import Testing

struct BenchTests {
    private static let tiny = [
        "--width", "8", "--layers", "1", "--heads", "2", "--vocabulary", "16", "--context", "16", "--batch", "2",
        "--seconds", "0.05", "--workers", "1",
    ]

    private func row(_ text: some StringProtocol) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func oneLineOfFiguresThatBelongTogether() throws {
        let scratch = try Scratch()
        let result = try Tool.run(["bench", "--json"] + Self.tiny, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let row = try row(result.output)
        let number = { (key: String) in try #require(row[key] as? Double, "\(key)") }
        let perSecond = 32 / (try number("ms_step") / 1e3)
        #expect(abs(try number("tok_s") / perSecond - 1) < 1e-9)
        let gflops = try number("tok_s") * number("flopsPerToken") / 1e9
        #expect(abs(try number("gflops") / gflops - 1) < 1e-9)
        // 16·8 + 16·8 embeddings; q, k, v, output, MLP: 8·(24 + 8 + 32) + 32·8; biases 24 + 8 + 32 + 8; three norms.
        #expect(try number("parametersTotal") == 256 + 768 + 72 + 48)
        #expect(try number("steps") >= 3 && number("firstStepSeconds") > 0 && number("productGflops") > 0)
        #expect(try number("peakMemoryBytes") > number("memoryBytes"))
        let shares = try #require(row["partShares"] as? [String: Double])
        #expect(shares.count == 7 && shares.values.allSatisfy { (0...1).contains($0) })
        let sum = shares.values.reduce(0, +)
        #expect(sum > 0.5 && sum < 1.01, "\(shares)")
        #expect(scratch.files().isEmpty)
    }

    @Test func anotherTrainerInTurn() throws {
        let scratch = try Scratch()
        let command = #"echo "$(({width} * {batch} + {context}))" >> calls; echo noise; echo '{"tok_s": 2.5, "x": 1}'"#
        let result = try Tool.run(
            ["bench", "--json", "--rounds", "3", "--against", command] + Self.tiny, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let row = try row(result.output), against = try #require(row["against"] as? [String: Any])
        let ratio = try #require(against["ratio"] as? Double), ours = try #require(row["tok_s"] as? Double)
        #expect(abs(ratio - ours / 2.5) < 1e-6 * ratio)
        #expect(against["rounds"] as? Int == 3 && against["tok_s"] as? Double == 2.5)
        let least = try #require(against["ratioMin"] as? Double), most = try #require(against["ratioMax"] as? Double)
        #expect(least <= ratio && ratio <= most)
        let calls = try String(contentsOf: scratch.url.appendingPathComponent("calls"), encoding: .utf8)
        #expect(calls == "32\n32\n32\n")
        let table = try Tool.run(["bench", "--rounds", "1", "--against", command] + Self.tiny, in: scratch.url)
        #expect(table.output.contains("d8 L1 V16") && table.output.contains("other tokens/s"), "\(table.output)")
    }

    @Test func anEarlierFileIsCompared() throws {
        let scratch = try Scratch()
        let first = try Tool.run(["bench", "--json"] + Self.tiny, in: scratch.url)
        var before = try row(first.output)
        let share = try #require(before["peakShare"] as? Double)
        // The earlier program reached a tenth of today's share, and knew nothing of energy.
        before["peakShare"] = share / 10
        before["joulesPerToken"] = nil
        let line = try JSONSerialization.data(withJSONObject: before)
        try scratch.write(String(decoding: line, as: UTF8.self) + "\n", to: "before.jsonl")
        let now = try Tool.run(["bench", "--json", "--since", "before.jsonl"] + Self.tiny, in: scratch.url)
        let today = try row(now.output)
        let ratio = try #require(today["peakShareRatio"] as? Double)
        #expect(abs(ratio - 10 * (try #require(today["peakShare"] as? Double)) / share) < 1e-9 * ratio)
        let table = try Tool.run(["bench", "--since", "before.jsonl"] + Self.tiny, in: scratch.url)
        #expect(table.output.contains("of peak, over before"), "\(table.output)")
        // Another shape has no figure to compare with.
        let larger = Self.tiny.map { $0 == "16" ? "32" : $0 }
        let other = try Tool.run(["bench", "--json", "--since", "before.jsonl"] + larger, in: scratch.url)
        #expect(try row(other.output)["peakShareRatio"] is NSNull)
    }

    @Test(arguments: [
        (["--against", "exit 3"], "did not succeed"), (["--against", "echo hello"], "tok_s"),
        (["--since", "none.jsonl"], "none.jsonl"), (["--since", "broken.jsonl"], "broken.jsonl:1: this line is no"),
        (["--heads", "3"], "3 heads do not divide width 8"), (["--candidate", "none.json"], "none.json"),
    ])
    func whatCannotBeMeasuredIsOneError(_ options: [String], _ part: String) throws {
        let scratch = try Scratch()
        try scratch.write("{}\n", to: "broken.jsonl")
        let result = try Tool.run(["bench"] + Self.tiny + options, in: scratch.url)
        #expect(result.status == 1 && result.errors.contains(part), "\(result.errors)")
    }

    @Test func theShareOfALadder() throws {
        let scratch = try Scratch()
        try scratch.write(
            #"""
            { "name": "small", "version": 1, "question": "?", "dataset": "known-entropy", "contextLength": 16,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 8192, "seeds": 1 },
                        { "width": 12, "layers": 1, "tokens": 8192, "seeds": 1 }],
              "target": { "width": 16, "layers": 1, "tokens": 16384 },
              "evaluation": { "sequences": 16, "curvePoints": 2, "curveSequences": 8 }, "candidates": ["a", "b"] }
            """#, to: "small/suite.json")
        for (name, rate) in [("a", 0.01), ("b", 0.02)] {
            try scratch.write(
                #"{ "name": "\#(name)", "model": { "heads": 2 }, "batchTokens": 64, "optimizer": { "learningRate": \#(rate) } }"#,
                to: "small/candidates/\(name).json")
        }
        let result = try Tool.run(
            ["bench", "ladder", "--json", "--suite", "./small", "--workers", "2"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let row = try row(result.output)
        let number = { (key: String) in try #require(row[key] as? Double, "\(key)") }
        let spent = try number("trainingCoreSeconds") + number("evaluationCoreSeconds")
        #expect(abs(try number("share") - spent / (2 * number("seconds"))) < 1e-9)
        #expect(try number("share") > 0 && number("share") <= 1 && number("trainingCoreSeconds") > 0)
        #expect(row["runs"] as? Int == 4 && !scratch.files().contains(".scalebench"))
    }

    @Test(arguments: [
        ["--seconds", "-1"], ["--rounds", "0"], ["--width", "0"], ["--precision", "fp8"], ["ladder", "--runs", "1"],
        ["--workers", "0"],
    ])
    func wrongUsageIsRefused(_ options: [String]) throws {
        let scratch = try Scratch()
        let result = try Tool.run(["bench"] + options, in: scratch.url)
        #expect(result.status == 64, "\(result.errors)")
    }

    @Test func aCandidateBringsItsArchitecture() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            #"""
            { "model": { "heads": 2, "activation": "swiGLU", "norm": "rmsNorm", "linearBias": false,
                         "positions": "rotary", "head": "untied" },
              "optimizer": { "type": "sgd", "learningRate": 0.1 }, "batchTokens": 64 }
            """#, to: "c.json")
        var options = Self.tiny
        options.removeSubrange(4...5)
        let result = try Tool.run(["bench", "--json", "--candidate", file] + options, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        // Two tables of 16·8; 8·(24 + 8 + 64) + 32·8; three gains.
        #expect(try row(result.output)["parametersTotal"] as? Int == 256 + 1024 + 24)
    }

    @Test func everyPathHasItsRow() throws {
        let scratch = try Scratch()
        let result = try Tool.run(["bench", "--all-paths", "--json"] + Self.tiny, in: scratch.url)
        let paths = try result.output.split(separator: "\n").compactMap { try row($0)["kernels"] as? String }
        #expect(paths.last == "baseline" && Set(paths).count == paths.count, "\(result.errors)")
    }

    /// The environment variable holds for whole commands; a path that does not exist is an error, never another path.
    @Test func theEnvironmentForcesAPath() throws {
        let scratch = try Scratch()
        let forced = try Tool.run(
            ["bench", "--json"] + Self.tiny, in: scratch.url, environment: ["SCALEBENCH_KERNELS": "baseline"])
        #expect(try row(forced.output)["kernels"] as? String == "baseline", "\(forced.errors)")
        let unknown = try Tool.run(["bench"] + Self.tiny, in: scratch.url, environment: ["SCALEBENCH_KERNELS": "v9"])
        #expect(unknown.status == 1 && unknown.errors.contains("SCALEBENCH_KERNELS"), "\(unknown.errors)")
    }
}
