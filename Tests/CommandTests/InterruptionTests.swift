// A comparison that is killed, runs beside another one or runs out of disk space goes on with the same command, and its
// result is that of an undisturbed comparison.

import Foundation
import Testing

/// The tests run one at a time: they need the machine's cores, and the kills are timed by the wall clock.
@Suite(.serialized) struct InterruptionTests {
    /// A ladder of many short runs, so that dozens of kills happen during runs.
    private func syntheticLadder(_ scratch: Scratch) throws -> [String] {
        let law = { SyntheticLaw(amplitude: $0, secondsPerStep: 0.0003) }
        return [
            "compare", try scratch.synthetic("a", law(1)), try scratch.synthetic("b", law(1.1)), "--suite",
            try scratch.syntheticSuite(seeds: [40, 30, 20, 8]), "--json", "-", "--workers", "2",
        ]
    }

    private func builtinLadder(_ scratch: Scratch, seeds: [Int] = [36, 24, 12]) throws -> [String] {
        try scratch.buildText()
        let rung = { (width: Int, seeds: Int) in
            #"{ "width": \#(width), "layers": 1, "tokens": 8192, "seeds": \#(seeds) }"#
        }
        try scratch.write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 32,
              "rungs": [\(rung(8, seeds[0])), \(rung(16, seeds[1])), \(rung(24, seeds[2]))],
              "target": { "width": 32, "layers": 1, "tokens": 8192 },
              "evaluation": { "sequences": 64, "curvePoints": 3, "curveSequences": 8 } }
            """, to: "small/suite.json")
        for (name, rate) in [("slow", 0.003), ("fast", 0.02)] {
            try scratch.write(
                #"{ "model": { "heads": 2 }, "optimizer": { "learningRate": \#(rate) }, "batchTokens": 256 }"#,
                to: "\(name).json")
        }
        return ["compare", "slow.json", "fast.json", "--suite", "./small", "--json", "-", "--workers", "2"]
    }

    @Test(arguments: [false, true]) func killedFiftyTimesAndGoneOn(builtin: Bool) throws {
        let scratch = try Scratch(), undisturbed = try Scratch()
        let arguments = try builtin ? builtinLadder(scratch) : syntheticLadder(scratch)
        let whole = try Tool.run(
            try builtin ? builtinLadder(undisturbed) : syntheticLadder(undisturbed), in: undisturbed.url)
        #expect(whole.status == 0, "\(whole.errors)")

        var random = Repeatable(state: builtin ? 1 : 2)
        var finished: [String: Data] = [:]
        // Where the machine is too busy to finish a run before the next kill, the kills get rarer.
        var patience: UInt64 = 160_000, fruitless = 0
        for _ in 0..<50 {
            let before = finished.count
            let running = try Tool.start(arguments, in: scratch.url)
            usleep(UInt32(10_000 + random.next() % patience))
            ProcessTree.kill(running.process.processIdentifier)
            _ = running.wait()
            try check(scratch, &finished)
            fruitless = finished.count == before ? fruitless + 1 : 0
            if fruitless == 5 {
                patience *= 2
                fruitless = 0
            }
        }
        #expect(finished.count > 0)
        let rest = try Tool.run(arguments, in: scratch.url)
        #expect(rest.status == 0, "\(rest.errors)")
        try check(scratch, &finished)
        #expect(rest.withoutDeviceTime == whole.withoutDeviceTime)
    }

    /// Every event file consists of whole events and at most one torn line; those of finished runs never change.
    private func check(_ scratch: Scratch, _ finished: inout [String: Data]) throws {
        for (file, data) in finished { #expect(try self.events(scratch, file) == data, "\(file) was finished") }
        for file in scratch.files(under: ".scalebench/runs") where file.hasSuffix("events.jsonl") {
            let data = try events(scratch, file)
            var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            lines.removeLast()
            let events = try lines.map { try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any]) }
            guard let last = events.last, last["event"] as? String == "end" else { continue }
            #expect(last["status"] as? String == "completed")
            finished[file] = data
        }
    }

    private func events(_ scratch: Scratch, _ file: String) throws -> Data {
        try Data(contentsOf: scratch.url.appendingPathComponent(".scalebench/runs/\(file)"))
    }

    @Test func twoComparesAtOnceTrainNothingTwice() throws {
        let scratch = try Scratch()
        let arguments = try syntheticLadder(scratch)
        let running = try (0..<2).map { _ in try Tool.start(arguments, in: scratch.url) }
        let results = running.map { $0.wait() }
        #expect(results.map(\.status) == [0, 0], "\(results.map(\.errors))")
        #expect(results[0].output == results[1].output)
        for file in scratch.files(under: ".scalebench/runs") where file.hasSuffix("events.jsonl") {
            let text = String(decoding: try events(scratch, file), as: UTF8.self)
            #expect(text.components(separatedBy: #""event":"start""#).count == 2, "\(file) was started once")
        }
    }

    @Test func aTornLineIsDroppedAndSaid() throws {
        let scratch = try Scratch()
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)),
            "--suite",
            try scratch.syntheticSuite(), "--json", "-",
        ]
        let first = try Tool.run(arguments, in: scratch.url)
        let file = try #require(scratch.files(under: ".scalebench/runs").first { $0.hasSuffix("events.jsonl") })
        let url = scratch.url.appendingPathComponent(".scalebench/runs/\(file)")
        // The file now looks as if the run had been killed in the middle of its end event.
        try Data(contentsOf: url).dropLast(20).write(to: url)
        let second = try Tool.run(arguments, in: scratch.url)
        #expect(second.status == 0 && second.withoutDeviceTime == first.withoutDeviceTime)
        #expect(second.errors.contains("its last event was cut short"), "\(second.errors)")
    }

    @Test func closingTheTerminalStopsAsAnyOtherSignal() throws {
        let scratch = try Scratch()
        let law = { SyntheticLaw(amplitude: $0, secondsPerStep: 0.02) }
        let running = try Tool.start(
            [
                "compare", try scratch.synthetic("a", law(1)), try scratch.synthetic("b", law(1.1)), "--suite",
                try scratch.syntheticSuite(),
            ], in: scratch.url)
        usleep(500_000)
        kill(running.process.processIdentifier, SIGHUP)
        let stopped = running.wait()
        #expect(stopped.status == 75)
        #expect(stopped.errors.contains("the same command goes on"), "\(stopped.errors)")
        let checkpoints = scratch.files(under: ".scalebench/runs").filter { $0.contains("checkpoints/step-") }
        #expect(!checkpoints.isEmpty)
    }

    /// A small disk is mounted in a namespace of its own; the test is skipped where the machine does not allow one.
    /// With the three sizes the disk fills up while runs are prepared, while they are trained, and late.
    @Test(.enabled(if: canMount), arguments: ["100k", "300k", "500k"])
    func aFullDiskIsAClearErrorAndSpaceIsEnough(size: String) throws {
        let scratch = try Scratch(), undisturbed = try Scratch()
        let seeds = [6, 4, 2]
        let whole = try Tool.run(try builtinLadder(undisturbed, seeds: seeds), in: undisturbed.url)
        let arguments = try builtinLadder(scratch, seeds: seeds) + ["--store", "./disk/store"]
        try scratch.write(
            """
            mkdir disk && mount -t tmpfs -o size=\(size) none disk
            "$@" > full.json 2> full.txt; echo $? > full.status
            mount -o remount,size=50m disk
            "$@" > freed.json 2> freed.txt; echo $? > freed.status
            """, to: "script.sh")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = Self.namespace + ["sh", "script.sh", Tool.path] + arguments
        process.currentDirectoryURL = scratch.url
        try process.run()
        process.waitUntilExit()
        let read = { try String(contentsOf: scratch.url.appendingPathComponent($0), encoding: .utf8) }
        let whenFull = try read("full.txt"), whenFreed = try read("freed.txt")
        #expect(try read("full.status") == "1\n")
        #expect(whenFull.contains("No space left on device") || whenFull.contains("enough space"), "\(whenFull)")
        #expect(try read("freed.status") == "0\n", "\(whenFreed)")
        #expect(try read("freed.json") == whole.output)
    }

    private static let namespace = getuid() == 0 ? ["-m"] : ["-r", "-m"]

    private static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = namespace + ["mount", "-t", "tmpfs", "none", NSTemporaryDirectory()]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
