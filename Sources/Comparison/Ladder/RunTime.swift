// What a run's training took, on which machine and on how many devices. Times of another machine, and of another number
// of cores, are not comparable: a run of the built-in trainer is given more cores when other runs have ended.

import Foundation
package import ScalebenchCore
package import ScalingLaws

/// The device time of one run.
package struct RunTime: Sendable, Equatable {
    /// The name of the machine; empty where it is not known.
    package var machine: String
    package var devices: Int
    /// Whether the number of devices was chosen for the run, not given to it while it was under way.
    package var isChosen: Bool
    /// Device-seconds of the whole run, or of one token where the table of runs says no more.
    package var deviceSeconds: LogTime

    package init(machine: String, devices: Int, isChosen: Bool, deviceSeconds: LogTime) {
        self.machine = machine
        self.devices = devices
        self.isChosen = isChosen
        self.deviceSeconds = deviceSeconds
    }

    /// A time that a table states.
    package init(deviceSeconds: Double, devices: Int) {
        self.init(
            machine: "", devices: devices, isChosen: true,
            deviceSeconds: LogTime(value: log(deviceSeconds), variance: 0))
    }
}

extension RunTime {
    /// Less training than this is too short to be timed.
    private static let fewestSeconds = 1.0

    private struct Setup: Hashable {
        var machine: String
        var devices: Int
        var isChosen: Bool
    }

    /// The times of a run, one for every machine and number of devices that it was trained on for long enough.
    /// - Parameter tokens: the training tokens of the whole run.
    package static func all(_ record: RunRecord, tokens: Int) -> [RunTime] {
        var order: [Setup] = [], intervals: [Setup: [LogTime.Interval]] = [:]
        for (index, start) in record.starts.enumerated() {
            let end = index + 1 < record.starts.count ? record.starts[index + 1].resumedFromStep : .max
            let begin = max(start.resumedFromStep, record.branch?.step ?? 0)
            let steps = record.steps.filter { $0.step > begin && $0.step <= end }
            for (before, step) in zip(steps, steps.dropFirst()) {
                // A number with a fraction is a mean: it changed in between.
                guard let chosen = start.devices, let devices = Int(exactly: step.devices ?? Double(chosen)) else {
                    continue
                }
                let setup = Setup(
                    machine: MachineFacts.device(start.machine), devices: devices, isChosen: devices == chosen)
                if intervals[setup] == nil { order.append(setup) }
                intervals[setup, default: []].append(
                    .init(seconds: step.seconds - before.seconds, tokens: Double(step.tokens - before.tokens)))
            }
        }
        return order.compactMap { setup in
            let own = intervals[setup] ?? []
            guard own.reduce(0, { $0 + $1.seconds }) >= fewestSeconds, var time = LogTime(own) else { return nil }
            time.value += log(Double(tokens) * Double(setup.devices))
            return RunTime(
                machine: setup.machine, devices: setup.devices, isChosen: setup.isChosen, deviceSeconds: time)
        }
    }
}
