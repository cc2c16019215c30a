import Foundation
import Launching
import ScalebenchCore
import Testing

/// Slurm through commands that stand in for its own.
@Suite(.serialized) final class SlurmTests {
    private let root = NSTemporaryDirectory() + "/scalebench test-" + UUID().uuidString

    init() throws { try AtomicFile.makeFolder("\(root)/bin") }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func config(_ text: String) throws -> SlurmConfig {
        let config = try LauncherConfig(try ConfigReader.parse(Data(text.utf8), file: "slurm.json"))
        guard case .slurm(let slurm) = config.kind else { throw FakeScheduler.Failure() }
        return slurm
    }

    /// Puts a command into the first folder of the search path for the length of `body`.
    private func with(_ commands: [String: String], _ body: () async throws -> Void) async throws {
        for (name, script) in commands {
            let file = "\(root)/bin/\(name)"
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: file))
            chmod(file, 0o755)
        }
        let path = String(cString: getenv("PATH"))
        setenv("PATH", "\(root)/bin:\(path)", 1)
        defer { setenv("PATH", path, 1) }
        try await body()
    }

    private func job(_ index: Int, _ resources: JobResources) throws -> SchedulerJob {
        let folder = RunFolder("\(root)/runs/run it's \(index)")
        try AtomicFile.makeFolder(folder.path)
        let submission = try #require(
            try RunSubmission.claim(folder, after: 0, launch: "launch", checkpointStep: nil))
        return SchedulerJob(folder: folder, submission: submission, resources: resources)
    }

    private func scheduler(_ config: SlurmConfig) -> SlurmScheduler {
        SlurmScheduler(config, program: "\(root)/scalebench", launches: "\(root)/launches")
    }

    /// The scripts that were submitted.
    private var scripts: [String] {
        get throws {
            let folder = "\(root)/launches/launch"
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sh") }.sorted()
                .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        }
    }

    @Test func runsOfOneClassAreOneArrayWithItsOptions() async throws {
        let config = try config(
            """
            {"type": "slurm", "partition": "gpu", "account": "lab", "time": "4:00:00", "cpus": 4, "maxParallel": 8,
             "options": {"qos": "high", "exclusive": true, "nice": 5, "hold": false}, "setup": ["module load cuda"],
             "classes": [{"rungs": ["target"], "gpus": 8, "memory": "64G", "options": {"nice": 0}},
                         {"fromFlops": 1e15, "gpus": 1}]}
            """)
        let places = [
            LaunchPlace(names: ["width 8"], flops: 1e12), LaunchPlace(names: ["target"], flops: 1e16),
            LaunchPlace(names: ["width 16"], flops: 1e12), LaunchPlace(names: ["width 64"], flops: 1e15),
        ]
        let jobs = try places.enumerated().map { try job($0, config.resources.resources(at: $1)) }
        try await with(["sbatch": #"echo x >> "$0.count"; wc -l < "$0.count""#]) {
            let names = try await scheduler(config).submit(jobs, launch: "launch")
            #expect(names == ["1_0", "2_0", "1_1", "3_0"])
        }
        let scripts = try scripts
        #expect(scripts.count == 3)
        let small = try #require(scripts.first { $0.contains("--array=0-1%8") })
        for option in [
            "--partition=gpu", "--account=lab", "--time=4:00:00", "--cpus-per-task=4", "--qos=high", "--exclusive",
            "--nice=5", "--requeue", "--signal=B:USR1@120",
        ] {
            #expect(small.contains("#SBATCH \(option)\n"), "\(option)")
        }
        #expect(!small.contains("--hold") && !small.contains("--gpus"))
        #expect(small.contains("\nmodule load cuda\n"))
        let target = try #require(scripts.first { $0.contains("--mem=64G") })
        #expect(target.contains("#SBATCH --gpus=8\n") && target.contains("#SBATCH --nice=0\n"))
        #expect(try #require(scripts.first { $0.contains("--gpus=1\n") }).contains("--array=0-0%8"))
    }

    /// Runs the script as Slurm would, with a program that behaves as `scalebench run`.
    private func task(_ program: String, signal: Int32? = nil, stop: Bool = false) async throws -> (Int32, String) {
        let job = try job(0, JobResources())
        if stop { try job.submission.stop(in: job.folder) }
        try Data("#!/bin/bash\n\(program)\n".utf8).write(to: URL(fileURLWithPath: "\(root)/scalebench"))
        chmod("\(root)/scalebench", 0o755)
        var status: Int32 = -1
        try await with(["sbatch": "echo 7", "scontrol": #"echo "$@" >> "$0.log""#]) {
            _ = try await scheduler(try config(#"{"type": "slurm"}"#)).submit([job], launch: "launch")
            let script = "\(root)/task.sh"
            try Data(try scripts[0].utf8).write(to: URL(fileURLWithPath: script))
            let process = Self.start(script)
            if let signal {
                while access("\(job.folder.path)/ready", F_OK) != 0 { usleep(10_000) }
                kill(process, signal)
            }
            var ended: Int32 = 0
            waitpid(process, &ended, 0)
            status = ended >> 8
        }
        let log = (try? String(contentsOfFile: "\(root)/bin/scontrol.log", encoding: .utf8)) ?? ""
        return (status, log)
    }

    /// Starts a script that signals reach: threads of a test block them, and children inherit that.
    private static func start(_ script: String) -> pid_t {
        var attributes = posix_spawnattr_t(), none = sigset_t(), process: pid_t = 0
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let slurm = ["SLURM_ARRAY_TASK_ID": "0", "SLURM_JOB_ID": "70", "SLURM_CPUS_PER_TASK": "3"]
        let environment =
            ProcessInfo.processInfo.environment.merging(slurm) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        let arguments = [strdup("bash"), strdup(script), nil]
        defer { for word in environment + arguments { free(word) } }
        posix_spawn(&process, "/bin/bash", nil, &attributes, arguments, environment)
        return process
    }

    @Test func aTaskTrainsItsRunAndEndsWithItsStatus() async throws {
        let (status, log) = try await task(#"echo "$@" > "$2/arguments"; exit 3"#)
        #expect(status == 3 && log.isEmpty)
        let folder = "\(root)/runs/run it's 0"
        let arguments = try String(contentsOfFile: "\(folder)/arguments", encoding: .utf8)
        #expect(arguments == "run \(folder) --submission 1 --workers 3\n")
    }

    private let checkpoints = #"trap 'sleep 0.2; exit 75' TERM; touch "$2/ready"; while :; do sleep 0.05; done"#

    @Test(arguments: [SIGTERM, SIGUSR1]) func aWarningReachesTheRunAndTheTaskIsQueuedAgain(_ signal: Int32) async throws
    {
        let (status, log) = try await task(checkpoints, signal: signal)
        #expect(status == 75)
        #expect(log == "requeue 70\n")
    }

    @Test func aTaskThatWasStoppedIsNotQueuedAgain() async throws {
        let (status, log) = try await task(checkpoints, signal: SIGTERM, stop: true)
        #expect(status == 75 && log.isEmpty)
    }

    @Test func statesAreReadFromTheList() async throws {
        let list = """
            9_0|RUNNING|None
            9_1|PENDING|Resources
            9_2|COMPLETED|None
            9_3|CANCELLED|None
            9_4|TIMEOUT|TimeLimit
            9_5|REQUEUED|None
            """
        let scheduler = scheduler(try config(#"{"type": "slurm"}"#))
        try await with(["squeue": "echo \"$@\" > \"$0.arguments\"\ncat <<'X'\n\(list)\nX"]) {
            let states = try await scheduler.states(of: ["9_0", "9_1", "11_4"])
            #expect(states["9_0"] == .running)
            #expect(states["9_1"] == .queued(reason: "Resources"))
            #expect(states["9_2"] == .ended(reason: "COMPLETED", isCancelled: false))
            #expect(states["9_3"] == .ended(reason: "CANCELLED", isCancelled: true))
            #expect(states["9_4"] == .ended(reason: "TIMEOUT", isCancelled: false))
            #expect(states["9_5"] == .queued(reason: nil))
            let arguments = try String(contentsOfFile: "\(root)/bin/squeue.arguments", encoding: .utf8)
            #expect(arguments.contains("--jobs=11,9"))
        }
        try await with(["squeue": "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"]) {
            let states = try await scheduler.states(of: ["9_0"])
            #expect(states.isEmpty)
        }
        try await with(["squeue": "echo 'Unable to contact slurm controller' >&2; exit 1"]) {
            await #expect(throws: ScalebenchError.self) { _ = try await scheduler.states(of: ["9_0"]) }
        }
    }

    @Test func stoppingReachesATaskThatWaitsToBeginAgain() async throws {
        let config = try LauncherConfig(try ConfigReader.parse(Data(#"{"type": "slurm"}"#.utf8), file: "slurm.json"))
        let folders = (0..<2).map { RunFolder("\(root)/runs/run\($0)") }
        for folder in folders { try AtomicFile.makeFolder(folder.path) }
        let launches = "\(root)/launches"
        try await with([
            "sbatch": "echo 5", "squeue": "echo '5_0|PENDING|BeginTime'; echo '5_1|COMPLETED|None'",
            "scancel": #"echo "$@" > "$0.arguments""#,
        ]) {
            let launcher = SchedulerLauncher(
                SlurmScheduler(try self.config(#"{"type": "slurm"}"#), program: "scalebench", launches: launches),
                Launch(config, in: launches), options: try self.config(#"{"type": "slurm", "detach": true}"#).options
            ) { _ in JobResources() }
            _ = try await launcher.launch(folders, stop: StopRequest()) { _ in }
            try RunSubmission.note(.init(exitStatus: 75), of: 1, in: folders[0])
            try RunSubmission.note(.init(exitStatus: 0), of: 1, in: folders[1])
            let stopped = try await StoredJobs(of: folders, launches: launches).stop()
            #expect(stopped.queued == [folders[0]])
            #expect(stopped.running.isEmpty)
        }
        #expect(try String(contentsOfFile: "\(root)/bin/scancel.arguments", encoding: .utf8) == "5_0\n")
        #expect(RunSubmission.newest(in: folders[0])?.isStopped(in: folders[0]) == true)
    }

    @Test func aJobWhoseSubmitterDiedIsFoundByItsList() async throws {
        let scheduler = scheduler(try config(#"{"type": "slurm"}"#))
        let jobs = try (0..<3).map { try job($0, JobResources()) }
        try await with(["sbatch": "echo 44", "squeue": #"case "$*" in *--name=scalebench-launch-*) echo 44;; esac"#]) {
            _ = try await scheduler.submit(jobs, launch: "launch")
            let found = try await scheduler.find(jobs[2]), other = try await scheduler.find(try job(9, JobResources()))
            #expect(found == "44_2")
            #expect(other == nil)
        }
    }

    @Test func whatSlurmRefusesIsAnErrorWithItsWords() async throws {
        let scheduler = scheduler(try config(#"{"type": "slurm"}"#))
        let job = try job(0, JobResources())
        try await with(["sbatch": "echo 'sbatch: error: invalid partition specified: gpu' >&2; exit 1"]) {
            let error = await #expect(throws: ScalebenchError.self) {
                _ = try await scheduler.submit([job], launch: "launch")
            }
            #expect(error?.cause?.contains("invalid partition") == true)
        }
    }
}
