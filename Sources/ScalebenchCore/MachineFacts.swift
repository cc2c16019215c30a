// What runs say of the machine that they were made on: names and values, such as "blas" and "kernels". Libraries,
// kernels and versions may change the last digits of a loss; the host and its number of cores do not.

import Foundation

/// Facts about machines.
package enum MachineFacts {
    /// A fact that may change a number and is not the same here.
    package struct Difference: Sendable, Hashable {
        package var name: String
        package var recorded: String
        package var here: String

        package init(name: String, recorded: String, here: String) {
            self.name = name
            self.recorded = recorded
            self.here = here
        }
    }

    /// Facts that change no number.
    private static let harmless: Set<String> = ["host", "cores"]

    /// The facts that every trainer knows of this machine.
    package static var here: [String: String] {
        [
            "host": hostName, "cores": String(ProcessInfo.processInfo.activeProcessorCount),
            "scalebench": ScalebenchVersion.current,
        ]
    }

    /// The facts that both sides state, that may change a number, and in which they differ, by name.
    package static func differences(_ recorded: [[String: String]], here: [String: String]) -> [Difference] {
        let all = recorded.flatMap { facts in
            facts.compactMap { name, value -> Difference? in
                guard !harmless.contains(name), let own = here[name], own != value else { return nil }
                return Difference(name: name, recorded: short(value), here: short(own))
            }
        }
        return Set(all).sorted { ($0.name, $0.recorded) < ($1.name, $1.recorded) }
    }

    /// The name under which times are comparable: that of the device where a trainer states it, else the host with the
    /// kind of its device.
    package static func device(_ facts: [String: String]) -> String {
        facts["deviceName"] ?? [facts["host"], facts["device"]].compactMap { $0 }.joined(separator: " ")
    }

    /// A value without the build options that a BLAS lists between its version and its processor:
    /// `OpenBLAS 0.3.21 core Zen`.
    package static func short(_ value: String) -> String {
        let words = value.split(separator: " ")
        guard words.count > 4, words[words.count - 2] == "core" else { return value }
        return (words.prefix(2) + words.suffix(2)).joined(separator: " ")
    }

    /// The machine's own name; Foundation is not asked, because it may query the network.
    package static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension RunEvent.Start {
    /// What the run says of its machine, and the version of its trainer.
    package var facts: [String: String] { machine.merging(["trainer": trainerVersion]) { $1 } }
}
