// The device time of a pair, from the times of its runs. Times are compared inside a rung, on one machine and on equal
// numbers of devices. Where no machine trained both on equal numbers, those that were chosen for the runs will do: device
// time is then what each of the two costs as it is trained.

import Foundation
import ScalebenchCore
import ScalingLaws

extension DeviceTime {
    /// - Parameter multiplier: the compute multiplier of the pair.
    init?(_ pair: PairLadder, multiplier: Estimate?) {
        let places = pair.rungs + [pair.target]
        let repeats = RepeatedTimes(places.flatMap { place in place.rung.points.flatMap(Self.repeats) })
        let compared = places.compactMap { TimedRung($0, repeats) }
        guard !compared.isEmpty else {
            guard let finding = Self.onOtherMachines(pair, places) else { return nil }
            self.init(rungs: [], findings: [finding])
            return
        }
        let student = StudentDistribution(degrees: repeats.degrees)
        let ratio = TimeRatio.forecast(compared.map(\.ratio), at: pair.targetScale, degrees: repeats.degrees)
        self.init(
            ratio: ratio,
            multiplier: multiplier.flatMap { compute in ratio.map { compute.multiplied(byIndependent: $0) } },
            rungs: compared.map { Rung($0, student) }, findings: [])
        findings =
            [Checks.timeAgainstCompute(pair, compute: multiplier, self), Checks.unequalDevices(pair, compared)]
            .compactMap { $0 }
    }

    /// The times of one candidate's runs at a rung, each list of one machine and number of devices.
    private static func repeats(_ runs: [ScalingPoint]) -> [[LogTime]] {
        let times = runs.flatMap(\.times)
        return TimedRung.machines(times).flatMap { machine in
            let here = times.filter { $0.machine == machine }
            return Set(here.map(\.devices)).sorted().map { count in
                here.filter { $0.devices == count }.map(\.deviceSeconds)
            }
        }
    }

    private static func onOtherMachines(_ pair: PairLadder, _ places: [PairedRung]) -> Finding? {
        let timed = places.first { place in
            !place.hasRunsOfBoth && [place.a, place.b].allSatisfy { $0.contains { !$0.times.isEmpty } }
        }
        return timed.map { Checks.otherMachines(pair, at: $0.rung.label) }
    }
}

extension DeviceTime.Rung {
    fileprivate init(_ rung: TimedRung, _ student: StudentDistribution) {
        let log = rung.ratio.log
        self.init(
            label: rung.label, scale: rung.ratio.scale, deviceSecondsA: exp(rung.a), deviceSecondsB: exp(rung.b),
            ratio: student.estimate(centre: log.value, scale: log.variance.squareRoot()).map(exp))
    }
}

/// One rung where the times of both can be compared.
struct TimedRung {
    let label: String
    let ratio: TimeRatio
    /// ln of the device-seconds of a run of A and of B.
    let a: Double
    let b: Double
    /// The numbers of devices of A and of B.
    let devices: (a: [Int], b: [Int])

    init?(_ place: PairedRung, _ repeats: RepeatedTimes) {
        guard !place.hasRunsOfBoth else { return nil }
        let matches = Self.matches(place.a.flatMap(\.times), place.b.flatMap(\.times))
        guard !matches.isEmpty else { return nil }
        let means = matches.map { match in
            (a: repeats.mean(match.a.map(\.deviceSeconds)), b: repeats.mean(match.b.map(\.deviceSeconds)))
        }
        // Machines are independent of each other: each counts as its error allows.
        let weights = means.map { 1 / ($0.a.variance + $0.b.variance) }, total = weights.reduce(0, +)
        func mean(_ value: (Int) -> Double) -> Double {
            weights.indices.reduce(0) { $0 + weights[$1] * value($1) } / total
        }
        a = mean { means[$0].a.value }
        b = mean { means[$0].b.value }
        label = place.rung.label
        ratio = TimeRatio(scale: place.rung.scale, log: LogTime(value: b - a, variance: 1 / total))
        devices = (matches.flatMap(\.a).map(\.devices), matches.flatMap(\.b).map(\.devices))
    }

    private typealias Match = (a: [RunTime], b: [RunTime])

    private static func matches(_ a: [RunTime], _ b: [RunTime]) -> [Match] {
        let equal = machines(a + b).flatMap { machine in
            Set((a + b).map(\.devices)).sorted().map { count in
                (
                    a: a.filter { $0.machine == machine && $0.devices == count },
                    b: b.filter { $0.machine == machine && $0.devices == count }
                )
            }
        }.filter { !$0.a.isEmpty && !$0.b.isEmpty }
        guard equal.isEmpty else { return equal }
        return machines(a + b).map { machine in
            (
                a: a.filter { $0.machine == machine && $0.isChosen },
                b: b.filter { $0.machine == machine && $0.isChosen }
            )
        }.filter { !$0.a.isEmpty && !$0.b.isEmpty }
    }

    static func machines(_ times: [RunTime]) -> [String] { Set(times.map(\.machine)).sorted() }
}

extension PairedRung {
    /// Whether a run counts for both, so that its time is no difference between them.
    fileprivate var hasRunsOfBoth: Bool {
        !Set(a.compactMap(\.runID)).isDisjoint(with: b.compactMap(\.runID))
    }
}
