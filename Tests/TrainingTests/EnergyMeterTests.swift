// Energy from counters like the kernel's: packages alone count, and a counter may begin again.

import Foundation
import Testing
import Training

@Suite final class EnergyMeterTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("scalebench-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: root) }

    private func write(_ zone: String, _ microjoules: String, range: String? = "1000000000") throws {
        let folder = root.appendingPathComponent(zone)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("\(microjoules)\n".utf8).write(to: folder.appendingPathComponent("energy_uj"))
        if let range { try Data("\(range)\n".utf8).write(to: folder.appendingPathComponent("max_energy_range_uj")) }
    }

    @Test func packagesAreSummedAndTheirPartsAreNot() throws {
        try write("intel-rapl:0", "1000000")
        try write("intel-rapl:0:0", "500000")
        try write("intel-rapl:1", "999000000")
        let meter = try #require(EnergyMeter(folder: root.path)), start = meter.read()
        try write("intel-rapl:0", "3000000")
        try write("intel-rapl:0:0", "900000000")
        // The second package's counter began again: 1 J to its end, and 4 J after it.
        try write("intel-rapl:1", "4000000")
        #expect(meter.joules(from: start, to: meter.read()) == 7.0)
    }

    @Test func aCounterThatCannotBeReadIsNoEnergy() throws {
        #expect(EnergyMeter(folder: root.path) == nil)
        try write("intel-rapl:0", "1000000", range: nil)
        #expect(EnergyMeter(folder: root.path) == nil)
        try write("intel-rapl:0", "1000000")
        let meter = try #require(EnergyMeter(folder: root.path)), start = meter.read()
        try write("intel-rapl:0", "not a number")
        #expect(meter.joules(from: start, to: meter.read()) == nil)
    }
}
