// External trainers that fall silent, are stopped, or are killed.

import Foundation
import ScalebenchCore
import Testing
import Training

@Suite struct CommandStopTests {
    private let scripts: Scripts

    init() throws { scripts = try Scripts() }

    /// Writes the number of a process that outlives the script unless its group is killed.
    private static let leftover = "sleep 300 & echo $! > \"$2/leftover\"\n"
    /// The same, in a session of its own, as torchrun starts its processes.
    private static let ownSession = "setsid sleep 300 & echo $! > \"$2/session\"\n"

    private func expectLeftoverIsGone(_ run: RunFolder, _ name: String = "leftover") throws {
        let text = try String(contentsOfFile: "\(run.trainerFolder)/\(name)", encoding: .utf8)
        let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // The process is killed, and its new parent reaps it a moment later.
        for _ in 0..<500 where isAlive(pid) { usleep(10_000) }
        #expect(!isAlive(pid))
    }

    @Test func processesInOtherSessionsEndWithTheTrainer() throws {
        let good = try scripts.run(Self.ownSession + Scripts.good)
        #expect(try scripts.perform(good) == .completed)
        try expectLeftoverIsGone(good, "session")
        let killed = try scripts.run(Self.ownSession + "sleep 0.2; kill -9 $$", name: "killed")
        #expect { try scripts.perform(killed) } throws: { "\($0)".contains("was killed by signal 9") }
        try expectLeftoverIsGone(killed, "session")
        let silent = try scripts.run(Self.ownSession + "sleep 300", name: "silent", silenceTimeout: 0.5)
        #expect { try scripts.perform(silent) } throws: { "\($0)".contains("was silent") }
        try expectLeftoverIsGone(silent, "session")
    }

    private func isAlive(_ pid: pid_t) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return !status.isEmpty && !status.contains(") Z ")
    }

    @Test func aSilentTrainerIsKilledWithAllThatItStarted() throws {
        let run = try scripts.run(Self.leftover + "echo 'about to hang'; sleep 300", silenceTimeout: 0.5)
        #expect { try scripts.perform(run) } throws: {
            "\($0)".contains("was silent for 0.5 s") && "\($0)".contains("| about to hang")
        }
        try expectLeftoverIsGone(run)
    }

    @Test func aTalkativeTrainerFillsNoDisk() throws {
        // The pause keeps the last line out of the moment in which the log is shortened.
        let talk = "yes 'the same line again' | head -c 60000000\nsleep 1\necho 'the last line'\nsleep 0.3\n"
        let run = try scripts.run(talk + Scripts.good)
        #expect(try scripts.perform(run) == .completed)
        let log = try String(contentsOfFile: run.trainerLog, encoding: .utf8)
        #expect(log.utf8.count < 20_000_000)
        #expect(log.components(separatedBy: "scalebench keeps the last 1 MiB").count == 2)
        #expect(log.hasSuffix("the last line\n"))
    }

    @Test func eventsWithoutEndAreAnError() throws {
        let run = try scripts.run(#"yes '{"event":"checkpoint","step":1}' >> "$1""#)
        #expect { try scripts.perform(run) } throws: { "\($0)".contains("event") }
        let long = try scripts.run(#"yes 'x' | tr -d '\n' >> "$1""#, name: "long")
        #expect { try scripts.perform(long) } throws: { "\($0)".contains("the trainer's events take more than") }
    }

    @Test func aNamedPipeInPlaceOfEventsIsAnError() throws {
        let run = try scripts.run(#"rm "$1"; mkfifo "$1"; sleep 60"#)
        #expect { try scripts.perform(run) } throws: { "\($0)".contains("not a regular file") }
    }

    @Test(.timeLimit(.minutes(1))) func aNamedPipeInPlaceOfTheLogIsAnError() throws {
        let run = try scripts.run(Scripts.good)
        #expect(mkfifo(run.trainerLog, 0o644) == 0)
        #expect { try scripts.perform(run) } throws: { "\($0)".contains("log cannot be written") }
    }

    @Test func whatATrainerLeavesBehindIsKilled() throws {
        let run = try scripts.run(Self.leftover + Scripts.good)
        #expect(try scripts.perform(run) == .completed)
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
        let run = try scripts.run(Self.resumable + "\n" + Scripts.append(Scripts.evaluation, Scripts.end))
        #expect(try scripts.perform(run) == .completed)
        let record = try readRecord(run)
        #expect(record.sessions == 4)
        #expect(record.start?.resumedFromStep == 3)
        #expect(record.steps.map(\.step) == [1, 2, 3, 4])
    }

    /// torchrun ends with status 1 when its processes end with 75.
    @Test func aCheckpointAndABadEndAreAnInterruption() throws {
        let script = """
            if [ -e "$2/saved" ]; then
            \(Scripts.append(#"{"event":"start","resumedFromStep":2}"#, Scripts.step(3), Scripts.step(4), Scripts.evaluation, Scripts.end))
            else touch "$2/saved"
            \(Scripts.append(Scripts.step(1), Scripts.step(2), #"{"event":"checkpoint","step":2}"#))
            exit 1; fi
            """
        let run = try scripts.run(script)
        #expect(try scripts.perform(run) == .interrupted)
        #expect(try readRecord(run).end == nil)
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }

    @Test(arguments: [
        [Scripts.step(1), #"{"event":"checkpoint","step":1}"#, Scripts.step(2)],
        [#"{"event":"checkpoint","step":1}"#, "{"],
        [Scripts.step(2), #"{"event":"checkpoint","step":1}"#],
    ]) func aBadEndWithoutACheckpointOfTheLastStepIsAFailure(lines: [String]) throws {
        let run = try scripts.run(lines.map { Scripts.append($0) }.joined() + "exit 1")
        #expect(throws: ScalebenchError.self) { try scripts.perform(run) }
    }

    @Test func interruptionsWithoutProgressAreAFailure() throws {
        let script = """
            if [ -e "$2/saved" ]; then
            \(Scripts.append(#"{"event":"start","resumedFromStep":2}"#))
            else touch "$2/saved"
            \(Scripts.append(Scripts.step(1), Scripts.step(2)))
            fi
            \(Scripts.append(#"{"event":"checkpoint","step":2}"#))
            exit 1
            """
        let run = try scripts.run(script)
        // The first call reaches step 2. The two after it reach no later checkpoint.
        #expect(try scripts.perform(run) == .interrupted)
        #expect(try scripts.perform(run) == .interrupted)
        #expect { try scripts.perform(run) } throws: { "\($0)".contains("the trainer ended with exit status 1") }
    }

    @Test func aRequestToStopIsPassedOn() throws {
        let script = """
            trap 'echo "{\\"event\\":\\"checkpoint\\",\\"step\\":2}" >> "$1"; touch "$2/saved"; exit 75' TERM
            if [ -e "$2/saved" ]; then
            \(Scripts.append(#"{"event":"start","resumedFromStep":2}"#, Scripts.step(3), Scripts.step(4), Scripts.evaluation, Scripts.end))
            else \(Scripts.append(Scripts.step(1), Scripts.step(2)))
            while :; do sleep 0.02; done; fi
            """
        let run = try scripts.run(script)
        let stop = StopRequest()
        Thread.detachNewThread {
            while (try? readRecord(run))?.steps.count != 2 { usleep(5_000) }
            stop.request()
        }
        #expect(try scripts.perform(run, stop: stop) == .interrupted)
        #expect(try readRecord(run).checkpointStep == 2)
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }

    @Test(arguments: [nil, #"{"event":"evaluation","step":2,"tokens":32,"natsPerToken":3.5,"sequences":4}"#])
    func aTrainerIsStoppedEarlyAndGoesOnLater(evaluation: String?) throws {
        let script = """
            trap 'echo "{\\"event\\":\\"checkpoint\\",\\"step\\":2}" >> "$1"; touch "$2/saved"; exit 75' TERM
            if [ -e "$2/saved" ]; then
            \(Scripts.append(#"{"event":"start","resumedFromStep":2}"#, Scripts.step(3), Scripts.step(4), Scripts.evaluation, Scripts.end))
            else \(Scripts.append(Scripts.step(1), Scripts.step(2)))
            sleep 0.1
            \(evaluation.map { Scripts.append($0) } ?? "")
            while :; do sleep 0.02; done; fi
            """
        let run = try scripts.run(script)
        if evaluation != nil {
            // The run is told beforehand how far to go: it waits for an evaluation, not only for steps.
            try Data("2".utf8).write(to: URL(fileURLWithPath: run.stopEarly))
        } else {
            Thread.detachNewThread {
                while (try? readRecord(run))?.steps.count != 2 { usleep(5_000) }
                _ = FileManager.default.createFile(atPath: run.stopEarly, contents: nil)
            }
        }
        #expect(try scripts.perform(run) == .stoppedEarly)
        #expect(try readRecord(run).evaluations.count == (evaluation == nil ? 0 : 1))
        let status = evaluation == nil ? RunStatus.stoppedEarly : .paused
        #expect(try readRecord(run).end?.status == status && readRecord(run).end?.step == 2)
        try FileManager.default.removeItem(atPath: run.stopEarly)
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }

    @Test func aTrainerThatWillNotStopIsKilled() throws {
        let run = try scripts.run("trap '' TERM; echo > \"$2/ready\"; while :; do sleep 0.02; done", stopTimeout: 0.3)
        let stop = StopRequest()
        Thread.detachNewThread {
            while !FileManager.default.fileExists(atPath: "\(run.trainerFolder)/ready") { usleep(5_000) }
            stop.request()
        }
        #expect(try scripts.perform(run, stop: stop) == .interrupted)
    }

    /// When the process that watches the trainer is killed, the trainer's group dies with it, and events that were
    /// written but not yet copied are not lost.
    @Test func nothingIsLeftAndNothingIsLostWhenTheParentIsKilled() async throws {
        let script =
            Self.leftover + Self.ownSession + """
                if [ -e "$2/again" ]; then
                \(Scripts.append(#"{"event":"start","resumedFromStep":3}"#, Scripts.step(4), Scripts.evaluation, Scripts.end))
                else touch "$2/again"
                \(Scripts.append(Scripts.step(1)))
                kill -9 $PPID
                \(Scripts.append(Scripts.step(2), Scripts.step(3)))
                sleep 300; fi
                """
        let run = try scripts.run(script)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = run.path as String] in
            _ = try TrainingRun(RunFolder(path), options: testOptions).perform(stop: StopRequest())
        }
        try expectLeftoverIsGone(run)
        try expectLeftoverIsGone(run, "session")
        // The script may be killed before it has written steps 2 and 3; the rest is tested only if step 3 is there.
        let written = try String(contentsOfFile: run.trainerEvents(session: 1), encoding: .utf8)
        guard written.contains(#""step":3"#) else { return }
        #expect(try scripts.perform(run) == .completed)
        #expect(try readRecord(run).steps.map(\.step) == [1, 2, 3, 4])
    }
}
