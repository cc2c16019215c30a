// The process of an external trainer. It has a group of its own and a mark in its environment, so that all that it starts
// ends with it, and a guardian that ends it all if this process dies first. `posix_spawn` is used rather than a library
// because the run loop polls, and the group must still exist when it is killed: the exit is seen before the process is
// reaped.

import Foundation
import ScalebenchCore

/// A started program. `end` must be called; it leaves nothing alive that the program has started.
final class TrainerProcess {
    enum End: Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        var description: String {
            switch self {
            case .exited(let status): "ended with exit status \(status)"
            case .killed(let signal): "was killed by signal \(signal) (\(String(cString: strsignal(signal))))"
            }
        }

        var sign: TrainerSign {
            switch self {
            case .exited(let status): .exited(status: status)
            case .killed(let signal): .killed(signal: signal)
            }
        }
    }

    private let leader: pid_t
    private let guardian: pid_t
    private let marked = MarkedProcesses()
    /// If this connection closes before it has sent "over", the guardian knows that this process has died.
    private let guardianInput: Int32
    private var ended: End?
    private var isOver = false

    /// A shell that waits until there is a guardian, changes the folder and becomes the program.
    private static let starter = #"read -r go && [ "$go" = go ] && cd -- "$1" && shift && exec "$@" </dev/null"#

    /// Starts `command` in `folder`; standard output and error are appended to `output`.
    init(_ command: [String], folder: String, output: String, environment: [String: String]) throws {
        var inherited = ProcessInfo.processInfo.environment
        inherited["SCALEBENCH_LAUNCHED"] = nil
        inherited.merge(environment) { $1 }
        inherited[MarkedProcesses.variable] = marked.mark
        // Without O_NONBLOCK a named pipe in its place would wait for a reader; on a regular file the flag means nothing.
        let log = open(output, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0o644)
        guard log >= 0 else { throw Self.failure("the trainer's log cannot be written", errno, output) }
        defer { close(log) }
        let gate = try Self.connection(folder)
        defer { for end in [gate.ours, gate.theirs] { close(end) } }
        let line = try Self.connection(folder)
        defer { close(line.theirs) }
        do {
            leader = try Self.spawn(
                ["-c", Self.starter, "trainer", folder] + command, inherited, input: gate.theirs, output: log)
        } catch {
            close(line.ours)
            throw error
        }
        guardianInput = line.ours
        do {
            guardian = try Self.spawn(marked.guardScript(leader: leader), [:], input: line.theirs, output: log)
        } catch {
            close(line.ours)
            kill(-leader, SIGKILL)
            throw error
        }
        Self.send("go\n", to: gate.ours)
    }

    /// Sockets are used rather than a pipe: no other child inherits them, and writing to a dead process raises no
    /// signal.
    private static func connection(_ folder: String) throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw failure("the trainer cannot be started", errno, folder)
        }
        return (ends[0], ends[1])
    }

    private static func send(_ text: String, to end: Int32) {
        _ = text.withCString { Foundation.send(end, $0, text.utf8.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Starts a shell in a process group of its own, with the default handling of every signal.
    private static func spawn(
        _ arguments: [String], _ environment: [String: String], input: Int32, output: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var words = (["sh"] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, &variables)
        guard code == 0 else { throw failure("the trainer cannot be started", code, "/bin/sh") }
        return pid
    }

    private static func failure(_ message: String, _ code: Int32, _ place: String) -> ScalebenchError {
        ScalebenchError(.runFailed, message, at: place, cause: String(cString: strerror(code)))
    }

    /// How the program ended; nil while it runs.
    func status() -> End? {
        if let ended { return ended }
        var information = siginfo_t()
        guard waitid(P_PID, id_t(leader), &information, WEXITED | WNOHANG | WNOWAIT) == 0, information.si_signo != 0
        else { return nil }
        // What the program started and left behind ends now, while its process id still names this group.
        kill(-leader, SIGKILL)
        marked.end(children: [leader, guardian])
        var status: Int32 = 0
        while waitpid(leader, &status, 0) < 0, errno == EINTR {}
        ended = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: status & 0x7f)
        return ended
    }

    /// Asks the program, not what it started, to checkpoint and exit.
    func requestStop() {
        if ended == nil { kill(leader, SIGTERM) }
    }

    /// Ends what still runs of all that the program has started.
    func end() {
        guard !isOver else { return }
        isOver = true
        if ended == nil {
            kill(-leader, SIGKILL)
            while status() == nil { usleep(1000) }
        }
        Self.send("over\n", to: guardianInput)
        close(guardianInput)
        var status: Int32 = 0
        while waitpid(guardian, &status, 0) < 0, errno == EINTR {}
    }
}
