import Foundation
import Launching
import ScalebenchCore
import Synchronization
import Testing

/// The launcher against shell scripts that stand in for `scalebench run`.
@Suite(.serialized) final class LocalLauncherTests {
    private let root = NSTemporaryDirectory() + "/scalebench-test-" + UUID().uuidString

    init() throws {
        try AtomicFile.makeFolder(root)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// A launcher whose children run `script`, the run's folder in `$1`.
    private func launcher(_ script: String, slots: Int = 2) throws -> LocalLauncher {
        let file = "\(root)/run.sh"
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        return LocalLauncher(executable: "/bin/sh", arguments: [file], slots: slots)
    }

    private func folders(_ count: Int) throws -> [RunFolder] {
        try (0..<count).map { index in
            try AtomicFile.makeFolder("\(root)/\(index)")
            return RunFolder("\(root)/\(index)")
        }
    }

    private final class Events: Sendable {
        let all = Mutex<[LaunchEvent]>([])
        func add(_ event: LaunchEvent) { all.withLock { $0.append(event) } }
        var started: [RunFolder] {
            all.withLock { $0.compactMap { if case .started(let folder) = $0 { folder } else { nil } } }
        }
        /// The largest number of runs between their start and their end.
        var mostAtOnce: Int {
            all.withLock { events in
                var running = 0, most = 0
                for event in events {
                    if case .started = event { running += 1 } else { running -= 1 }
                    most = max(most, running)
                }
                return most
            }
        }
    }

    @Test func everyRunInOrderAndAtMostSlotsAtOnce() async throws {
        let folders = try folders(6), events = Events()
        let results = try await launcher("echo \"$OPENBLAS_NUM_THREADS\" > \"$1/threads\"; sleep 0.05").launch(
            folders, stop: StopRequest(), onEvent: events.add)
        #expect(results == folders.map { LaunchResult(folder: $0, status: .finished) })
        #expect(events.mostAtOnce == 2)
        #expect(Set(events.started.prefix(2)) == Set(folders.prefix(2)))
        for folder in folders {
            #expect(try String(contentsOfFile: "\(folder.path)/threads", encoding: .utf8) == "1\n")
        }
    }

    @Test func aRunWaitsForThatWhichItGoesOnFrom() async throws {
        let folders = try folders(4), events = Events()
        // The first one in order waits for the last one, which waits for the second, which fails.
        let results = try await launcher("case \"$1\" in */1) exit 3;; esac; sleep 0.05").launch(
            folders, after: [folders[0]: folders[3], folders[3]: folders[1]], stop: StopRequest(), onEvent: events.add)
        #expect(results.map(\.folder) == folders)
        #expect(results.map { $0.status == .finished } == [true, false, true, true])
        let order = events.all.withLock { $0 }
        func place(_ wanted: LaunchEvent) -> Int { order.firstIndex(of: wanted) ?? -1 }
        #expect(place(.started(folders[3])) > place(.finished(results[1])))
        #expect(place(.started(folders[0])) > place(.finished(results[3])))
        #expect(events.mostAtOnce == 2)
    }

    @Test func aRunThatIsNotWantedAnyMoreIsNotStarted() async throws {
        let folders = try folders(4), failed = Mutex(false)
        let results = try await launcher("case \"$1\" in */0) exit 3;; esac", slots: 1).launch(
            folders, after: [folders[2]: folders[1]], stop: StopRequest(),
            isWanted: { folder in !failed.withLock { $0 } || !folder.path.hasSuffix("/1") }
        ) { event in
            if case .finished(let result) = event, result.status != .finished { failed.withLock { $0 = true } }
        }
        #expect(results.dropFirst().map(\.status) == [.notStarted, .finished, .finished])
    }

    @Test func failureIsExplainedAndTheOthersGoOn() async throws {
        let folders = try folders(3)
        let script = """
            case "$1" in
            */0) seq 1 5000 >&2; echo "the reason" >&2; exit 3;;
            */1) kill -9 $$;;
            esac
            """
        let results = try await launcher(script).launch(folders, stop: StopRequest()) { _ in }
        guard case .failed(let explanation) = results[0].status, case .failed(let killed) = results[1].status else {
            Issue.record("\(results)")
            return
        }
        #expect(explanation.hasPrefix("exit status 3\n"))
        #expect(explanation.hasSuffix("\n5000\nthe reason"))
        #expect(explanation.split(separator: "\n").count == 11)
        #expect(killed == "killed by signal 9")
        #expect(results[2].status == .finished)
    }

    @Test func stopLetsRunsEndOrderlyAndStartsNoOther() async throws {
        let folders = try folders(5), stop = StopRequest(), events = Events()
        let script = """
            trap 'touch "$1/stopped"; exit 75' TERM
            touch "$1/ready"
            while :; do sleep 0.02; done
            """
        let launcher = try launcher(script)
        async let results = launcher.launch(folders, stop: stop, onEvent: events.add)
        try await wait(for: ["\(folders[0].path)/ready", "\(folders[1].path)/ready"])
        stop.request()
        #expect(try await results.map(\.status) == [.interrupted, .interrupted, .notStarted, .notStarted, .notStarted])
        #expect(FileManager.default.fileExists(atPath: "\(folders[0].path)/stopped"))
        #expect(events.started.count == 2)
    }

    @Test func secondRequestKills() async throws {
        let folders = try folders(1), stop = StopRequest()
        let launcher = try launcher("trap 'touch \"$1/asked\"' TERM; touch \"$1/ready\"; while :; do sleep 0.02; done")
        async let results = launcher.launch(folders, stop: stop) { _ in }
        try await wait(for: ["\(folders[0].path)/ready"])
        stop.request()
        try await wait(for: ["\(folders[0].path)/asked"])
        stop.request()
        #expect(try await results.map(\.status) == [.interrupted])
    }

    /// A signal to the whole process group may reach a run before it listens.
    @Test func aRunThatTheSignalItselfEndedIsInterrupted() async throws {
        let folders = try folders(1), stop = StopRequest()
        let launcher = try launcher("touch \"$1/ready\"; while :; do sleep 0.02; done")
        async let results = launcher.launch(folders, stop: stop) { _ in }
        try await wait(for: ["\(folders[0].path)/ready"])
        stop.request()
        #expect(try await results.map(\.status) == [.interrupted])
    }

    /// The launcher's process is killed outright; the child notices it because its standard input ends.
    @Test func childNoticesThatTheLauncherWasKilled() async throws {
        let folders = try folders(1)
        await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String] in
            let script = "touch \"$1/ready\"; cat; touch \"$1/noticed\""
            let launcher = LocalLauncher(executable: "/bin/sh", arguments: ["-c", script, "sh"], slots: 1)
            Thread.detachNewThread {
                while !FileManager.default.fileExists(atPath: "\(root)/0/ready") { usleep(5_000) }
                kill(getpid(), SIGKILL)
            }
            _ = try await launcher.launch([RunFolder("\(root)/0")], stop: StopRequest()) { _ in }
        }
        try await wait(for: ["\(folders[0].path)/noticed"])
    }

    @Test(.timeLimit(.minutes(1))) func coresThatNobodyWaitsForGoToTheLastRun() async throws {
        let folders = try folders(2)
        // The second run ends only when it has been told of the two cores that are free once the first has ended.
        let script = "case \"$1\" in */1) head -c 2 > \"$1/cores\";; *) sleep 0.2;; esac"
        let results = try await launcher(script, slots: 3).launch(folders, stop: StopRequest()) { _ in }
        #expect(results.allSatisfy { $0.status == .finished })
        #expect(try String(contentsOfFile: "\(folders[1].path)/cores", encoding: .utf8) == "++")
    }

    /// A closed connection must not end the launcher with a signal.
    @Test(.timeLimit(.minutes(1))) func coresForARunThatHasEndedGoNowhere() async throws {
        let launcher = try launcher("exec 0<&-; sleep 0.1", slots: 4), folders = try folders(1)
        for _ in 0..<3 {
            let results = try await launcher.launch(folders, stop: StopRequest()) { _ in }
            #expect(results.map(\.status) == [.finished])
        }
    }

    /// A process that says so when it has completed a run; `$1` is the folder of the present one.
    private func lastingLauncher(_ script: String, slots: Int) throws -> LocalLauncher {
        let file = "\(root)/run.sh"
        let text = """
            echo $$ >> "\(root)/processes"
            while :; do
              \(script)
              printf . >&0
              IFS= read -r -d '' answer || exit 0
              set -- "/${answer#*r/}"
            done
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return LocalLauncher(executable: "/bin/bash", arguments: [file], slots: slots)
    }

    private var processes: Int {
        let text = (try? String(contentsOfFile: "\(root)/processes", encoding: .utf8)) ?? ""
        return Set(text.split(separator: "\n")).count
    }

    @Test(.timeLimit(.minutes(1))) func aProcessThatCompletesItsRunIsGivenAnother() async throws {
        let folders = try folders(9), events = Events()
        let launcher = try lastingLauncher(#"echo $$ >> "$1/process"; sleep 0.05"#, slots: 2)
        let results = try await launcher.launch(
            folders, after: [folders[3]: folders[8]], stop: StopRequest(), onEvent: events.add)
        #expect(results == folders.map { LaunchResult(folder: $0, status: .finished) })
        #expect(processes == 2 && events.mostAtOnce == 2)
        #expect(events.started.last == folders[3])
        for folder in folders {
            let text = try String(contentsOfFile: "\(folder.path)/process", encoding: .utf8)
            #expect(text.split(separator: "\n").count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func aRunThatFailsTakesItsProcessWithIt() async throws {
        let folders = try folders(4)
        // Errors and completions are two streams: errors just before a completion may count for the run after it.
        let launcher = try lastingLauncher(
            #"echo "of $1" >&2; case "$1" in */1) exit 3;; */2) kill -9 $$;; esac; sleep 1"#, slots: 1)
        let results = try await launcher.launch(folders, stop: StopRequest()) { _ in }
        #expect(
            results.map(\.status) == [
                .finished, .failed(explanation: "exit status 3\nof \(folders[1].path)"),
                .failed(explanation: "killed by signal 9\nof \(folders[2].path)"), .finished,
            ])
        #expect(processes == 3)
    }

    @Test(.timeLimit(.minutes(1))) func aStopEndsAProcessBetweenItsRuns() async throws {
        let folders = try folders(3), stop = StopRequest()
        let launcher = try lastingLauncher("trap 'exit 75' TERM; sleep 0.05", slots: 1)
        let results = try await launcher.launch(folders, stop: stop) { event in
            if case .finished = event { stop.request() }
        }
        #expect(results.map(\.status) == [.finished, .notStarted, .notStarted])
    }

    @Test func aProcessTakesFurtherRunsFromItsLauncher() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            precondition(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO && close(ends[0]) == 0)
            setenv("SCALEBENCH_LAUNCHED", "1", 1)
            guard let connection = LauncherConnection(stop: StopRequest(), cores: CoreAllowance(), end: {}) else {
                _exit(9)
            }
            for (words, folder) in [("+r/a\u{0}", "/a"), ("++r/b c\u{0}", "/b c")] {
                precondition(write(ends[1], words, words.utf8.count) == words.utf8.count)
                precondition(connection.nextRun() == RunFolder(folder))
                // The cores that came before the run were meant for another one.
                precondition(connection.cores.count == 1)
            }
            close(ends[1])
            precondition(connection.nextRun() == nil)
        }
    }

    @Test func endOfTheLaunchersPipeRequestsAStop() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO)
            let stop = StopRequest(), cores = CoreAllowance()
            setenv("SCALEBENCH_LAUNCHED", "1", 1)
            let connection = LauncherConnection(stop: stop, cores: cores) {}
            precondition(connection != nil)
            precondition(write(ends[1], "++", 2) == 2)
            while cores.count < 3 { usleep(5_000) }
            precondition(!stop.isRequested)
            close(ends[1])
            while !stop.isRequested { usleep(5_000) }
        }
    }

    @Test func whatHangsEndsSoonAfterItsLauncher() async {
        await #expect(processExitsWith: .exitCode(75)) {
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO)
            setenv("SCALEBENCH_LAUNCHED", "1", 1)
            let connection = LauncherConnection(stop: StopRequest(), cores: CoreAllowance(), gracePeriod: 0.1) {
                _exit(75)
            }
            precondition(connection != nil)
            close(ends[1])
            sleep(60)
        }
    }

    @Test func missingExecutableIsOneError() async throws {
        let launcher = LocalLauncher(executable: "\(root)/none", slots: 1)
        await #expect { try await launcher.launch(try folders(2), stop: StopRequest()) { _ in } } throws: { error in
            (error as? ScalebenchError)?.location == "\(root)/none"
        }
    }

    private func wait(for paths: [String]) async throws {
        while !paths.allSatisfy(FileManager.default.fileExists(atPath:)) {
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
