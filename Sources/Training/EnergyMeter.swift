// The energy that the processor uses, where the kernel counts it: the package zones of Linux's powercap (RAPL), which
// Intel's and AMD's processors fill. They count whole packages, with everything else that the machine does meanwhile.

import Foundation

/// Reads the energy counters of all packages.
package struct EnergyMeter: Sendable {
    private let zones: [Zone]

    /// The counters at one moment.
    package struct Reading: Sendable {
        fileprivate let microjoules: [Double]
    }

    private struct Zone: Sendable {
        let file: String
        /// The counter begins again at 0 above this.
        let range: Double
    }

    /// It is nil where no counter can be read: in most virtual machines there is none, and elsewhere it may be root's alone.
    package init?(folder: String = "/sys/class/powercap") {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // `intel-rapl:0` is a package; `intel-rapl:0:1` is a part of it.
        zones = names.filter { $0.wholeMatch(of: /[a-z-]+:[0-9]+/) != nil }.sorted().compactMap { name in
            guard let range = Self.number("\(folder)/\(name)/max_energy_range_uj"),
                Self.number("\(folder)/\(name)/energy_uj") != nil
            else { return nil }
            return Zone(file: "\(folder)/\(name)/energy_uj", range: range)
        }
        if zones.isEmpty { return nil }
    }

    package func read() -> Reading {
        Reading(microjoules: zones.map { Self.number($0.file) ?? .nan })
    }

    /// Joules from one reading to another, which must be less than one turn of a counter apart; nil where a counter could
    /// not be read.
    package func joules(from start: Reading, to end: Reading) -> Double? {
        var sum = 0.0
        for (zone, (before, after)) in zip(zones, zip(start.microjoules, end.microjoules)) {
            sum += after >= before ? after - before : after - before + zone.range
        }
        return sum.isFinite ? sum / 1e6 : nil
    }

    private static func number(_ file: String) -> Double? {
        (try? String(contentsOfFile: file, encoding: .utf8)).flatMap {
            Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
