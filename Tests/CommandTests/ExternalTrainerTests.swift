// A ladder whose runs are trained by a program of the user, also when that program fails.

import Foundation
import Testing

/// A trainer in shell and awk: loss = 1 + amplitude · width^(−0.3) + noise. It fails where it is told to.
extension Scratch {
    /// Rungs of widths 8, 16 and 32 with two seeds, a target of width 64; 8 steps each.
    func externalSuite() throws -> String {
        let rungs = [8, 16, 32].map { #"{ "width": \#($0), "layers": 1, "tokens": 1024, "seeds": 2 }"# }
        try write(
            """
            { "version": 1, "question": "?", "dataset": "../text", "contextLength": 16,
              "rungs": [\(rungs.joined(separator: ", "))], "target": { "width": 64, "layers": 1, "tokens": 1024 },
              "evaluation": { "sequences": 16, "curvePoints": 1, "curveSequences": 4 } }
            """, to: "external/suite.json")
        return url.appendingPathComponent("external").path
    }

    /// - Parameter fault: shell code that runs first; it sees `width`, `seed` and `steps`.
    func external(_ name: String, amplitude: Double, fault: String = "") throws -> String {
        try write(
            """
            value() { sed -n "s/.*\\"$1\\" : \\([0-9.]*\\).*/\\1/p" "$SCALEBENCH_SPEC" | head -n 1; }
            width=$(value width); seed=$(value seed); steps=$(value steps)
            \(fault)
            awk -v w="$width" -v s="$seed" -v n="$steps" -v a="$1" 'BEGIN {
              loss = 1 + a * w ^ -0.3 + 0.003 * sin(7 * s + w + 100 * a)
              for (i = 1; i <= n; i++)
                printf "{\\"event\\":\\"step\\",\\"step\\":%d,\\"tokens\\":%d,\\"natsPerToken\\":%.6f}\\n", i, i * 128, loss
              printf "{\\"event\\":\\"evaluation\\",\\"step\\":%d,\\"tokens\\":%d,\\"natsPerToken\\":%.6f,", n, n * 128, loss
              printf "\\"sequences\\":16}\\n{\\"event\\":\\"end\\",\\"status\\":\\"completed\\",\\"step\\":%d,\\"tokens\\":%d}\\n", n, n * 128
            }' >> "$SCALEBENCH_EVENTS"
            """, to: "\(name).sh")
        return try write(
            """
            { "trainer": { "type": "command", "command": ["sh", "\(name).sh", "\(amplitude)"], "silenceTimeout": 30 },
              "optimizer": { "learningRate": 0.01 }, "batchTokens": 128, "model": { "heads": 2 } }
            """, to: "\(name).json")
    }
}

struct ExternalTrainerTests {
    private func document(_ result: ToolResult) throws -> [[String: Any]] {
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return try #require(document?["pairs"] as? [[String: Any]])
    }

    private func findings(_ pair: [String: Any]) throws -> [String: String] {
        let list = try #require(pair["findings"] as? [[String: Any]])
        return Dictionary(list.map { ($0["code"] as! String, $0["message"] as! String) }) { first, _ in first }
    }

    @Test func aLadderThatAProgramTrains() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let arguments = [
            "compare", try scratch.external("a", amplitude: 2), try scratch.external("b", amplitude: 2.2), "--suite",
            try scratch.externalSuite(), "--json", "-",
        ]
        let result = try Tool.run(arguments, in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try document(result)[0]["verdict"] as? String == "aBetter")
        // The tokens as plain files are those of the data set.
        let plain = try #require(scratch.files(under: "cache").first { $0.hasSuffix("train.bin") })
        let bytes = try Data(contentsOf: scratch.url.appendingPathComponent("cache/\(plain)"))
        #expect(bytes.count > 200_000 && stride(from: 1, to: 2000, by: 2).allSatisfy { bytes[$0] == 0 })
        let again = try Tool.run(arguments, in: scratch.url)
        #expect(again.output == result.output && again.status == 0)
    }

    /// It has a session of its own and nothing of the trainer's environment.
    @Test func whatATrainerLeavesBehindWithoutItsEnvironmentEnds() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let folder = scratch.url.appendingPathComponent("left").path
        try scratch.write("", to: "left/none")
        let leave = """
            file=\(folder)/$width-$seed
            setsid env -i /bin/sh -c 'echo $$ > "$0"; exec sleep 300' "$file" > /dev/null 2>&1 &
            while [ ! -s "$file" ]; do sleep 0.01; done
            """
        let result = try Tool.run(
            [
                "compare", try scratch.external("a", amplitude: 2, fault: leave),
                try scratch.external("b", amplitude: 2.2),
                "--suite", try scratch.externalSuite(), "--all-rungs",
            ], in: scratch.url)
        #expect(result.status == 0, "\(result.errors)")
        let left = try scratch.files(under: "left").compactMap { name in
            pid_t(try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).dropLast())
        }
        #expect(left.count == 7)
        for process in left { #expect(kill(process, 0) != 0 && errno == ESRCH, "\(process) lives on") }
    }

    @Test func aTrainerWithoutAKnownFileIsAFinding() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let a = try scratch.external("a", amplitude: 2), named = try scratch.external("b", amplitude: 2.2)
        let text = try String(contentsOfFile: scratch.url.appendingPathComponent("b.json").path, encoding: .utf8)
        let b = try scratch.write(
            text.replacing(#"["sh", "b.sh", "2.2"]"#, with: #"["sh", "-c", ". ./b.sh", "b", "2.2"]"#), to: "c.json")
        let arguments = ["compare", a, b, "--suite", try scratch.externalSuite()]
        let words = "c: the trainer's code is not part of a run's identity: a change of it will not be noticed"
        let plan = try Tool.run(arguments + ["--dry-run"], in: scratch.url)
        #expect(plan.status == 0 && plan.output.contains("! \(words)\n  → name its files"), "\(plan.output)")
        let none = try Tool.run(
            ["compare", a, named, "--suite", try scratch.externalSuite(), "--dry-run"], in: scratch.url)
        #expect(none.status == 0 && !none.output.contains("identity"))
        let result = try Tool.run(arguments + ["--json", "-"], in: scratch.url)
        #expect(try findings(document(result)[0])["trainerNotHashed"] == words)
        let told = try #require(result.errors.firstRange(of: words)), begun = result.errors.firstRange(of: "started ")
        #expect(told.upperBound < (try #require(begun)).lowerBound, "it is said before anything runs")
        // Whoever states a version has the changes in hand.
        let versioned = try scratch.write(
            try String(contentsOfFile: b, encoding: .utf8).replacing(#""silence"#, with: #""version": "1", "silence"#),
            to: "d.json")
        let stated = try Tool.run(
            ["compare", a, versioned, "--suite", try scratch.externalSuite(), "--dry-run"], in: scratch.url)
        #expect(stated.status == 0 && !stated.output.contains("identity"), "\(stated.output)")
    }

    @Test func failedRunsAreNamedAndTheRestIsJudged() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let fault = #"[ "$width$seed" = 161 ] && [ ! -e mended ] && { echo "out of memory" >&2; exit 9; }"#
        let arguments = [
            "compare", try scratch.external("a", amplitude: 2), try scratch.external("b", amplitude: 2.2, fault: fault),
            "--suite", try scratch.externalSuite(), "--json", "-", "--all-rungs",
        ]
        let failed = try Tool.run(arguments, in: scratch.url)
        #expect(failed.status == 1)
        #expect(failed.errors.contains("1 of 14 runs failed; the others are kept"), "\(failed.errors)")
        #expect(failed.errors.contains("| out of memory"))
        let pair = try document(failed)[0]
        let message = try #require(findings(pair)["runsFailed"])
        #expect(message.hasPrefix("b at width 16, seed 1 failed: "))
        #expect(message.hasSuffix("trainer.log: the trainer ended with exit status 9"))
        #expect(pair["verdict"] as? String == "aBetter")
        #expect(pair["observed"] is NSNull, "b is not trained at the target before its ladder is whole")
        let log = try #require(
            scratch.files(under: ".scalebench/runs").first { name in
                let file = scratch.url.appendingPathComponent(".scalebench/runs/\(name)")
                return name.hasSuffix("trainer.log")
                    && (try? String(contentsOf: file, encoding: .utf8))?.contains("memory") == true
            })
        let shown = try Tool.run(["runs", "show", String(log.prefix(16))], in: scratch.url)
        #expect(shown.output.contains("the trainer ended with exit status 9\n"), "\(shown.output)")
        #expect(shown.output.contains("  | out of memory\n"), "the lines of a reason stay lines")
        try scratch.write("", to: "mended")
        let mended = try Tool.run(arguments, in: scratch.url)
        #expect(mended.status == 0, "\(mended.errors)")
        #expect(try findings(document(mended)[0])["runsFailed"] == nil)
        #expect(try document(mended)[0]["observed"] is [String: Any])
    }

    @Test func oneLostCandidateDoesNotKeepTheOthersFromBeingJudged() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let a = try scratch.external("a", amplitude: 2), b = try scratch.external("b", amplitude: 2.2)
        let lost = try scratch.external("lost", amplitude: 2, fault: "exit 9")
        let suite = try scratch.externalSuite()
        let result = try Tool.run(
            ["compare", a, b, lost, "--suite", suite, "--json", "-", "--all-rungs", "--workers", "1"], in: scratch.url)
        #expect(result.status == 1)
        let pairs = try document(result)
        #expect(pairs[0]["verdict"] as? String == "aBetter" && pairs[0]["observed"] is [String: Any])
        #expect(pairs[1]["verdict"] as? String == "unresolved" && pairs[1]["gap"] is NSNull)
        #expect(try findings(pairs[1])["notJudged"] == "a and lost have 0 rungs in common below the target")
        #expect(
            try #require(findings(pairs[1])["runsFailed"]).hasPrefix("lost at width 32, seed 0 and 1 more failed: "))
        #expect(try findings(pairs[1])["runsNotStarted"] == "lost: 2 runs failed alike; 4 more were not started")
        // Against the lost candidate alone nothing can be judged: its failure is the error.
        let alone = try Tool.run(["compare", a, lost, "--suite", suite, "--workers", "1"], in: scratch.url)
        #expect(alone.status == 1 && alone.output.isEmpty)
        #expect(alone.errors.contains("2 of 14 runs failed, 4 more were not started; the others"), "\(alone.errors)")
    }

    @Test(arguments: [1, 3]) func theSameErrorTwiceStopsTheOtherRunsOfACandidate(workers: Int) throws {
        let scratch = try Scratch()
        try scratch.buildText()
        // Each run says where it failed: numbers and the run's name do not make two errors different.
        let fault = """
            echo start >> started
            [ -e mended ] || { echo "NameError: name 'los' is not defined, $SCALEBENCH_RUN_ID, step $seed" >&2; exit 1; }
            """
        let arguments = [
            "compare", try scratch.external("a", amplitude: 2), try scratch.external("b", amplitude: 2.2, fault: fault),
            "--suite", try scratch.externalSuite(), "--json", "-", "--workers", "\(workers)",
        ]
        let started = {
            try String(contentsOf: scratch.url.appendingPathComponent("started"), encoding: .utf8).split(
                separator: "\n"
            )
            .count
        }
        #expect(try Tool.run(arguments, in: scratch.url).status == 1)
        let first = try started()
        #expect(workers == 1 ? first == 2 : (2...4).contains(first))
        try scratch.write("", to: "mended")
        let mended = try Tool.run(arguments, in: scratch.url)
        #expect(mended.status == 0, "\(mended.errors)")
        #expect(try findings(document(mended)[0])["runsNotStarted"] == nil)
    }

    @Test func aDryRunPricesTrainersByTheirFinishedRuns() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let a = try scratch.external("a", amplitude: 2), b = try scratch.external("b", amplitude: 2.2)
        let text = try String(contentsOfFile: scratch.url.appendingPathComponent("a.sh").path, encoding: .utf8)
        let slow = text.replacing(#"\"completed\""#, with: #"\"completed\",\"seconds\":2"#)
        #expect(slow != text)
        try scratch.write(slow, to: "a.sh")
        let recipe = try String(contentsOfFile: a, encoding: .utf8)
        let c = try scratch.write(recipe.replacing("0.01", with: "0.02"), to: "c.json")
        let suite = try scratch.externalSuite()
        let dry = { (names: [String]) in
            try Tool.run(["compare"] + names + ["--suite", suite, "--dry-run", "--workers", "2"], in: scratch.url)
                .output
        }
        #expect(try dry([a, b]).contains("14 of 14 runs to do, time unknown, as no run with the trainer of a, b has"))
        let trained = try Tool.run(
            ["compare", a, b, "--suite", suite, "--predict-only", "--all-rungs", "--quiet"], in: scratch.url)
        #expect(trained.status == 0, "\(trained.errors)")
        // c has the trainer of a, which says that each of its runs took two seconds.
        let output = try dry([a, c])
        for width in [8, 16, 32] {
            let row = output.split(separator: "\n").first { $0.contains(" width \(width) ") }
            #expect(row?.contains(" 2 s ") == true, "\(output)")
        }
        // The target has 409 MFLOPs, the top rung 129.
        #expect(output.contains(" 6.3 s "), "\(output)")
        let words =
            "8 of 14 runs to do, 25 s of core time, about 12 s on 2 workers, estimated from 6 finished runs of the same"
        #expect(output.contains(words), "\(output)")
        let other = try scratch.write(
            recipe.replacing("0.01", with: "0.02").replacing(#""silence"#, with: #""version": "2", "silence"#),
            to: "d.json")
        #expect(try dry([a, other]).contains("time unknown, as no run with the trainer of d has finished yet"))
    }

    /// The widths at which the runs of a candidate were started one after the other, the largest first.
    private func startedWidths(fault: String) throws -> [String] {
        let scratch = try Scratch()
        try scratch.buildText()
        let lost = try scratch.external("b", amplitude: 2.2, fault: "echo $width >> started\n\(fault)")
        let result = try Tool.run(
            [
                "compare", try scratch.external("a", amplitude: 2), lost, "--suite", try scratch.externalSuite(),
                "--all-rungs", "--workers", "1",
            ], in: scratch.url)
        #expect(result.status == 1)
        let started = try String(contentsOf: scratch.url.appendingPathComponent("started"), encoding: .utf8)
        return started.split(separator: "\n").map(String.init)
    }

    private static let oneStep =
        #"echo '{"event":"step","step":1,"tokens":128,"natsPerToken":3}' >> "$SCALEBENCH_EVENTS""#

    @Test func whatFailsAtTheTopRungIsTriedAtSmallerOnes() throws {
        let fault = "[ $width = 32 ] && { \(Self.oneStep); echo bad shape >&2; exit 1; }"
        #expect(try startedWidths(fault: fault) == ["32", "32", "16", "16", "8", "8"])
    }

    @Test func whatFailsAtTwoSizesStopsTheSmallerOnes() throws {
        #expect(try startedWidths(fault: "\(Self.oneStep); echo bad shape >&2; exit 1") == ["32", "32", "16"])
    }

    @Test(arguments: ["echo torch.OutOfMemoryError: CUDA out of memory >&2; exit 1", "kill -9 $$"])
    func aLackOfMemoryStopsNoSmallerRun(fault: String) throws {
        // Whoever fails for it at a size is not tried there, or above, a second time.
        #expect(try startedWidths(fault: "[ $width -ge 16 ] && { \(fault); }") == ["32", "32", "16", "8", "8"])
    }

    @Test func errorsThatDifferStopNoRun() throws {
        let scratch = try Scratch()
        try scratch.buildText()
        let fault = ##"echo start >> started; echo "no part $(echo "$width$seed" | tr 0-9 a-j)" >&2; exit 1"##
        let lost = try scratch.external("b", amplitude: 2.2, fault: fault)
        _ = try Tool.run(
            [
                "compare", try scratch.external("a", amplitude: 2), lost, "--suite", try scratch.externalSuite(),
                "--all-rungs", "--workers", "1",
            ], in: scratch.url)
        let started = try String(contentsOf: scratch.url.appendingPathComponent("started"), encoding: .utf8)
        #expect(started.split(separator: "\n").count == 6)
    }
}
