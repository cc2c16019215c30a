// How settings and their best values are worded, the same in every renderer.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

extension Phrase {
    /// `0.0041`, `25 k`, `3 × 10⁻⁵`: a value of a setting.
    static func setting(_ value: Double, digits: Int = 3) -> String {
        value == 0 || abs(value) >= 1e-4
            ? Quantity.short(rounded(value, digits: digits)) : Quantity.scientific(value, digits: digits)
    }

    private static func rounded(_ value: Double, digits: Int) -> Double {
        Double(String(format: "%.\(digits - 1)e", value)) ?? value
    }

    /// `0.0041 [0.003, 0.0055]`: a best value, with as many digits as its interval lets it have.
    static func best(_ estimate: Estimate, isPower: Bool) -> String {
        guard isPower else { return known(estimate) }
        let digits = estimate.interval90.upper > 1.2 * estimate.interval90.lower ? 2 : 3
        return interval(estimate) { setting($0, digits: digits) }
    }

    /// `−0.82 [−1.00, −0.60]`: a number with as many decimals as its interval lets it have.
    static func known(_ estimate: Estimate, isSigned: Bool = false) -> String {
        let width = estimate.interval90.upper - estimate.interval90.lower
        let decimals = width > 0 ? min(max(1 - Int(floor(log10(width))), 0), 9) : 3
        return interval(estimate) { decimal($0, decimals, isSigned: isSigned) }
    }

    /// A number with decimals as long as it has few digits before them; zero has no sign.
    private static func decimal(_ value: Double, _ decimals: Int, isSigned: Bool) -> String {
        guard abs(value) < 1e4 else { return Quantity.short(value) }
        let text = Quantity.fixed(value, decimals: decimals, isSigned: isSigned)
        return text.hasPrefix("+") && text.allSatisfy { "+0.".contains($0) } ? String(text.dropFirst()) : text
    }

    /// `0.42 %`, `< 0.01 %`: how far a loss lies above another, as a share of it.
    static func rise(_ share: Double) -> String {
        share < 0.00005 ? "< 0.01 %" : Quantity.significant(100 * share, digits: 2) + " %"
    }

    /// `−0.12 %`: a height above the bottom of a valley, which noise can make negative.
    static func height(_ share: Double) -> String { decimal(100 * share, 2, isSigned: false) + " %" }

    /// How the best value of a setting, or another one of its values, drifts, as one sentence.
    static func drift(
        _ drift: FamilyResult.Drift, of setting: String, _ which: String = "best", axis: ScaleAxis
    ) -> String {
        let value = "the \(which) \(SafeText.line(setting, limit: 40))"
        let estimate = drift.perWidth ?? drift.perScale
        let isKnown = !estimate.interval90.contains(0)
        guard drift.isPower else {
            let change = "\(known(estimate, isSigned: true)) per factor of ten in \(axis.unit)"
            return isKnown
                ? "The\(value.dropFirst(3)) changes by \(change)."
                : "The data do not show a drift of \(value): it changes by \(change) and may be constant."
        }
        let scale = drift.perWidth == nil ? "scale (\(axis.unit))" : "width"
        return isKnown
            ? "The\(value.dropFirst(3)) goes with \(scale) to the power \(known(estimate))."
            : "The data do not show a drift of \(value) with \(scale): the power is \(known(estimate)), "
                + "and the \(which) value may be constant."
    }
}
