// The finding about a candidate that scales badly.

import ScalebenchCore

extension Checks {
    /// One finding that names the rungs and what shows it; none where the candidate scales well as far as is known.
    static func scalesBadly(_ candidate: String, _ rungs: [RungDiagnostics]) -> [Finding] {
        let clauses = RungDiagnostics.Reason.allCases.compactMap { reason in
            clause(reason, rungs.filter { $0.reasons.contains(reason) })
        }
        guard !clauses.isEmpty else { return [] }
        let tuning =
            rungs.contains { $0.member != nil }
            ? "sweep further there" : "lower the learning rate there, let it fall with width by a rule"
        let onlyOverfits = rungs.allSatisfy { Set($0.reasons).isSubset(of: [.lossRisesInTraining]) }
        return [
            Finding(
                "scalesBadly", .warning, "\(candidate) scales badly: \(clauses.joined(separator: "; "))",
                advice: onlyOverfits
                    ? "repeat less data, train for fewer tokens or regularise more; a crossing there may come from this"
                    : "\(tuning), or warm up longer; a crossing there may come from this")
        ]
    }

    private static func clause(_ reason: RungDiagnostics.Reason, _ rungs: [RungDiagnostics]) -> String? {
        guard !rungs.isEmpty else { return nil }
        let labels = rungs.map(\.label).joined(separator: ", ")
        switch reason {
        case .diverged: return "runs diverge at \(labels)"
        case .curveShape:
            let ratios = rungs.compactMap { rung in
                rung.collapseResidual.flatMap { residual in
                    rung.seedSpread.map { Quantity.significant(residual / $0, digits: 2) }
                }
            }
            return
                "its loss curves at \(labels) do not have the shape of those at smaller rungs (residual "
                + "\(ratios.joined(separator: ", ")) times what seeds explain)"
        case .lossRisesWithScale: return "its final loss at \(labels) is above that of a smaller rung"
        case .lossRisesInTraining:
            return "its validation loss rises over the second half of training at \(labels)"
        }
    }
}
