// Comparisons whose runs are carried out elsewhere: by a scheduler that loses, delays, duplicates and preempts jobs, or by
// whoever takes the prepared folders. The result is that of a local comparison.

import Foundation
import Testing

@Suite(.serialized) struct LauncherTests {
    /// A scheduler in shell. `submit` does something wrong with most of its jobs where `faults` is set.
    private static let scheduler = #"""
        #!/bin/sh
        # scheduler submit JOB PROGRAM FOLDER SUBMISSION | status JOB… | cancel JOB
        jobs="$(dirname "$0")/jobs"; mkdir -p "$jobs"; verb=$1; job=$2
        work() {
          "$3" run "$4" --submission "$5" & child=$!
          echo $child >"$jobs/$job.process"
          wait $child
        }
        # Waits before it begins, because a job that has not begun is listed as one that waits.
        start() { (sleep "$1"; shift; work "$@"; rm -f "$jobs/$job") </dev/null >/dev/null 2>&1 & }
        preempt() { (sleep 0.4; kill "$(cat "$jobs/$job.process")") </dev/null >/dev/null 2>&1 & }
        case $verb in
        submit)
          touch "$jobs/$job"
          fault=0
          if [ -e "$(dirname "$0")/faults" ] && [ "$5" -le 2 ]; then fault=$(($(printf %s "$job" | cksum | cut -d ' ' -f 1) % 5)); fi
          case $fault in
          1) rm "$jobs/$job" ;;
          2) start 1 "$@" ;;
          3) start 0 "$@"; start 0.1 "$@" ;;
          4) start 0 "$@"; preempt ;;
          *) start 0 "$@" ;;
          esac ;;
        status)
          shift
          for job; do
            [ -e "$jobs/$job" ] || continue
            if [ -e "$jobs/$job.process" ]; then echo "$job RUNNING"; else echo "$job PENDING"; fi
          done ;;
        cancel) if [ -e "$jobs/$job.process" ]; then kill "$(cat "$jobs/$job.process")"; else rm "$jobs/$job"; fi ;;
        esac
        """#

    private func launcher(_ scratch: Scratch, faults: Bool = false, detach: Bool = false) throws -> String {
        let program = try scratch.write(Self.scheduler, to: "scheduler/run")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        if faults { try scratch.write("", to: "scheduler/faults") }
        return try scratch.write(
            """
            { "type": "command", "jobsByName": true, "detach": \(detach), "pollSeconds": 0.3, "settleSeconds": 2,
              "submit": ["\(program)", "submit", "{name}", "{program}", "{folder}", "{submission}"],
              "status": ["\(program)", "status", "{jobs}"], "cancel": ["\(program)", "cancel", "{job}"] }
            """, to: "launcher.json")
    }

    private func arguments(_ scratch: Scratch, seeds: [Int], secondsPerStep: Double = 0) throws -> [String] {
        let law = { SyntheticLaw(amplitude: $0, secondsPerStep: secondsPerStep) }
        return [
            "compare", try scratch.synthetic("a", law(1)), try scratch.synthetic("b", law(1.02)), "--suite",
            try scratch.syntheticSuite(seeds: seeds), "--all-rungs", "--quiet", "--json", "-",
        ]
    }

    private func events(_ scratch: Scratch, _ store: String) throws -> [String: [[String: Any]]] {
        let files = scratch.files(under: "\(store)/runs").filter { $0.hasSuffix("/events.jsonl") }
        return try files.reduce(into: [:]) { events, file in
            let text = try String(
                contentsOf: scratch.url.appendingPathComponent("\(store)/runs/\(file)"), encoding: .utf8)
            events[file] = try text.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    @Test func eightComparisonsOverABadSchedulerTrainEveryRunOnce() throws {
        let scratch = try Scratch(), launcher = try launcher(scratch, faults: true)
        let arguments = try arguments(scratch, seeds: [40, 30, 20, 9], secondsPerStep: 0.002)
        let local = try Tool.run(arguments + ["--store", "local"], in: scratch.url)
        #expect(local.status == 0, "\(local.errors)")
        let started = try (0..<8).map { _ in
            try Tool.start(arguments + ["--store", "shared", "--launcher", launcher], in: scratch.url)
        }
        for result in started.map({ $0.wait() }) {
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.withoutDeviceTime == local.withoutDeviceTime)
        }
        let events = try events(scratch, "shared")
        #expect(events.count == 200)
        var resumed = 0
        for (file, lines) in events {
            let steps = lines.filter { $0["event"] as? String == "step" }.compactMap { $0["step"] as? Int }
            #expect(Set(steps).count == steps.count, "\(file) trained a step twice")
            #expect(lines.count { $0["event"] as? String == "end" } == 1, "\(file)")
            resumed += lines.count { ($0["resumedFromStep"] as? Int ?? 0) > 0 }
        }
        #expect(resumed > 0, "no run was preempted in the middle")
        #expect(scratch.files(under: "scheduler/jobs").allSatisfy { $0.hasSuffix(".process") }, "jobs are left")
    }

    @Test func aDetachedComparisonIsFollowedByTheSameCommand() throws {
        let scratch = try Scratch(), launcher = try launcher(scratch, detach: true)
        let arguments = try arguments(scratch, seeds: [2, 2, 2, 2])
        let local = try Tool.run(arguments + ["--store", "local"], in: scratch.url)
        var statuses: [Int32] = [], last = local
        repeat {
            last = try Tool.run(arguments + ["--store", "far", "--launcher", launcher], in: scratch.url)
            statuses.append(last.status)
            if last.status == 75 {
                #expect(last.errors.contains("go on without this command"))
                let watched = try Tool.run(["runs", "list", "--watch", "--store", "far"], in: scratch.url)
                #expect(watched.status == 0, "\(watched.errors)")
                #expect(watched.output.contains(" done"))
            }
        } while last.status == 75 && statuses.count < 10
        #expect(last.status == 0, "\(last.errors)")
        #expect(last.withoutDeviceTime == local.withoutDeviceTime)
        #expect(statuses.count >= 2)
    }

    @Test func stoppedJobsGoOnWithTheSameCommand() throws {
        let scratch = try Scratch(), launcher = try launcher(scratch)
        let arguments =
            try arguments(scratch, seeds: [1, 1, 1, 1], secondsPerStep: 0.02)
            + ["--store", "far", "--launcher", launcher]
        let first = try Tool.start(arguments, in: scratch.url)
        while scratch.files(under: "far/runs").filter({ $0.hasSuffix("1.started") }).count < 4 { usleep(50_000) }
        usleep(400_000)
        first.process.interrupt()
        let interrupted = first.wait()
        #expect(interrupted.status == 75)
        #expect(interrupted.errors.contains("scalebench runs stop"))
        let stopped = try Tool.run(["runs", "stop", "--all", "--store", "far"], in: scratch.url)
        #expect(stopped.status == 0, "\(stopped.errors)")
        #expect(stopped.errors.contains("that ran to write a checkpoint"), "\(stopped.errors)")
        let again = try Tool.run(["runs", "stop", "--all", "--store", "far"], in: scratch.url)
        #expect(
            again.errors.contains("None of these runs has a job") || again.errors.contains("that ran"),
            "\(again.errors)")
        let second = try Tool.run(arguments, in: scratch.url)
        #expect(second.status == 0, "\(second.errors)")
        for (file, lines) in try events(scratch, "far") {
            let steps = lines.filter { $0["event"] as? String == "step" }.compactMap { $0["step"] as? Int }
            #expect(Set(steps).count == steps.count, "\(file) trained a step twice")
        }
    }

    @Test func preparedFoldersAreAllThatAnotherSchedulerNeeds() throws {
        let scratch = try Scratch(), arguments = try arguments(scratch, seeds: [2, 1, 1, 1])
        let local = try Tool.run(arguments + ["--store", "local"], in: scratch.url)
        let plain = arguments.filter { $0 != "--json" && $0 != "-" }
        var rounds = 0
        while rounds < 5 {
            let prepared = try Tool.run(plain + ["--store", "far", "--launcher", "prepare"], in: scratch.url)
            guard prepared.status == 75 else { break }
            let folders = prepared.output.split(separator: "\n").map(String.init)
            #expect(!folders.isEmpty)
            for folder in folders { #expect(try Tool.run(["run", folder], in: scratch.url).status == 0) }
            rounds += 1
        }
        // The ladder, then the target.
        #expect(rounds == 2)
        let last = try Tool.run(arguments + ["--store", "far", "--launcher", "prepare"], in: scratch.url)
        #expect(last.status == 0 && last.withoutDeviceTime == local.withoutDeviceTime)
    }

    @Test func aLauncherFileWithAMistakeStartsNothing() throws {
        let scratch = try Scratch(), arguments = try arguments(scratch, seeds: [1, 1, 1, 1])
        let file = try scratch.write(#"{ "type": "slurm", "partion": "gpu" }"#, to: "slurm.json")
        let result = try Tool.run(arguments + ["--launcher", file], in: scratch.url)
        #expect(result.status == 1)
        #expect(result.errors.contains("partition") && result.errors.contains("slurm.json"))
        #expect(scratch.files(under: ".scalebench/runs").isEmpty)
    }
}
