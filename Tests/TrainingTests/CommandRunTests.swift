// External trainers, good and bad, played by shell scripts.

import Foundation
import ScalebenchCore
import Testing
import Training

@Suite struct CommandRunTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A run of 4 steps of 16 tokens, evaluated on 6 sequences, trained by `script`: `$1` is the file for events, `$2`
    /// the trainer's own folder.
    private func run(
        _ script: String, name: String = "run", silenceTimeout: Double = 20, stopTimeout: Double = 20
    ) throws -> RunFolder {
        let path = "\(folder.path)/\(name).sh"
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        let candidate = """
            { "trainer": { "type": "command", "command": ["sh", "\(name).sh", "{events}", "{folder}"],
                           "silenceTimeout": \(silenceTimeout), "stopTimeout": \(stopTimeout) },
              "batchTokens": 16, "model": { "heads": 2 }, "optimizer": { "learningRate": 0.01 } }
            """
        try Data(candidate.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name).json"))
        let (spec, launch) = try makeSpec(candidateFile: "\(folder.path)/\(name).json", steps: 4)
        let run = RunFolder("\(folder.path)/\(name)")
        try RunJob(spec, dataset: nil, launch: launch).write(to: run)
        return run
    }

    private func perform(_ run: RunFolder, stop: StopRequest = StopRequest()) throws -> TrainingOutcome {
        try TrainingRun(run, options: testOptions).perform(stop: stop)
    }

    /// Lines as a trainer appends them.
    private static func step(_ step: Int, loss: String = "3.5") -> String {
        #"{"event":"step","step":\#(step),"tokens":\#(step * 16),"natsPerToken":\#(loss)}"#
    }
    private static let evaluation =
        #"{"event":"evaluation","step":4,"tokens":64,"natsPerToken":2,"sequences":6,"sequenceNatsPerToken":[1,2,3,1,2,3]}"#
    private static let end = #"{"event":"end","status":"completed","step":4,"tokens":64}"#

    private static func append(_ lines: String...) -> String {
        lines.map { "echo '\($0)' >> \"$1\"\n" }.joined()
    }

    private static let good =
        append(#"{"event":"start","machine":{"framework":"sh"}}"#)
        + append(step(1), step(2), step(3), step(4), evaluation, end)

    // MARK: - Good ones

    @Test func eventsBecomeARecord() throws {
        let run = try run(Self.good + #"env | grep SCALEBENCH > "$2/environment"; pwd > "$2/place""#)
        #expect(try perform(run) == .completed)
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
        #expect(place.hasSuffix("\((folder.path as NSString).lastPathComponent)\n"))
    }

    @Test func withoutAStartTheRunBeginsAtTheBeginning() throws {
        let run = try run(Self.append(Self.step(4), Self.evaluation, Self.end))
        #expect(try perform(run) == .completed)
        #expect(try readRecord(run).start?.resumedFromStep == 0)
    }

    @Test(arguments: ["null", "NaN", "-Infinity"]) func aLossThatIsNotFiniteIsDivergence(loss: String) throws {
        let run = try run(Self.append(Self.step(1), Self.step(2, loss: loss)) + "sleep 60")
        #expect(try perform(run) == .diverged)
        let end = try #require(try readRecord(run).end)
        #expect(end.status == .diverged && end.step == 2 && end.tokens == 32)
        #expect(end.reason == "the training loss of step 2 is not finite")
    }

    @Test func theTrainerMaySayThatItDiverged() throws {
        let run = try run(
            Self.append(
                Self.step(1), #"{"event":"end","status":"diverged","step":1,"tokens":16,"reason":"the norm exploded"}"#)
        )
        #expect(try perform(run) == .diverged)
        #expect(try readRecord(run).end?.reason == "the norm exploded")
    }

    // MARK: - Bad ones

    /// Script, and what the failure says.
    private static let bad: [(String, String)] = [
        ("exit 3", "the trainer ended with exit status 3"),
        ("kill -9 $$", "the trainer was killed by signal 9"),
        ("printf 'one\\ntwo \\033[2J\\n' >&2; exit 1", "  | one\n  | two \u{FFFD}[2J"),
        ("true", "wrote no end event"),
        (append(step(1), "not an event"), "trainer-events-1.jsonl:2: not valid JSON"),
        (append(#"{"event":"stepp","step":1,"tokens":16}"#), "trainer-events-1.jsonl:1:event: unknown event \"stepp\""),
        (append(#"{"event":"step","step":1,"tokens":16,"gradientnorm":1}"#), "did you mean \"gradientNorm\"?"),
        (append(#"{"event":"step","step":1,"tokens":16,"natsPerToken":"low"}"#), "natsPerToken: expected a number"),
        (append(#"{"event":"step","step":1,"tokens":16,"natsPerToken":-1}"#), "natsPerToken: -1.0 is out of range"),
        (
            append(#"{"event":"step","step":2,"tokens":16,"natsPerToken":3}"#),
            "16 tokens after step 2; 2 steps of this run are 32 tokens"
        ),
        (append(step(5)), "trainer-events-1.jsonl:1:step: 5 is out of range"),
        (append(step(2), step(2)), "trainer-events-1.jsonl:2: step 2 after step 2"),
        (
            append(step(2), #"{"event":"end","status":"completed","step":2,"tokens":32}"#),
            "ended after step 2 (32 tokens); 4 steps (64 tokens) were ordered"
        ),
        (append(step(4), end), "the final evaluation is missing"),
        (
            append(evaluation.replacingOccurrences(of: #""sequences":6"#, with: #""sequences":5"#), end),
            "over 5 sequences, 6 were ordered"
        ),
        (
            append(evaluation.replacingOccurrences(of: "[1,2,3,", with: "[9,2,3,"), end),
            "do not belong to 6 sequences with mean 2.0"
        ),
        (append(evaluation, evaluation, end), "an evaluation of step 4 after that of step 4"),
        (append(evaluation, end, step(4)), "an event after the end event"),
        (append(evaluation, end) + "exit 1", "exit status 1"),
        (append(evaluation, end) + "exit 75", "wrote an end event and then asked to be called again"),
        (
            append(evaluation) + "printf '%s' '\(end)' >> \"$1\"",
            "trainer-events-1.jsonl:2: the last line has no newline"
        ),
        (append(step(1)) + "sleep 0.3; : > \"$1\"; sleep 60", "lines that were already read have gone"),
        (append(#"{"event":"start","runID":"other"}"#), "the event belongs to run other"),
        (
            append(#"{"event":"start","resumedFromStep":3}"#),
            "goes on from step 3, but this run has only reached step 0"
        ),
        (append(step(1), #"{"event":"start"}"#), "a start event that is not the first"),
        (append(#"{"event":"end","status":"failed","step":0,"tokens":0,"reason":"no GPU"}"#), "no GPU"),
        ("exit 75", "asked to be called again (exit status 75) without a new checkpoint"),
        ("exec ./nowhere", "exit status 127"),
    ]

    @Test(arguments: bad.indices) func aBadTrainerFailsAndSaysWhy(index: Int) throws {
        let (script, message) = Self.bad[index]
        let run = try run(script)
        var thrown = ""
        do { _ = try perform(run) } catch { thrown = "\(error)" }
        #expect(thrown.contains(message), "\(thrown)")
        let record = try readRecord(run)
        #expect(record.end?.status == .failed && !record.isFinished && !record.hasTornLine)
        #expect(record.end?.reason == thrown)
    }

    @Test func aFailedRunIsTriedAgainAndMaySucceed() throws {
        let run = try run("if [ -e \"$2/once\" ]; then \(Self.good) else touch \"$2/once\"; exit 1; fi")
        #expect(throws: ScalebenchError.self) { try perform(run) }
        #expect(try perform(run) == .completed)
        #expect(try readRecord(run).steps.count == 4)
    }

    @Test func aChangedScriptIsNotWhatWasPlanned() throws {
        let run = try run(Self.good)
        try Data("exit 0".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/run.sh"))
        #expect { try perform(run) } throws: { "\($0)".contains("has changed since the comparison was planned") }
    }

    // MARK: - Silence, stopping, killing

    /// Writes the number of a process that outlives the script unless its group is killed.
    private static let leftover = "sleep 300 & echo $! > \"$2/leftover\"\n"

    private func expectLeftoverIsGone(_ run: RunFolder) throws {
        let text = try String(contentsOfFile: "\(run.trainerFolder)/leftover", encoding: .utf8)
        let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // The process is killed, and its new parent reaps it a moment later.
        for _ in 0..<500 where isAlive(pid) { usleep(10_000) }
        #expect(!isAlive(pid))
    }

    private func isAlive(_ pid: pid_t) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return !status.isEmpty && !status.contains(") Z ")
    }

    @Test func aSilentTrainerIsKilledWithAllThatItStarted() throws {
        let run = try run(Self.leftover + "echo 'about to hang'; sleep 300", silenceTimeout: 0.5)
        #expect { try perform(run) } throws: {
            "\($0)".contains("was silent for 0.5 s") && "\($0)".contains("| about to hang")
        }
        try expectLeftoverIsGone(run)
    }

    @Test func whatATrainerLeavesBehindIsKilled() throws {
        let run = try run(Self.leftover + Self.good)
        #expect(try perform(run) == .completed)
        try expectLeftoverIsGone(run)
    }

    /// Counts steps up to 4, one per call, as a trainer with checkpoints does.
    private static let resumable = """
        step=$(cat "$2/checkpoint" 2>/dev/null || echo 0)
        echo '{"event":"start","resumedFromStep":'$step'}' >> "$1"
        step=$((step + 1))
        echo '{"event":"step","step":'$step',"tokens":'$((step * 16))',"natsPerToken":3}' >> "$1"
        echo $step > "$2/checkpoint"
        if [ $step -lt 4 ]; then echo '{"event":"checkpoint","step":'$step'}' >> "$1"; exit 75; fi
        """

    @Test func status75IsCalledAgainUntilItIsDone() throws {
        let run = try run(Self.resumable + "\n" + Self.append(Self.evaluation, Self.end))
        #expect(try perform(run) == .completed)
        let record = try readRecord(run)
        #expect(record.sessions == 4)
        #expect(record.start?.resumedFromStep == 3)
        #expect(record.steps.map(\.step) == [1, 2, 3, 4])
    }

    @Test func aRequestToStopIsPassedOn() throws {
        let script = """
            trap 'echo "{\\"event\\":\\"checkpoint\\",\\"step\\":2}" >> "$1"; touch "$2/saved"; exit 75' TERM
            if [ -e "$2/saved" ]; then
            \(Self.append(#"{"event":"start","resumedFromStep":2}"#, Self.step(3), Self.step(4), Self.evaluation, Self.end))
            else \(Self.append(Self.step(1), Self.step(2)))
            while :; do sleep 0.02; done; fi
            """
        let run = try run(script)
        let stop = StopRequest()
        Thread.detachNewThread {
            while (try? readRecord(run))?.steps.count != 2 { usleep(5_000) }
            stop.request()
        }
        #expect(try perform(run, stop: stop) == .interrupted)
        #expect(try readRecord(run).checkpointStep == 2)
        #expect(try perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }

    @Test(arguments: [nil, #"{"event":"evaluation","step":2,"tokens":32,"natsPerToken":3.5,"sequences":4}"#])
    func aTrainerIsStoppedEarlyAndGoesOnLater(evaluation: String?) throws {
        let script = """
            trap 'echo "{\\"event\\":\\"checkpoint\\",\\"step\\":2}" >> "$1"; touch "$2/saved"; exit 75' TERM
            if [ -e "$2/saved" ]; then
            \(Self.append(#"{"event":"start","resumedFromStep":2}"#, Self.step(3), Self.step(4), Self.evaluation, Self.end))
            else \(Self.append(Self.step(1), Self.step(2)))
            sleep 0.1
            \(evaluation.map { Self.append($0) } ?? "")
            while :; do sleep 0.02; done; fi
            """
        let run = try run(script)
        if evaluation != nil {
            // The run is told beforehand how far to go: it waits for an evaluation, not only for steps.
            try Data("2".utf8).write(to: URL(fileURLWithPath: run.stopEarly))
        } else {
            Thread.detachNewThread {
                while (try? readRecord(run))?.steps.count != 2 { usleep(5_000) }
                _ = FileManager.default.createFile(atPath: run.stopEarly, contents: nil)
            }
        }
        #expect(try perform(run) == .stoppedEarly)
        #expect(try readRecord(run).evaluations.count == (evaluation == nil ? 0 : 1))
        let status = evaluation == nil ? RunStatus.stoppedEarly : .paused
        #expect(try readRecord(run).end?.status == status && readRecord(run).end?.step == 2)
        try FileManager.default.removeItem(atPath: run.stopEarly)
        #expect(try perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }

    @Test func aTrainerThatWillNotStopIsKilled() throws {
        let run = try run("trap '' TERM; echo > \"$2/ready\"; while :; do sleep 0.02; done", stopTimeout: 0.3)
        let stop = StopRequest()
        Thread.detachNewThread {
            while !FileManager.default.fileExists(atPath: "\(run.trainerFolder)/ready") { usleep(5_000) }
            stop.request()
        }
        #expect(try perform(run, stop: stop) == .interrupted)
    }

    /// When the process that watches the trainer is killed, the trainer's group dies with it, and events that were
    /// written but not yet copied are not lost.
    @Test func nothingIsLeftAndNothingIsLostWhenTheParentIsKilled() async throws {
        let script =
            Self.leftover + """
                if [ -e "$2/again" ]; then
                \(Self.append(#"{"event":"start","resumedFromStep":3}"#, Self.step(4), Self.evaluation, Self.end))
                else touch "$2/again"
                \(Self.append(Self.step(1)))
                kill -9 $PPID
                \(Self.append(Self.step(2), Self.step(3)))
                sleep 300; fi
                """
        let run = try run(script)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = run.path as String] in
            _ = try TrainingRun(RunFolder(path), options: testOptions).perform(stop: StopRequest())
        }
        try expectLeftoverIsGone(run)
        // The script may be killed before it has written steps 2 and 3; the rest is tested only if step 3 is there.
        let written = try String(contentsOfFile: run.trainerEvents(session: 1), encoding: .utf8)
        guard written.contains(#""step":3"#) else { return }
        #expect(try perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }
}
