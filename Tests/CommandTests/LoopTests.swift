// The decision on a change, and a loop over thirty of them.

import Foundation
import Testing

struct LoopTests {
    private static let python = (["/usr/bin/python3", "/usr/local/bin/python3"] as [String]).first {
        access($0, X_OK) == 0
    }

    private func base(_ scratch: Scratch) throws -> String {
        _ = try scratch.syntheticSuite(seeds: [3, 3, 3, 3])
        return try scratch.synthetic("base", SyntheticLaw(noise: 0.005))
    }

    @Test func aChangeIsKeptDiscardedOrRunAgainWithItsStatus() throws {
        let scratch = try Scratch(), base = try base(scratch)
        let compare = { (amplitude: Double, rate: Double) in
            let change = try scratch.synthetic(
                "change", SyntheticLaw(amplitude: amplitude, noise: 0.005), learningRate: rate)
            return try Tool.run(
                ["compare", base, change, "--suite", "./planted", "--predict-only", "--all-rungs", "--tried", "30"],
                in: scratch.url)
        }
        let better = try compare(0.9, 0.02), worse = try compare(1.1, 0.03)
        #expect(better.status == 0 && better.output.contains("\nKeep: change is better at width 128"))
        #expect(worse.status == 4 && worse.output.contains("\nDiscard: change is better at width 128"))
        #expect(better.output.contains("; 99.83 % is needed to keep it"), "\(better.output)")
        let line = try #require(better.output.split(separator: "\n").last)
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(answer["advice"] as? String == "keep" && answer["tried"] as? Int == 30)
        // A gain of about two standard errors.
        let small = try compare(0.993, 0.04)
        #expect([4, 5].contains(small.status))
    }

    @Test func theChangesOfATableAreCounted() throws {
        let scratch = try Scratch(), base = try base(scratch)
        let change = try scratch.synthetic("change", SyntheticLaw(amplitude: 0.9, noise: 0.005), learningRate: 0.02)
        _ = try scratch.write("change\tstatus\n" + String(repeating: "x\tdiscard\n", count: 9), to: "results.tsv")
        let arguments = ["compare", base, change, "--suite", "./planted", "--predict-only", "--all-rungs", "--quiet"]
        let result = try Tool.run(arguments + ["--tried", "results.tsv"], in: scratch.url)
        #expect(result.output.contains("\"tried\":10}"), "\(result.output)")
        // 1 − 0.05/(10 · 11): how many will follow is not known.
        #expect(result.output.contains("\"needed\":0.99954"), "\(result.output)")
        for wrong in ["0", "no-such-file.tsv"] {
            #expect(try Tool.run(arguments + ["--tried", wrong], in: scratch.url).status == 64)
        }
    }

    @Test(.enabled(if: python != nil, "needs python3")) func aLoopOfThirtyChangesKeepsNoneThatDoesNothing() throws {
        let scratch = try Scratch(), base = try base(scratch)
        let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Suites/examples/loop/loop.py").standardized.path
        var amplitude = 1.0, changes = ""
        for index in 0..<30 {
            let rate = 0.011 + 0.001 * Double(index)
            var text = #"{ "optimizer": { "learningRate": \#(rate) } }"#
            // Nine changes are worse and three much better; the other eighteen do nothing.
            if index % 3 == 1 { text = law(amplitude * 1.05, rate) }
            if index % 10 == 2 {
                amplitude *= 0.9
                text = law(amplitude, rate)
            }
            let name = String(format: "change-%02d", index), doesNothing = index % 3 != 1 && index % 10 != 2
            changes += #"{ "name": "\#(name)", "doesNothing": \#(doesNothing), "change": \#(text) }"# + "\n"
        }
        let loop = Process(), output = Pipe()
        loop.executableURL = URL(fileURLWithPath: try #require(Self.python))
        loop.arguments = [example, base, try scratch.write(changes, to: "changes.jsonl"), "--suite", "./planted"]
        loop.currentDirectoryURL = scratch.url
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_CACHE_HOME"] = scratch.url.appendingPathComponent("cache").path
        let tools = URL(fileURLWithPath: Tool.path).deletingLastPathComponent().path
        environment["PATH"] = "\(tools):\(environment["PATH"] ?? "/usr/bin:/bin")"
        loop.environment = environment
        loop.standardOutput = output
        try loop.run()
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        loop.waitUntilExit()
        #expect(loop.terminationStatus == 0 && lines.count == 31, "\(lines)")
        let kept = lines.filter { $0.hasSuffix(": kept") }.compactMap { Int($0.dropFirst(7).prefix(2)) }
        #expect(kept.allSatisfy { $0 % 10 == 2 }, "kept \(kept)")
        #expect(kept.count >= 2, "kept \(kept)")
        #expect(lines.last == "Kept \(kept.count) of 12 changes, and 0 of 18 that do nothing.", "\(lines)")
    }

    private func law(_ amplitude: Double, _ rate: Double) -> String {
        #"{ "trainer": { "law": { "amplitude": \#(amplitude) } }, "optimizer": { "learningRate": \#(rate) } }"#
    }
}
