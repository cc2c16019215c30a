// The findings about a fitted law: the fit did not converge, ended on a bound, or does not determine its floor.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

enum LawFindings {
    static func all(_ table: LawTable, query: LawQuery, fit: ScaleLawFit, result: LawResult) -> [Finding] {
        var findings = table.readingFindings
        if !fit.hasConverged {
            findings.append(
                Finding(
                    "notConverged", .warning,
                    "the fit did not converge: its numbers may be far from the best ones",
                    advice: "remove runs that do not follow the law, or fit fewer parameters with --over"))
        }
        for name in fit.onBound {
            findings.append(
                Finding(
                    "onBound", .warning, "\(label(name, table)) reached the limit of its allowed range",
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

    /// Warns of a floor whose 90 % interval is wider than a quarter of the smallest loss.
    private static func floor(_ table: LawTable, _ result: LawResult) -> [Finding] {
        guard let interval = result.floor.interval90, let smallest = table.losses.min() else { return [] }
        guard interval.upper - interval.lower > 0.25 * smallest else { return [] }
        return [
            Finding(
                "floorUnknown", .warning,
                "the runs hardly determine the floor: its 90 % interval is wider than a quarter of the smallest loss",
                advice: "trust the law only between the scales of the runs; larger scales would show the floor")
        ]
    }

    /// Warns of forecasts beyond the runs, because intervals include the noise of the runs but not the error of the
    /// form.
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
                "up to \(Quantity.significant(furthest)) times beyond the largest run; intervals resample the runs "
                    + "and do not include the error of the form there",
                advice:
                    "they are too narrow; to choose between recipes use scalebench compare --runs, whose intervals are "
                    + "scored on public ladders")
        ]
    }
}
