// How the decision on a change is worded.

package import Comparison
import Foundation
import ScalebenchCore

extension Phrase {
    /// The decision in one or two sentences.
    package static func change(_ decision: ChangeDecision) -> String {
        let name = SafeText.line(decision.change, limit: 60), rung = SafeText.line(decision.rung)
        // One digit more than the distance from certainty has zeros, so that both numbers can be told apart.
        let digits = max(0, Int((-log10(1 - decision.needed)).rounded(.up)) - 1)
        let needed = "\(chance(decision.needed, digits: digits)) is needed to keep it"
        let here =
            decision.probabilityBetter.map {
                "\(name) is better at \(rung) with a probability of \(chance($0, digits: digits)); \(needed)"
            } ?? "the seed noise at \(rung) is not known"
        switch decision.advice {
        case .keep:
            let worse = decision.probabilityBetterAtTarget.map { percent(1 - $0) } ?? "–"
            let fades = decision.mayFade ? " It may fade: at the target it is worse with \(worse)." : ""
            return decision.probabilityBetter == nil ? "Keep: \(name) does not diverge." : "Keep: \(here).\(fades)"
        case .discard:
            return decision.probabilityBetter == nil ? "Discard: \(name) diverges at \(rung)." : "Discard: \(here)."
        case .again:
            let seeds = decision.seedsNeeded.map { ", with \(Quantity.count($0, "seed")) of each" } ?? ""
            return "Run again\(seeds): \(here)."
        }
    }

    /// A probability in percent with so many digits after the point; `> 99.9 %` where these are not enough.
    private static func chance(_ probability: Double, digits: Int) -> String {
        let unit = pow(10, Double(-digits)), percent = 100 * probability
        if percent < unit { return String(format: "< %.\(digits)f %%", unit) }
        if percent > 100 - unit { return String(format: "> %.\(digits)f %%", 100 - unit) }
        return String(format: "%.\(digits)f %%", percent)
    }
}
