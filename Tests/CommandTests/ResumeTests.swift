// Interrupting, going on, adding a candidate: no run is ever trained twice, none is lost.

import Foundation
import Testing

struct ResumeTests {
    private func startLines(_ scratch: Scratch) -> Int {
        scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("events.jsonl") }.map { file in
            let text =
                (try? String(
                    contentsOf: scratch.url.appendingPathComponent(".scalebench/runs/\(file)"), encoding: .utf8)) ?? ""
            return text.components(separatedBy: "\"event\":\"start\"").count - 1
        }.reduce(0, +)
    }

    @Test func secondTimeNothingIsTrained() throws {
        let scratch = try Scratch()
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)),
            "--suite",
            try scratch.syntheticSuite(), "--json", "-", "--all-rungs",
        ]
        let first = try Tool.run(arguments, in: scratch.url)
        let starts = startLines(scratch)
        let second = try Tool.run(arguments, in: scratch.url)
        #expect(first.status == 0 && second.status == 0, "\(first.errors)")
        #expect(first.output == second.output)
        #expect(starts == 2 * (4 + 3 + 2 + 2 + 1))
        #expect(startLines(scratch) == starts)
        // A against C reuses A's runs.
        let third = try Tool.run(
            [
                "compare", "a.json", try scratch.synthetic("c", .init(amplitude: 1.2)), "--suite", "./planted",
                "--quiet", "--all-rungs",
            ],
            in: scratch.url)
        #expect(third.status == 0, "\(third.errors)")
        #expect(startLines(scratch) == starts + 12)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func aSignalStopsCleanlyAndTheSameCommandGoesOn(signal: Int32) throws {
        let scratch = try Scratch()
        // A run has 32 to 512 steps of 5 ms each: it is long enough to be interrupted in the middle.
        let law = { SyntheticLaw(amplitude: $0, secondsPerStep: 0.005) }
        let arguments = [
            "compare", try scratch.synthetic("a", law(1)), try scratch.synthetic("b", law(1.1)), "--suite",
            try scratch.syntheticSuite(), "--json", "-", "--workers", "2",
        ]
        let running = try Tool.start(arguments, in: scratch.url)
        Thread.sleep(forTimeInterval: 1.5)
        kill(running.process.processIdentifier, signal)
        let stopped = running.wait()
        #expect(stopped.status == 75)
        #expect(stopped.output.isEmpty)
        #expect(stopped.errors.contains("the same command goes on"), "\(stopped.errors)")
        let resumed = try Tool.run(arguments, in: scratch.url)
        #expect(resumed.status == 0, "\(resumed.errors)")

        let undisturbed = try Scratch()
        let whole = try Tool.run(
            [
                "compare", try undisturbed.synthetic("a", law(1)), try undisturbed.synthetic("b", law(1.1)), "--suite",
                try undisturbed.syntheticSuite(), "--json", "-",
            ], in: undisturbed.url)
        #expect(resumed.withoutDeviceTime == whole.withoutDeviceTime)
    }

    @Test func dryRunLeavesNothingBehind() throws {
        let scratch = try Scratch()
        let a = try scratch.synthetic("a", .init()), b = try scratch.synthetic("b", .init(amplitude: 2))
        let suite = try scratch.syntheticSuite()
        let before = scratch.files()
        let result = try Tool.run(["compare", a, b, "--suite", suite, "--dry-run"], in: scratch.url)
        #expect(result.status == 0)
        #expect(result.output.contains("24 of 24 runs to do"), "\(result.output)")
        #expect(scratch.files() == before)
    }
}
