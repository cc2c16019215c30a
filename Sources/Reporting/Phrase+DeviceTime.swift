// The difference of two candidates in compute and in device time, in one sentence.

import Comparison
import ScalebenchCore
import ScalingLaws

extension Phrase {
    /// Says what B needs per token, per step and in device time; nil where no times could be compared.
    static func deviceTime(_ time: DeviceTime, compute: Estimate?) -> String? {
        guard let ratio = time.ratio else { return nil }
        let step = "takes \(change(ratio, more: "longer", less: "less time", times: "times as long"))"
        guard let compute, let total = time.multiplier else {
            return "Each step of equal size \(step) with B than with A."
        }
        return
            "Per token B \(token(compute)); each step of equal size \(step); in device time B needs "
            + "\(change(total, more: "more", less: "less", times: "times as much")) to reach A's loss."
    }

    private static func token(_ compute: Estimate) -> String {
        isSmall(compute)
            ? "is \(change(compute, more: "worse", less: "better", times: ""))"
            : "needs \(change(compute, more: "", less: "", times: "times as much compute"))"
    }

    /// `7 % longer [6.1 %, 7.9 %]`, or `3.2 times as long [2.8, 3.7]`. The interval is of what the words say.
    private static func change(_ factor: Estimate, more: String, less: String, times: String) -> String {
        let interval = factor.interval90
        guard isSmall(factor) else {
            return "\(multiplier(factor.point)) \(times) [\(multiplier(interval.lower)), \(multiplier(interval.upper))]"
        }
        let isMore = factor.point >= 1
        let ends = [interval.lower, interval.upper].map { percentage(isMore ? $0 - 1 : 1 - $0) }
        return "\(percentage(abs(factor.point - 1))) \(isMore ? more : less) "
            + "[\(isMore ? ends[0] : ends[1]), \(isMore ? ends[1] : ends[0])]"
    }

    /// Whether percent say it well.
    private static func isSmall(_ factor: Estimate) -> Bool {
        factor.interval90.lower > 0.5 && factor.interval90.upper < 2
    }

    private static func percentage(_ value: Double) -> String {
        // Tenths of a percent; "−0 %" would claim a direction that is not there.
        let tenths = (1000 * value).rounded()
        return tenths == 0 ? "0 %" : Quantity.significant(tenths / 10) + " %"
    }
}

extension PairResult {
    /// The findings as reports show them, with those on device time.
    var shownFindings: [Finding] { findings + (deviceTime?.findings ?? []) }
}
