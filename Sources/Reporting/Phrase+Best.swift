// How the best of several candidates is worded, the same in every renderer.

import Comparison
import ScalebenchCore

extension Phrase {
    /// `best of 5: muon`, `best of 5: unresolved`.
    static func bestHeading(_ best: BestResult) -> String {
        "best of \(best.candidates.count): \(best.winner.map { SafeText.line($0, limit: 40) } ?? "unresolved")"
    }

    /// The verdict on all candidates as one plain sentence.
    /// - Parameters:
    ///   - reference: the name of the candidate that the gap refers to.
    ///   - unit: the unit of losses, after a space.
    static func best(_ best: BestResult, reference: String, unit: String) -> String {
        guard let leader = best.candidates.first else { return "" }
        let name = SafeText.line(leader.candidate, limit: 40), probability = percent(leader.probabilityBest)
        var text =
            best.winner == nil
            ? "\(name) leads with probability \(probability); with \(others(best)) it is \(percent(held(best)))"
            : "\(name) has the smallest loss of all at the target with probability \(probability)"
        if let gap = leader.expectedGapToReference {
            let luck = best.candidates.count > 3 ? ", with the leader's luck taken off" : ""
            text +=
                "; expected gap to \(SafeText.line(reference, limit: 40)) \(interval(gap, self.gap))\(unit)\(luck)"
        }
        guard !best.notJudged.isEmpty else { return text + "." }
        return text + ". Left out: \(list(best.notJudged))."
    }

    /// The probability that the contenders hold together.
    private static func held(_ best: BestResult) -> Double {
        best.candidates.prefix(best.contenders.count).reduce(0) { $0 + $1.probabilityBest }
    }

    private static func others(_ best: BestResult) -> String { list(Array(best.contenders.dropFirst())) }

    /// At most four names; more are counted.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(names.count > 5 ? 4 : 5).map { SafeText.line($0, limit: 40) }
        let rest = names.count - shown.count
        if rest > 0 { return shown.joined(separator: ", ") + " and \(rest) others" }
        return shown.count < 2
            ? shown.joined() : shown.dropLast().joined(separator: ", ") + " and " + shown[shown.count - 1]
    }
}
