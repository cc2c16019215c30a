// A user's own text, from the file to a verdict, and what happens when it is bad.

import Foundation
import Testing

struct DataTests {
    private func smallSuite(_ scratch: Scratch) throws -> [String] {
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "none", "contextLength": 16,
              "rungs": [{ "width": 4, "layers": 1, "tokens": 8192 }, { "width": 8, "layers": 1, "tokens": 8192 }],
              "target": { "width": 16, "layers": 1, "tokens": 8192 },
              "evaluation": { "sequences": 16, "curvePoints": 2, "curveSequences": 4 } }
            """, to: "small/suite.json")
        for (name, rate) in [("slow", 0.001), ("fast", 0.02)] {
            try scratch.write(
                #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": \#(rate) }, "batchTokens": 256 }"#,
                to: "\(name).json")
        }
        return [
            "compare", "slow.json", "fast.json", "--suite", "./small", "--dataset", "./mine", "--json", "-",
            "--all-rungs",
        ]
    }

    @Test func ownTextBecomesAVerdictAndTheSameNumbersTwice() throws {
        let scratch = try Scratch()
        try scratch.write(Scratch.sentences(), to: "text.txt")
        let built = try Tool.run(
            ["data", "build", "--text", "text.txt", "--name", "mine", "--root", "."], in: scratch.url)
        #expect(built.status == 0, "\(built.errors)")
        let arguments = try smallSuite(scratch)
        let first = try Tool.run(arguments, in: scratch.url)
        #expect(first.status == 0, "\(first.errors)")
        let again = try Tool.run(arguments + ["--store", "other"], in: scratch.url)
        #expect(
            first.withoutDeviceTime == again.withoutDeviceTime, "same specs, same machine, same numbers to the last bit"
        )
        let document = try #require(try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any])
        let pair = try #require((document["pairs"] as? [[String: Any]])?.first)
        let observed = try #require(pair["observed"] as? [String: Any])
        #expect(try #require(observed["gap"] as? Double) < -0.1, "ten times the rate learns far more in 32 steps")
        #expect(observed["evaluationStandardError"] is Double)
    }

    @Test func aFlippedBitInAShardIsFoundBeforeItIsTrainedOn() throws {
        let scratch = try Scratch()
        try scratch.write(Scratch.sentences(), to: "text.txt")
        _ = try Tool.run(["data", "build", "--text", "text.txt", "--name", "mine", "--root", "."], in: scratch.url)
        let shard = try #require(scratch.files(under: "mine").first { $0.hasPrefix("train") })
        let file = scratch.url.appendingPathComponent("mine/\(shard)")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: file)
        let result = try Tool.run(try smallSuite(scratch), in: scratch.url)
        #expect(result.status == 1)
        #expect(result.errors.contains("mine/train"), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: ["", "too short"]) func badTextLeavesNothingBehind(text: String) throws {
        let scratch = try Scratch()
        try scratch.write(text, to: "text.txt")
        let before = scratch.files()
        let result = try Tool.run(
            ["data", "build", "--text", "text.txt", "--name", "mine", "--root", "."], in: scratch.url)
        #expect(result.status == 1)
        #expect(result.errors.contains("text.txt"), "\(result.errors)")
        #expect(scratch.files() == before)
    }

    /// Import, verify, stats, a mixture and export: the exported file equals the imported one.
    @Test func tokensGoInAndComeOut() throws {
        let scratch = try Scratch()
        let tokens = (0..<60_000).flatMap { [UInt8($0 * $0 % 251), UInt8($0 % 3)] }
        try Data(tokens).write(to: scratch.url.appendingPathComponent("train.bin"))
        try Data(tokens.prefix(20_000)).write(to: scratch.url.appendingPathComponent("val.bin"))
        func run(_ arguments: String..., status: Int32 = 0) throws -> ToolResult {
            let result = try Tool.run(["data"] + arguments, in: scratch.url)
            #expect(result.status == status, "\(arguments): \(result.errors)")
            return result
        }
        let asked = try run(
            "import", "train.bin", "--validation", "val.bin", "--name", "web", "--root", ".", status: 1)
        #expect(asked.errors.contains("--dtype uint16"))
        let unknown = try run(
            "import", "train.bin", "--validation", "val.bin", "--dtype", "uint16", "--name", "web", "--root", ".",
            status: 1)
        #expect(unknown.errors.contains("at least 762"))
        #expect(scratch.files() == ["train.bin", "val.bin"])
        for name in ["web", "twin"] {
            _ = try run(
                "import", "train.bin", "--validation", "val.bin", "--dtype", "uint16", "--vocabulary", "800", "--name",
                name, "--root", ".")
        }
        #expect(try run("verify", "./web").output.contains("70 k tokens"))
        let stats = try run("stats", "./web", "--json").output
        let parts = try #require(try JSONSerialization.jsonObject(with: Data(stats.utf8)) as? [[String: Any]])
        #expect((parts[0]["train"] as? [String: Any])?["tokens"] as? Int == 60_000)
        #expect(try run("inspect", "./web", "--tokens", "3").output.contains("\n  0 257 516"))
        _ = try run("mix", "web=2", "twin=1", "--name", "both", "--root", ".")
        #expect(try run("bench", "./both", "--context-length", "64").output.contains("tokens/s"))
        _ = try run("export", "./web", "--to", "out")
        #expect(try Data(contentsOf: scratch.url.appendingPathComponent("out/train.bin")) == Data(tokens))
        #expect(try run("export", "./web", "--to", "out", status: 1).errors.contains("exists already"))
        #expect(try run("export", "./both", "--to", "out", status: 1).errors.contains("mixture"))
    }

    @Test func textFromStandardInputAndFolders() throws {
        let scratch = try Scratch()
        try scratch.write(Scratch.sentences(), to: "texts/a.txt")
        try scratch.write(Scratch.sentences().uppercased(), to: "texts/deep/b.txt")
        try scratch.write("hidden", to: "texts/.git/c.txt")
        let whole = try scratch.write(Scratch.sentences() + Scratch.sentences().uppercased(), to: "whole.txt")
        func total(_ text: String, _ name: String, input: String? = nil) throws -> Int {
            let arguments = ["data", "build", "--text", text, "--name", name, "--root", "sets"]
            let result = try Tool.run(arguments, in: scratch.url, input: input)
            #expect(result.status == 0, "\(result.errors)")
            let text = try Tool.run(["data", "inspect", "./sets/\(name)", "--json"], in: scratch.url).output
            let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let parts = try #require(report["parts"] as? [[String: Any]])
            let splits = try #require(parts[0]["splits"] as? [String: [String: Any]])
            return splits.values.reduce(0) { $0 + ($1["tokens"] as? Int ?? 0) }
        }
        let expected = 2 * Scratch.sentences().utf8.count
        #expect(try total("texts", "folder") == expected)
        #expect(try total("-", "stream", input: whole) == expected)
    }

    /// A disk that fills up half-way gives an error that says so, and no data set, temporary or other.
    @Test func aFullDiskLeavesNothingBehind() throws {
        let scratch = try Scratch()
        // This is text that zstd cannot make small.
        var random = SystemRandomNumberGenerator()
        let noise = (0..<40_000).map { _ in String(random.next(), radix: 36) }.joined(separator: "\n")
        try scratch.write(noise, to: "text.txt")
        // A limit on the size of a file, with its signal ignored, fails a write as a full disk does.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            "trap '' XFSZ; ulimit -f 100; exec \"$0\" data build --text text.txt --name full --root sets 2> errors",
            Tool.path,
        ]
        process.currentDirectoryURL = scratch.url
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        let errors = try String(contentsOf: scratch.url.appendingPathComponent("errors"), encoding: .utf8)
        #expect(errors.contains("cause: File too large") && errors.contains("has space"), "\(errors)")
        #expect(scratch.files(under: "sets").isEmpty)
    }

    /// Of two builders of one name at once, one completes the data set, and one with other tokens gets an error.
    @Test func twoBuildersAtOnce() throws {
        let scratch = try Scratch()
        try scratch.write(Scratch.sentences(), to: "a.txt")
        try scratch.write(Scratch.sentences().uppercased(), to: "b.txt")
        func start(_ file: String) throws -> RunningTool {
            try Tool.start(["data", "build", "--text", file, "--name", "one", "--root", "."], in: scratch.url)
        }
        let results = try [start("a.txt"), start("a.txt"), start("b.txt")].map { $0.wait() }
        #expect(results.contains { $0.status == 0 })
        for result in results where result.status != 0 { #expect(result.errors.contains("exists already")) }
        #expect(try Tool.run(["data", "verify", "./one"], in: scratch.url).status == 0)
        #expect(!scratch.files().contains { $0.contains(".tmp-") })
    }
}
