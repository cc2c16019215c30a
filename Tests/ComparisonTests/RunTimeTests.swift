// What the events of a run say of its device time.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws
import Testing

struct RunTimeTests {
    private static func start(
        _ step: Int = 0, host: String = "h", devices: Int? = 1, branch: RunEvent.Branch? = nil
    ) -> RunEvent {
        .start(
            .init(
                runID: RunID(rawValue: "r"), time: "", trainerVersion: "", resumedFromStep: step, parametersTotal: 1,
                parametersNonEmbedding: 1, flops: 1, machine: ["host": host], branch: branch, devices: devices))
    }

    private static func step(_ step: Int, seconds: Double, devices: Double? = nil) -> RunEvent {
        .step(
            .init(
                step: step, tokens: step * 10, natsPerToken: 1, learningRate: nil, gradientNorm: nil, seconds: seconds,
                devices: devices))
    }

    private func times(_ events: [RunEvent]) -> [RunTime] {
        var record = RunRecord()
        for event in events { record.fold(event) }
        return RunTime.all(record, tokens: 1000)
    }

    /// Reports of every fifth step, after a first one that took a minute.
    private func reports(_ steps: ClosedRange<Int> = 1...20, each: Double = 0.5, devices: Double? = nil) -> [RunEvent] {
        steps.map { Self.step(5 * $0, seconds: 60 + each * Double($0), devices: devices) }
    }

    @Test func theTimeOfTheWholeRunFollowsFromItsReports() throws {
        let times = times([Self.start(devices: 8)] + reports())
        let time = try #require(times.first)
        #expect(times.count == 1 && time.machine == "h" && time.devices == 8 && time.isChosen)
        // 0.5 s for 50 tokens; the first minute does not count.
        #expect(abs(exp(time.deviceSeconds.value) - 8 * 0.01 * 1000) < 1e-6)
    }

    @Test func shortAndUnknownRunsHaveNone() {
        #expect(times([Self.start()] + reports(each: 0.01)).isEmpty, "less than a second")
        #expect(times([Self.start()] + reports(1...4)).isEmpty, "three intervals")
        #expect(times([Self.start(devices: nil)] + reports()).isEmpty, "a run from before devices were recorded")
    }

    @Test func moreCoresAreAnotherTime() {
        let events =
            [Self.start()] + reports(1...10)
            + [Self.step(55, seconds: 65.4, devices: 1.4)]
            + (12...20).map {
                Self.step(5 * $0, seconds: 65.4 + 0.3 * Double($0 - 11), devices: 2)
            }
        let times = times(events)
        #expect(times.map(\.devices) == [1, 2] && times.map(\.isChosen) == [true, false])
        #expect(abs(exp(times[0].deviceSeconds.value) - 10) < 1e-6)
        #expect(abs(exp(times[1].deviceSeconds.value) - 2 * 6) < 1e-6)
    }

    @Test func sessionsAreTimedByThemselves() {
        // The second session goes on from step 50, on another machine and after a pause that its clock counts.
        let events =
            [Self.start()] + reports(1...13)
            + [Self.start(50, host: "other")] + (11...20).map { Self.step(5 * $0, seconds: 500 + Double($0)) }
        let times = times(events)
        #expect(times.map(\.machine) == ["h", "other"])
        #expect(abs(exp(times[0].deviceSeconds.value) - 10) < 1e-6)
        #expect(abs(exp(times[1].deviceSeconds.value) - 20) < 1e-6)
    }

    @Test func whatAShorterRunTrainedIsNotTimed() {
        let branch = RunEvent.Branch(runID: RunID(rawValue: "s"), step: 50, seconds: 65)
        let events =
            [Self.start(branch: branch)] + reports(1...10)
            + (11...20).map { Self.step(5 * $0, seconds: 65 + Double($0)) }
        #expect(abs(exp(times(events)[0].deviceSeconds.value) - 20) < 1e-6)
    }

    // MARK: - Which times are compared

    /// Two candidates at two rungs, each run with one time of one core unless more is said.
    private func pair(
        machines: (a: String, b: String) = ("h", "h"), cores: (a: Int, b: Int) = (1, 1),
        sharesFirstRung: Bool = false
    ) throws -> PairResult {
        func point(_ loss: Double, _ seconds: Double, _ machine: String, _ cores: Int, _ run: String) -> ScalingPoint {
            var point = ScalingPoint(seed: "0", loss: loss, runID: RunID(rawValue: "\(run)\(loss)"))
            point.times = [
                RunTime(
                    machine: machine, devices: cores, isChosen: cores == 1,
                    deviceSeconds: LogTime(value: log(seconds), variance: 0))
            ]
            return point
        }
        let rungs = [1e15, 1e16, 1e17].enumerated().map { index, scale in
            let a = point(3 - 0.3 * Double(index), 10, machines.a, cores.a, "a")
            let b = point(2.9 - 0.3 * Double(index), 11, machines.b, cores.b, "b")
            return LadderRung(
                label: "rung \(index)", scale: scale, points: [[a], [index == 0 && sharesFirstRung ? a : b]])
        }
        let ladder = Ladder(
            axis: .flops, candidates: ["a", "b"], rungs: rungs,
            target: LadderRung(label: "target", scale: 1e18, points: [[], []]))
        return try Judge(thresholds: VerdictThresholds()).result(ladder).pairs[0]
    }

    @Test func timesOfOneMachineAreCompared() throws {
        let time = try #require(try pair().deviceTime)
        #expect(time.rungs.count == 3 && time.findings.isEmpty)
        #expect(abs(try #require(time.ratio).point - 1.1) < 0.001)
    }

    @Test func aRunOfBothShowsNoDifference() throws {
        let time = try #require(try pair(sharesFirstRung: true).deviceTime)
        #expect(time.rungs.map(\.label) == ["rung 1", "rung 2"])
        #expect(abs(try #require(time.ratio).point - 1.1) < 0.001)
    }

    @Test func timesOfOtherMachinesOrCoresAreNot() throws {
        for pair in [try pair(machines: ("h", "other")), try pair(cores: (1, 2))] {
            let time = try #require(pair.deviceTime)
            #expect(time.ratio == nil && time.multiplier == nil && time.rungs.isEmpty)
            #expect(time.findings.map(\.code) == ["timesOfOtherMachines"])
        }
    }

    // MARK: - Machines

    @Test func statedDevicesStandForTheirHosts() {
        #expect(MachineFacts.device(["host": "n1", "device": "cuda"]) == "n1 cuda")
        #expect(MachineFacts.device(["host": "n1", "deviceName": "H100"]) == "H100")
        #expect(MachineFacts.device(["host": "n1"]) != MachineFacts.device(["host": "n2"]))
    }
}
