// What a trainer has started and left behind without its environment, and so without its mark. Linux makes this process
// the parent of it, if it is asked to.

import CLinux
import Foundation
import Synchronization

/// Processes of which this one has become the parent because their own has ended.
package enum AdoptedProcesses {
    private static let isAsked = Mutex(false)

    /// From now on, what the children of this process leave behind ends with the trainer. It is for a process that trains
    /// one run after the other and does nothing else: any child that `running` does not leave out is taken for an adopted
    /// one.
    package static func begin() {
        isAsked.withLock { $0 = linux_become_subreaper() == 0 }
    }

    /// Those that run now. Those that have ended are forgotten.
    /// - Parameter own: children that this process has started itself.
    static func running(own: [pid_t]) -> [pid_t] {
        guard isAsked.withLock({ $0 }) else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            guard !own.contains(process), parent(of: process) == getpid() else { return false }
            return waitpid(process, nil, WNOHANG) == 0
        }
    }

    private static func parent(of process: pid_t) -> pid_t? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        // `12 (name) S 1 …`: a name may hold anything.
        let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 1 ? pid_t(fields[1]) : nil
    }
}
