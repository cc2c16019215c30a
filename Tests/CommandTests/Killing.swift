// Kills at random times that can be repeated.

import Foundation

/// Random numbers that follow from a seed: SplitMix64, whose 64 bits are all random. Swift chooses elements by the high ones.
struct Repeatable: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
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
