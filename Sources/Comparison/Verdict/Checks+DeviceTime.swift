// What a reader must know about the device time of a pair. These findings stand in `deviceTime` itself.

import ScalebenchCore
import ScalingLaws

extension Checks {
    /// Compute and device time point to different candidates: a recipe that is better per token and slower per step, or
    /// the other way round. It is said where the difference in time is sure, and that in compute likelier than not.
    static func timeAgainstCompute(_ pair: PairLadder, compute: Estimate?, _ time: DeviceTime) -> Finding? {
        guard let compute, let ratio = time.ratio, let total = time.multiplier, !ratio.interval90.contains(1),
            !compute.interval50.contains(1), (compute.point - 1) * (total.point - 1) < 0
        else { return nil }
        let percent = { (factor: Double) in Quantity.significant(100 * abs(factor - 1), digits: 2) + " %" }
        let isBetter = compute.point < 1
        return Finding(
            "timeAgainstCompute", .warning,
            "\(pair.b) is \(percent(compute.point)) \(isBetter ? "better" : "worse") per token and \(percent(ratio.point)) "
                + "\(ratio.point > 1 ? "slower" : "faster") per step than \(pair.a): in device time it needs "
                + "\(percent(total.point)) \(total.point > 1 ? "more" : "less") to reach the same loss",
            advice: isBetter
                ? "choose by what you pay for; it pays off in device time where its steps take at most "
                    + "\(percent(1 / compute.point)) longer"
                : "choose by what you pay for; it pays off in device time while its steps take at least "
                    + "\(percent(1 / compute.point)) less")
    }

    static func unequalDevices(_ pair: PairLadder, _ rungs: [TimedRung]) -> Finding? {
        guard let rung = rungs.first(where: { Set($0.devices.a) != Set($0.devices.b) }) else { return nil }
        let list = { (counts: [Int]) in Set(counts).sorted().map(String.init).joined(separator: " and ") }
        return Finding(
            "unequalDevices", .note,
            "at \(rung.label) \(pair.a) was trained on \(list(rung.devices.a)) devices and \(pair.b) on "
                + "\(list(rung.devices.b)): what is lost between devices counts as device time",
            advice: "train both on equal numbers of devices to compare the recipes alone")
    }

    static func otherMachines(_ pair: PairLadder, at label: String) -> Finding {
        Finding(
            "timesOfOtherMachines", .note,
            "device time is not compared: \(pair.a) and \(pair.b) were timed at \(label), but on different machines or "
                + "numbers of cores",
            advice: "train both on one machine, or let the trainer state equal devices as machine.deviceName")
    }
}
