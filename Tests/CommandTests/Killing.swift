// Kills at random times that can be repeated.

import Foundation

/// Random numbers that follow from a seed.
struct Repeatable: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 20
    }
}

enum ProcessTree {
    /// Sends SIGKILL to a process and to all that it started, the parents first.
    static func kill(_ root: pid_t) {
        var tree = [root], next = 0
        while next < tree.count {
            tree += children(of: tree[next])
            next += 1
        }
        for pid in tree { Foundation.kill(pid, SIGKILL) }
        // Other processes reap its descendants: wait until they have ended and no longer write to the store.
        for pid in tree.dropFirst() {
            while FileManager.default.fileExists(atPath: "/proc/\(pid)/exe") { usleep(1000) }
        }
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
        return threads.flatMap { thread in
            let text = (try? String(contentsOfFile: "/proc/\(parent)/task/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { pid_t($0) }
        }
    }
}
