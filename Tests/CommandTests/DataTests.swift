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
        return ["compare", "slow.json", "fast.json", "--suite", "./small", "--dataset", "./mine", "--json", "-"]
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
        #expect(first.output == again.output, "same specs, same machine, same numbers to the last bit")
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
}
