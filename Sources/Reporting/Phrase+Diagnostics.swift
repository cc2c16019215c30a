// How well candidates scale, in the words of every renderer.

import Comparison
import ScalebenchCore

extension CompareResult {
    /// The diagnostics to show: all, or only those with findings where there are many candidates. A family is one, however
    /// many members it has.
    var shownDiagnostics: [CandidateDiagnostics] {
        let all = diagnostics ?? []
        return all.filter { one in
            !hasMany || !one.findings.isEmpty || one.rungs.contains { $0.member != nil }
        }
    }
}

extension Phrase {
    /// The candidates whose curves fall on one another; nil where there is none, or there are many candidates.
    static func wellScaling(_ result: CompareResult) -> String? {
        let well = result.shownDiagnostics.filter { candidate in
            candidate.rungs.contains { $0.scales == .well } && candidate.findings.isEmpty
        }
        guard !well.isEmpty else { return nil }
        let names = list(well.map { SafeText.line($0.candidate, limit: 40) })
        return "The loss curves of \(names) have the same shape at every rung, as in recipes that scale well."
    }

    static func scaling(_ scaling: RungDiagnostics.Scaling) -> String {
        switch scaling {
        case .well: "well"
        case .badly: "badly"
        case .unknown: "–"
        }
    }
}
