// How the decision on a change is worded.

package import Comparison
import ScalebenchCore

extension Phrase {
    /// The decision in one or two sentences.
    package static func change(_ decision: ChangeDecision) -> String {
        let name = SafeText.line(decision.change, limit: 60), rung = SafeText.line(decision.rung)
        let tried = "after \(Quantity.count(decision.tried, "change")) \(percent(decision.needed)) is needed"
        let here =
            decision.probabilityBetter.map { "\(name) is better at \(rung) with \(percent($0)); \(tried)" }
            ?? "the seed noise at \(rung) is not known"
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
}
