// Several token budgets of one size: their runs share the first steps, and nothing but the cost shows it.

import Foundation
import Testing

struct TokenBudgetTests {
    /// Rungs of width 8 with these tokens, and one of width 16; the warm-up always has 8 steps.
    private func suite(_ scratch: Scratch, _ name: String, tokens: [Int]) throws -> [String] {
        let rungs = tokens.map { #"{ "width": 8, "layers": 1, "tokens": \#($0), "seeds": 2 }"# }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 32,
              "rungs": [\(rungs.joined(separator: ", ")), { "width": 16, "layers": 1, "tokens": 65536, "seeds": 1 }],
              "target": { "width": 16, "layers": 1, "tokens": 131072 },
              "evaluation": { "sequences": 64, "curvePoints": 5, "curveSequences": 8 } }
            """, to: "\(name)/suite.json")
        for (name, rate) in [("slow", 0.003), ("fast", 0.02)] {
            try scratch.write(
                """
                { "model": { "heads": 2 }, "optimizer": { "learningRate": \(rate) }, "batchTokens": 256,
                  "schedule": { "type": "wsd", "decayFraction": 0.25, "warmupFraction":
                    { "value": 0.125, "rule": "tokensPower", "exponent": -1, "referenceTokens": 16384 } } }
                """, to: "\(name).json")
        }
        return [
            "compare", "slow.json", "fast.json", "--suite", "./\(name)", "--workers", "2", "--all-rungs", "--quiet",
        ]
    }

    private func weights(_ scratch: Scratch, store: String) throws -> [String: Data] {
        let files = scratch.files(under: "\(store)/runs").filter {
            $0.hasSuffix("/model.safetensors") && $0.split(separator: "/").count == 2
        }
        return try Dictionary(
            uniqueKeysWithValues: files.map { file in
                (file, try Data(contentsOf: scratch.url.appendingPathComponent("\(store)/runs/\(file)")))
            })
    }

    @Test func theRunsAreThoseOfEachBudgetAlone() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let together = try suite(scratch, "together", tokens: [16_384, 32_768, 57_344])
        let plan = try Tool.run(together + ["--dry-run"], in: scratch.url)
        // Two budgets at width 8, two seeds and two candidates; and the target of both.
        #expect(plan.output.contains("10 runs of several token budgets go on"), "\(plan.output)")
        let result = try Tool.run(together + ["--store", "together-store"], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            !scratch.files(under: "together-store").contains { $0.contains("branches") || $0.contains("checkpoints") })
        let runs = try weights(scratch, store: "together-store")
        for tokens in [16_384, 32_768, 57_344] {
            var alone = try suite(scratch, "alone-\(tokens)", tokens: [tokens])
            alone.append("--predict-only")
            let single = try Tool.run(alone + ["--store", "alone-store"], in: scratch.url)
            #expect(single.status == 0, "\(single.errors)")
        }
        let others = try weights(scratch, store: "alone-store")
        #expect(others.count == 14)
        #expect(others.allSatisfy { runs[$0.key] == $0.value })
        let again = try Tool.run(together + ["--dry-run", "--store", "together-store"], in: scratch.url)
        #expect(again.output.contains("0 of 16 runs to do"), "\(again.output)")
    }

    @Test func aRunSaysWhereItGoesOn() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let arguments = try suite(scratch, "together", tokens: [16_384, 32_768])
        #expect(try Tool.run(arguments, in: scratch.url).status == 0)
        let branched = try scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("events.jsonl") }.filter {
            file in
            let events = scratch.url.appendingPathComponent(".scalebench/runs/\(file)")
            return try String(contentsOf: events, encoding: .utf8).contains("\"branch\"")
        }
        #expect(branched.count == 6)
        let id = try #require(branched.first?.split(separator: "/").first)
        let shown = try Tool.run(["runs", "show", String(id)], in: scratch.url)
        #expect(shown.output.contains("goes on from"), "\(shown.output)")
    }
}
