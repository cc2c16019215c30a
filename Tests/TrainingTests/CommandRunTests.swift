// External trainers, good and bad: what becomes of what they write.

import Foundation
import ScalebenchCore
import Testing
import Training

@Suite struct CommandRunTests {
    private let scripts: Scripts

    init() throws { scripts = try Scripts() }

    // MARK: - Good ones

    @Test func eventsBecomeARecord() throws {
        let run = try scripts.run(Scripts.good + #"env | grep SCALEBENCH > "$2/environment"; pwd > "$2/place""#)
        #expect(try scripts.perform(run) == .completed)
        let record = try readRecord(run)
        #expect(record.isFinished)
        #expect(record.start?.machine["framework"] == "sh")
        #expect(record.start?.machine["scalebench"] == "test")
        #expect(record.start?.runID == (try RunJob.open(run)).runID)
        #expect(record.steps.map(\.step) == [1, 2, 3, 4])
        #expect(record.steps.allSatisfy { $0.learningRate == nil && $0.seconds >= 0 })
        #expect(record.finalEvaluation?.sequenceNatsPerToken == [1, 2, 3, 1, 2, 3])
        let environment = try String(contentsOfFile: "\(run.trainerFolder)/environment", encoding: .utf8)
        for line in [
            "SCALEBENCH_RUN_ID=\(try RunJob.open(run).runID)", "SCALEBENCH_SPEC=\(run.path)/job.json",
            "SCALEBENCH_EVENTS=\(run.trainerEvents(session: 1))",
        ] { #expect(environment.contains(line)) }
        let place = try String(contentsOfFile: "\(run.trainerFolder)/place", encoding: .utf8)
        #expect(place.hasSuffix("\((scripts.folder.path as NSString).lastPathComponent)\n"))
    }

    @Test func factsAboutAMachineCarryNoEscapes() throws {
        let start = #"{"event":"start","machine":{"\\u001b[31mkey":"\\u001b]0;value\\u0007"}}"#
        let run = try scripts.run(
            "cat > \"$1\" <<'END'\n\(start.replacing(#"\\"#, with: #"\"#))\nEND\n"
                + Scripts.append(Scripts.step(4), Scripts.evaluation, Scripts.end))
        #expect(try scripts.perform(run) == .completed)
        let machine = try #require(try readRecord(run).start?.machine)
        #expect(machine.contains { $0.key.hasSuffix("[31mkey") && $0.value.contains("value") })
        #expect(!machine.contains { ($0.key + $0.value).unicodeScalars.contains { $0.value < 32 } })
    }

    @Test(arguments: [
        (#""updateToWeight":0.002"#, 0.002), (#""updateToWeight":null"#, nil), (#""updateToWeight":NaN"#, nil),
    ])
    func anEvaluationMaySayHowLargeTheUpdateIs(field: String, expected: Double?) throws {
        let evaluation = Scripts.evaluation.dropLast() + ",\(field)}"
        let run = try scripts.run(Scripts.append(Scripts.step(4), String(evaluation), Scripts.end))
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).finalEvaluation?.updateToWeight == expected)
    }

    @Test func withoutAStartTheRunBeginsAtTheBeginning() throws {
        let run = try scripts.run(Scripts.append(Scripts.step(4), Scripts.evaluation, Scripts.end))
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).start?.resumedFromStep == 0)
    }

    @Test(arguments: ["null", "NaN", "-Infinity"]) func aLossThatIsNotFiniteIsDivergence(loss: String) throws {
        let run = try scripts.run(Scripts.append(Scripts.step(1), Scripts.step(2, loss: loss)) + "sleep 60")
        #expect(try scripts.perform(run) == .diverged)
        let end = try #require(try readRecord(run).end)
        #expect(end.status == .diverged && end.step == 2 && end.tokens == 32)
        #expect(end.reason == "the training loss of step 2 is not finite")
    }

    @Test func theTrainerMaySayThatItDiverged() throws {
        let run = try scripts.run(
            Scripts.append(
                Scripts.step(1),
                #"{"event":"end","status":"diverged","step":1,"tokens":16,"reason":"the norm exploded"}"#)
        )
        #expect(try scripts.perform(run) == .diverged)
        #expect(try readRecord(run).end?.reason == "the norm exploded")
    }

    // MARK: - Bad ones

    /// Script, and what the failure says.
    private static let bad: [(String, String)] = [
        ("exit 3", "the trainer ended with exit status 3"),
        ("kill -9 $$", "the trainer was killed by signal 9"),
        ("printf 'one\\ntwo \\033[2J\\n' >&2; exit 1", "  | one\n  | two \u{FFFD}[2J"),
        ("true", "wrote no end event"),
        (Scripts.append(Scripts.step(1), "not an event"), "trainer-events-1.jsonl:2: not valid JSON"),
        (
            Scripts.append(#"{"event":"stepp","step":1,"tokens":16}"#),
            "trainer-events-1.jsonl:1:event: unknown event \"stepp\""
        ),
        (Scripts.append(#"{"event":"step","step":1,"tokens":16,"gradientnorm":1}"#), "did you mean \"gradientNorm\"?"),
        (
            Scripts.append(#"{"event":"step","step":1,"tokens":16,"natsPerToken":"low"}"#),
            "natsPerToken: expected a number"
        ),
        (
            Scripts.append(#"{"event":"step","step":1,"tokens":16,"natsPerToken":-1}"#),
            "natsPerToken: -1.0 is out of range"
        ),
        (
            Scripts.append(#"{"event":"step","step":2,"tokens":16,"natsPerToken":3}"#),
            "16 tokens after step 2; 2 steps of this run are 32 tokens"
        ),
        (Scripts.append(Scripts.step(5)), "trainer-events-1.jsonl:1:step: 5 is out of range"),
        (Scripts.append(Scripts.step(2), Scripts.step(2)), "trainer-events-1.jsonl:2: step 2 after step 2"),
        (
            Scripts.append(Scripts.step(2), #"{"event":"end","status":"completed","step":2,"tokens":32}"#),
            "ended after step 2 (32 tokens); 4 steps (64 tokens) were ordered"
        ),
        (Scripts.append(Scripts.step(4), Scripts.end), "the final evaluation is missing"),
        (
            Scripts.append(
                Scripts.evaluation.replacingOccurrences(of: #""sequences":6"#, with: #""sequences":5"#), Scripts.end),
            "over 5 sequences, 6 were ordered"
        ),
        (
            Scripts.append(Scripts.evaluation.replacingOccurrences(of: "[1,2,3,", with: "[9,2,3,"), Scripts.end),
            "do not belong to 6 sequences with mean 2.0"
        ),
        (
            Scripts.append(Scripts.evaluation, Scripts.evaluation, Scripts.end),
            "an evaluation of step 4 after that of step 4"
        ),
        (Scripts.append(Scripts.evaluation, Scripts.end, Scripts.step(4)), "an event after the end event"),
        (Scripts.append(Scripts.evaluation, Scripts.end) + "exit 1", "exit status 1"),
        (
            Scripts.append(Scripts.evaluation, Scripts.end) + "exit 75",
            "wrote an end event and then asked to be called again"
        ),
        (
            Scripts.append(Scripts.evaluation) + "printf '%s' '\(Scripts.end)' >> \"$1\"",
            "trainer-events-1.jsonl:2: the last line has no newline"
        ),
        (Scripts.append(Scripts.step(1)) + "sleep 0.3; : > \"$1\"; sleep 60", "lines that were already read have gone"),
        (Scripts.append(#"{"event":"start","runID":"other"}"#), "the event belongs to run other"),
        (
            Scripts.append(#"{"event":"start","resumedFromStep":3}"#),
            "goes on from step 3, but this run has only reached step 0"
        ),
        (Scripts.append(Scripts.step(1), #"{"event":"start"}"#), "a start event that is not the first"),
        (Scripts.append(#"{"event":"end","status":"failed","step":0,"tokens":0,"reason":"no GPU"}"#), "no GPU"),
        ("exit 75", "asked to be called again (exit status 75) without a new checkpoint"),
        ("exec ./nowhere", "exit status 127"),
    ]

    @Test(arguments: bad.indices) func aBadTrainerFailsAndSaysWhy(index: Int) throws {
        let (script, message) = Self.bad[index]
        let run = try scripts.run(script)
        var thrown = ""
        do { _ = try scripts.perform(run) } catch { thrown = "\(error)" }
        #expect(thrown.contains(message), "\(thrown)")
        let record = try readRecord(run)
        #expect(record.end?.status == .failed && !record.isFinished && !record.hasTornLine)
        #expect(record.end?.reason == thrown)
    }

    @Test func aFailedRunIsTriedAgainAndMaySucceed() throws {
        let run = try scripts.run("if [ -e \"$2/once\" ]; then \(Scripts.good) else touch \"$2/once\"; exit 1; fi")
        #expect(throws: ScalebenchError.self) { try scripts.perform(run) }
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).steps.count == 4)
    }

    @Test(arguments: ["mkdir \"$1\"", "mkfifo \"$1\"", "ln -s /dev/zero \"$1\""])
    func whatTookThePlaceOfTheEventsDoesNotKeepTheNextTryFromSucceeding(fault: String) throws {
        let run = try scripts.run(
            "if [ -e \"$2/once\" ]; then \(Scripts.good) else touch \"$2/once\"; rm \"$1\"; \(fault); exit 1; fi")
        #expect(throws: ScalebenchError.self) { try scripts.perform(run) }
        #expect(try scripts.perform(run) == .completed)
    }

    @Test func whatAKilledWriterLeftInTheFolderIsRemoved() throws {
        let run = try scripts.run(Scripts.good)
        // No process has this number. The file of a process that is at work stays.
        let abandoned = "\(run.path)/config.json.tmp-999999999"
        let busy = "\(run.path)/config.json.tmp-\(ProcessInfo.processInfo.processIdentifier)"
        for file in [abandoned, busy] {
            try Data().write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -9)], ofItemAtPath: file)
        }
        #expect(try scripts.perform(run) == .completed)
        #expect(!FileManager.default.fileExists(atPath: abandoned) && FileManager.default.fileExists(atPath: busy))
    }

    @Test func theErrorFileOfAPyTorchProgramIsQuoted() throws {
        let file = #"""
            {"message": {"message": "NameError: name 'los' is not defined\nin rank 3",
              "extraInfo": {"py_callstack": "Traceback (most recent call last):\n  File \"train.py\", line 9\n", "timestamp": "1"}}}
            """#
        let run = try scripts.run(
            "if [ -e \"$2/once\" ]; then exit 1; fi; touch \"$2/once\"\n"
                + "cat > \"$TORCHELASTIC_ERROR_FILE\" <<'END'\n\(file)\nEND\necho printed >&2\nexit 1")
        #expect { try scripts.perform(run) } throws: { error in
            let text = "\(error)"
            return text.contains("the trainer ended with exit status 1: NameError: name 'los' is not defined\n")
                && text.contains("  > in rank 3\n") && text.contains(#"  >   File "train.py", line 9"#)
                && text.contains("  | printed")
        }
        // The file of an earlier session says nothing about this one.
        #expect { try scripts.perform(run) } throws: { !"\($0)".contains("NameError") }
    }

    @Test(arguments: [#"{"message":"no GPU"}"#, #"{"message":{"message":"no GPU"}}"#])
    func anErrorFileMayHoldAMessageAlone(file: String) throws {
        let run = try scripts.run("echo '\(file)' > \"$TORCHELASTIC_ERROR_FILE\"; exit 3")
        #expect { try scripts.perform(run) } throws: {
            "\($0)".contains("the trainer ended with exit status 3: no GPU\n")
        }
    }

    @Test(arguments: ["", "[]", #"{"message":3}"#, #"{"message":""}"#]) func aBadErrorFileIsLeftOut(file: String) throws
    {
        let run = try scripts.run("echo '\(file)' > \"$TORCHELASTIC_ERROR_FILE\"; exit 3")
        #expect { try scripts.perform(run) } throws: { "\($0)".contains("the trainer ended with exit status 3\n") }
    }

    @Test func theLastLinesOfEveryProcessAreQuoted() throws {
        let peers = (2...9).map { "echo '[rank\($0)]: RuntimeError: connection 4\($0) closed'\n" }.joined()
        let run = try scripts.run(
            """
            echo '[default0]:loaded'; echo '[INFO]: not a process'; echo '[12:30:01]: not one either'
            for line in 1 2 3 4; do echo "[default1]:[rank1]: line $line"; echo "[default0]:other $line"; done
            echo '[default0]:'
            \(peers)
            for line in $(seq 20); do echo "summary $line"; done
            exit 1
            """)
        #expect { try scripts.perform(run) } throws: { error in
            let text = "\(error)", lines = text.split(separator: "\n").map(String.init)
            let quoted = { (name: String) in
                lines.filter { $0.hasPrefix("  [\(name)] ") }.map { $0.split(separator: " ").last ?? "" }
            }
            return text.contains("its processes printed last, 7 more in the log")
                && lines.contains("  [default1] [rank1]: line 4") && quoted("default1") == ["2", "3", "4"]
                && quoted("default0") == ["2", "3", "4"] && quoted("rank2") == ["closed"] && quoted("rank3").isEmpty
                && lines.filter { $0.hasPrefix("  | summary ") }.count == 10
        }
        let words = try scripts.run(
            "echo '[INFO]: a word'; echo '[12:30:01]: a time'; exit 1", name: "words")
        #expect { try scripts.perform(words) } throws: { error in
            "\(error)".contains("  | [INFO]: a word\n  | [12:30:01]: a time") && !"\(error)".contains("processes")
        }
    }

    @Test func aChangedScriptIsNotWhatWasPlanned() throws {
        let run = try scripts.run(Scripts.good)
        try Data("exit 0".utf8).write(to: URL(fileURLWithPath: "\(scripts.folder.path)/run.sh"))
        #expect { try scripts.perform(run) } throws: {
            "\($0)".contains("has changed since the comparison was planned")
        }
    }
}
