// The processes that a trainer has started, wherever they are. A process group does not hold all of them: torchrun starts
// every process of a job in a session of its own, and if torchrun is killed they would go on training and would write
// over the checkpoints of the next session. They inherit the trainer's environment, so a variable there marks them.

import Foundation

/// All processes whose environment holds one mark.
struct MarkedProcesses {
    static let variable = "SCALEBENCH_TRAINER_PROCESS"
    let mark = UUID().uuidString

    /// The variable as an environment holds it.
    private var assignment: String { "\(Self.variable)=\(mark)" }

    /// For how many milliseconds processes that do not die, or that start others, are killed again.
    private static let patience = 2000

    /// Kills them and what this process has adopted, and waits until they have ended, so that none of them writes any more.
    /// - Parameter children: what this process has started itself, the trainer among it.
    func end(children: [pid_t]) {
        for _ in 0..<Self.patience {
            let found = running + AdoptedProcesses.running(own: children)
            if found.isEmpty { return }
            for process in found { kill(process, SIGKILL) }
            usleep(1000)
        }
    }

    /// Those that run now. A process that has ended has no environment.
    private var running: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ") else {
                return false
            }
            return environment.split(separator: 0).contains { $0.elementsEqual(assignment.utf8) }
        }
    }

    /// Arguments of a shell that kills the group `leader` and the marked processes unless a line "over" comes first.
    func guardScript(leader: pid_t) -> [String] {
        let script = #"""
            exec >/dev/null 2>&1
            read -r line
            [ "$line" = over ] && exit
            kill -s KILL -- "-$1"
            # A process may start another one while they are searched.
            for turn in 1 2 3; do
                for file in $(grep -lzxF -- "$2" /proc/[0-9]*/environ); do
                    process=${file#/proc/}
                    kill -s KILL "${process%/environ}"
                done
            done
            """#
        return ["-c", script, "guard", "\(leader)", assignment]
    }
}
