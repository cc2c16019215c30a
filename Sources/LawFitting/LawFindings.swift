// What a reader of a fitted law must know: a fit that did not end, ended on a bound, or does not know its own floor.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

enum LawFindings {
    static func all(_ table: LawTable, query: LawQuery, fit: ScaleLawFit, result: LawResult) -> [Finding] {
        var findings: [Finding] = []
        if !fit.hasConverged {
            findings.append(
                Finding(
                    "notConverged", .warning,
                    "the fit did not converge: its numbers are where it stopped, not where the data lead",
                    advice: "look for runs that do not belong, or fit fewer parameters with --over"))
        }
        for name in fit.onBound {
            findings.append(
                Finding(
                    "onBound", .warning, "\(label(name, table)) ran into the edge of what makes sense",
                    advice:
                        "the runs do not determine it: add scales further apart, or leave that scale out with --over"))
        }
        findings += floor(table, result)
        if table.candidates > 1 {
            findings.append(
                Finding(
                    "severalCandidates", .warning, "\(table.candidates) candidates share one law",
                    advice: "fit one alone with --where, unless they differ in size only"))
        }
        findings += extrapolation(table, query, result)
        return findings
    }

    private static func label(_ name: String, _ table: LawTable) -> String {
        let parts = name.split(separator: " ")
        guard let place = parts.last.flatMap({ Int($0) }), table.axes.indices.contains(place - 1) else {
            return "the \(name)"
        }
        return "the \(parts[0]) of \(table.axes[place - 1].rawValue)"
    }

    /// A floor whose interval spans most of what lies between zero and the smallest loss is a guess.
    private static func floor(_ table: LawTable, _ result: LawResult) -> [Finding] {
        guard let interval = result.floor.interval90, let smallest = table.losses.min() else { return [] }
        guard interval.upper - interval.lower > 0.25 * smallest else { return [] }
        return [
            Finding(
                "floorUnknown", .warning,
                "the runs hardly say where the loss ends: the floor lies anywhere in a quarter of the smallest loss or more",
                advice: "trust the law inside the runs only; larger scales would show the floor")
        ]
    }

    /// Intervals know the noise of the runs, not the error of the form.
    private static func extrapolation(_ table: LawTable, _ query: LawQuery, _ result: LawResult) -> [Finding] {
        guard !query.targets.isEmpty || !query.budgets.isEmpty else { return [] }
        var factors = query.targets.map { $0 / (table.scales.map { $0[0] }.max() ?? $0) }
        for optimum in result.optima {
            factors.append(optimum.parameters.value / (table.scales.map { $0[0] }.max() ?? 1))
            factors.append(optimum.tokens.value / (table.scales.map { $0[1] }.max() ?? 1))
        }
        guard let furthest = factors.max(), furthest > 1.5 else { return [] }
        return [
            Finding(
                "beyondTheRuns", .warning,
                "up to \(String(format: "%.3g", furthest)) times beyond the largest run; the intervals resample runs and know "
                    + "nothing of how wrong the form is there",
                advice:
                    "read them as too narrow; to choose between recipes use scalebench compare --runs, whose intervals are "
                    + "scored on public ladders")
        ]
    }
}
