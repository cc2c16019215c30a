// Input that once crashed, hung or fooled the tool, given to the built binary.

import Foundation
import Testing

struct HostileInputTests {
    /// A finished comparison of two synthetic candidates; what repeats it.
    private func compared(_ scratch: Scratch) throws -> [String] {
        let arguments = [
            "compare", try scratch.synthetic("a", .init()), try scratch.synthetic("b", .init(amplitude: 1.1)),
            "--suite",
            try scratch.syntheticSuite(), "--json", "-",
        ]
        #expect(try Tool.run(arguments, in: scratch.url).status == 0)
        return arguments
    }

    /// Rewrites the final loss of the run whose name comes first.
    private func setLoss(_ loss: String, _ scratch: Scratch) throws {
        let name = try #require(scratch.files(under: ".scalebench/runs").first { $0.hasSuffix("events.jsonl") })
        let file = scratch.url.appendingPathComponent(".scalebench/runs/\(name)")
        let lines = try String(contentsOf: file, encoding: .utf8).withoutChecksums.split(separator: "\n")
        let last = try #require(lines.lastIndex { $0.contains(#""evaluation""#) })
        var changed = lines.map(String.init)
        changed[last] = changed[last].replacing(
            /"natsPerToken":[0-9.e+-]+/, with: "\"natsPerToken\":\(loss)")
        try Data((changed.joined(separator: "\n") + "\n").utf8).write(to: file)
    }

    @Test func aLossOfZeroIsAFindingAndHidesNoBoard() throws {
        let scratch = try Scratch()
        let arguments = try compared(scratch)
        try setLoss("0", scratch)
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.contains("impossibleLoss"))
        let board = try Tool.run(["leaderboard"], in: scratch.url)
        #expect(board.status == 0 && board.output.contains("a"), "\(board.errors)")
        let backtest = try Tool.run(["backtest", "--store", ".scalebench"], in: scratch.url)
        #expect(!backtest.errors.contains("Fatal") && (0...1).contains(backtest.status), "\(backtest.errors)")
    }

    @Test func aDamagedRunIsNamedAndTheRestIsJudged() throws {
        let scratch = try Scratch()
        var arguments = try compared(scratch)
        let names = scratch.files(under: ".scalebench/runs").filter { $0.hasSuffix("events.jsonl") }
        let file = scratch.url.appendingPathComponent(".scalebench/runs/\(try #require(names.first))")
        var bytes = try Data(contentsOf: file)
        bytes.append(Data("xx\n".utf8))
        try bytes.write(to: file)
        arguments.insert(try scratch.synthetic("c", .init(amplitude: 0.9)), at: 3)
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 1 && result.errors.contains("not a run event"), "\(result.errors)")
        #expect(result.output.contains("runsFailed") && result.output.contains("\"c\""))
        #expect(try Data(contentsOf: file) == bytes)
    }

    @Test(arguments: ["1e299", "1e200", "5e12"]) func anAbsurdLossIsNoResult(loss: String) throws {
        let scratch = try Scratch()
        let arguments = try compared(scratch)
        try setLoss(loss, scratch)
        let again = try Tool.run(arguments + ["--report", "r.html"], in: scratch.url)
        #expect(again.status == 0, "\(again.errors)")
        let table = try scratch.write(
            "candidate,scale,seed,loss\na,1,0,3\na,2,0,2.9\na,4,0,\(loss)\nb,1,0,3\nb,2,0,2.8\nb,4,0,2.7\n", to: "t.csv"
        )
        let refused = try Tool.run(["compare", "--runs", table, "--target-scale", "16"], in: scratch.url)
        #expect(refused.status == 1 && refused.errors.contains("t.csv:4"), "\(refused.errors)")
    }

    @Test func bytesThatAreNotTextAreOneError() throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("log.jsonl")
        for bytes in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0x00]] as [[UInt8]] {
            var data = Data(#"{"step":1,"val_loss":3.0}"#.utf8 + [0x0A])
            data.append(Data(#"{"step":2,"#.utf8 + bytes + Data("\"val_loss\":2.0}\n".utf8)))
            try data.write(to: file)
            for format in [[], ["--format", "jsonl"]] {
                let result = try Tool.run(
                    ["runs", "import", "log.jsonl", "--candidate", "x", "--tokens", "1e6"] + format, in: scratch.url)
                #expect(result.status == 1 && result.errors.contains("log.jsonl:2"), "\(result.errors)")
            }
        }
    }

    @Test func numbersThatOverflowAreErrors() throws {
        let scratch = try Scratch()
        try scratch.write("step,val_loss\n1,3\n9000000000000000000,2\n", to: "log.csv")
        let base = ["runs", "import", "log.csv", "--candidate", "x", "--tokens", "1e6"]
        let product = try Tool.run(base + ["--tokens-per-step", "1000"], in: scratch.url)
        #expect(product.status == 1 && product.errors.contains("--tokens-per-step"), "\(product.errors)")
        let seed = try Tool.run(base + ["--seed", "\(Int.max)"], in: scratch.url)
        #expect(seed.status == 64 && seed.errors.contains("--seed"), "\(seed.errors)")
        try scratch.write("run,candidate,seed\nlog.csv,x,\(Int.max)\n", to: "labels.csv")
        let labels = try Tool.run(["runs", "import", "log.csv", "--labels", "labels.csv"], in: scratch.url)
        #expect(labels.status == 1 && labels.errors.contains("labels.csv:2"), "\(labels.errors)")
    }

    @Test(.timeLimit(.minutes(1))) func namedPipesAreRefused() throws {
        let scratch = try Scratch()
        #expect(mkfifo(scratch.url.appendingPathComponent("pipe.csv").path, 0o644) == 0)
        let suite = try scratch.syntheticSuite()
        for arguments in [
            ["compare", "--runs", "pipe.csv", "--target-scale", "1e9"],
            ["runs", "import", "pipe.csv", "--candidate", "x", "--tokens", "1e6"],
            ["data", "build", "--text", "pipe.csv", "--name", "x", "--root", "."],
            ["compare", "./pipe.csv", "b.json", "--suite", suite], ["fit", "pipe.csv"],
        ] {
            let result = try Tool.run(arguments, in: scratch.url)
            #expect([1, 64].contains(result.status), "\(arguments): \(result.errors)")
        }
    }

    @Test func anImpossibleLossIsNoRowOfATable() throws {
        let scratch = try Scratch()
        for (name, losses) in [("good", ["3", "2"]), ("negative", ["3", "-3"]), ("infinite", ["3", "-inf"])] {
            let lines = losses.enumerated().map { "\($0.offset + 1),\($0.element)" }
            try scratch.write("step,val_loss\n" + lines.joined(separator: "\n") + "\n", to: "\(name).csv")
            let result = try Tool.run(
                ["runs", "import", "\(name).csv", "--candidate", name, "--parameters", "1e6"], in: scratch.url)
            #expect(result.status == 0, "\(result.errors)")
        }
        let table = try Tool.run(["runs", "export", "--table"], in: scratch.url)
        #expect(table.status == 0 && table.output.contains("good") && !table.output.contains("negative"))
        #expect(!table.output.contains("infinite"))
        try scratch.write("{\"step\":-5,\"val_loss\":3}\n{\"step\":2,\"val_loss\":2}\n", to: "log.jsonl")
        let log = try Tool.run(
            ["runs", "import", "log.jsonl", "--candidate", "x", "--parameters", "1e6"], in: scratch.url)
        #expect(log.status == 0)
        #expect(!(try Tool.run(["runs", "export"], in: scratch.url)).output.contains("-5"))
    }

    @Test(.timeLimit(.minutes(1))) func aPipeForResultsIsRefused() throws {
        let scratch = try Scratch()
        let arguments = try compared(scratch).dropLast() + ["p"]
        #expect(mkfifo(scratch.url.appendingPathComponent("p").path, 0o644) == 0)
        let result = try Tool.run(Array(arguments), in: scratch.url)
        #expect(result.status == 1 && result.errors.contains("p: cannot be written"), "\(result.errors)")
    }

    @Test(arguments: [
        ("candidate,scale,seed,loss,axis\na,1,0,3,flop\n", "did you mean"),
        ("candidate,scale,seed,loss,loss\na,1,0,3,4\n", "two columns are called loss"),
        ("candidate,scale,seed,loss\na,1,0,3\na,1,00,3\nb,1,0,3\n", "the same candidate, scale and seed as line 2"),
    ]) func tablesThatContradictThemselvesAreRefused(table: String, words: String) throws {
        let scratch = try Scratch()
        try scratch.write(table, to: "t.csv")
        let result = try Tool.run(["compare", "--runs", "t.csv", "--target-scale", "16"], in: scratch.url)
        #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
    }

    @Test func errorsAndTablesCarryNoEscapes() throws {
        let scratch = try Scratch()
        let table = try scratch.write(
            "candidate,scale,seed,loss\n\u{1B}]0;owned\u{7}a,1,0,x\n", to: "t.csv")
        let result = try Tool.run(["compare", "--runs", table, "--target-scale", "16"], in: scratch.url)
        #expect(result.status == 1 && !result.errors.contains("\u{1B}"), "\(result.errors)")
        let option = try Tool.run(
            ["compare", "--runs", table, "--target-scale", "16", "--where", "\u{1B}[31mx"], in: scratch.url)
        #expect(option.status == 64 && !option.errors.contains("\u{1B}"))
        for arguments in [["fit", table, "--delta", "\u{1B}[31m"], ["\u{1B}[31m"], ["fit", table, "x\ry"]] {
            let usage = try Tool.run(arguments, in: scratch.url)
            #expect(usage.status == 64 && usage.errors.contains("Error: "), "\(usage.errors)")
            #expect(!usage.errors.contains("\u{1B}") && !usage.errors.contains("\r"), "\(usage.errors)")
        }
    }

    @Test func aFullStandardOutputIsOneError() throws {
        let scratch = try Scratch()
        for command in ["suites", "doctor --json", "--version", "--help", "runs --generate-completion-script zsh"] {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", "\"\(Tool.path)\" \(command) >/dev/full 2>errors"]
            shell.currentDirectoryURL = scratch.url
            try shell.run()
            shell.waitUntilExit()
            let errors = try String(contentsOf: scratch.url.appendingPathComponent("errors"), encoding: .utf8)
            #expect(!errors.contains("NSCocoa"), "\(command): \(errors)")
            #expect(shell.terminationStatus == 1 && errors.contains("standard output: the result cannot be written"))
        }
    }

    @Test func aStoreOfALayoutThatNeverWasIsRefused() throws {
        let scratch = try Scratch()
        let arguments = try compared(scratch)
        try scratch.write(#"{"layoutVersion":-5}"#, to: ".scalebench/store.json")
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 1 && result.errors.contains("layout -5 has never existed"), "\(result.errors)")
        try scratch.write("5", to: ".scalebench/store.json")
        let other = try Tool.run(arguments, in: scratch.url)
        #expect(
            other.status == 1 && other.errors.contains("cause: another kind of value is expected"), "\(other.errors)")
    }

    @Test func aDataSetOfASuiteIsFoundFromAnywhere() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let suite = #"""
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 16,
              "rungs": [{ "width": 8, "layers": 1, "tokens": 4096 }, { "width": 16, "layers": 1, "tokens": 4096 },
                        { "width": 24, "layers": 1, "tokens": 4096 }],
              "target": { "width": 32, "layers": 1, "tokens": 4096 }, "evaluation": { "sequences": 8 } }
            """#
        try scratch.write(suite, to: "suite/suite.json")
        let a = try scratch.write(
            #"{ "name": "a", "batchTokens": 256, "optimizer": { "learningRate": 0.01 } }"#, to: "a.json")
        let b = try scratch.write(
            #"{ "name": "b", "batchTokens": 256, "optimizer": { "learningRate": 0.02 } }"#, to: "b.json")
        try scratch.write("", to: "some/where/else")
        let result = try Tool.run(
            ["compare", a, b, "--suite", "../../suite", "--dry-run"],
            in: scratch.url.appendingPathComponent("some/where"))
        #expect(result.status == 0, "\(result.errors)")
    }
}
