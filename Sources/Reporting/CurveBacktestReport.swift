// The score of forecasts of a run's end, as a terminal shows it.

import Backtesting
import Foundation
import ScalebenchCore
import ScalingLaws

enum CurveBacktestReport {
    /// Heading and one table per kind of forecast; empty kinds are left out.
    static func parts(_ report: CurveReport) -> [String] {
        [heading(report)] + tables(report).map { ($0.title.map { $0 + ":\n" } ?? "") + $0.table.text }
    }

    static func heading(_ report: CurveReport) -> String {
        let priors =
            report.priors == "leaveOneSourceOut" ? "fitted without the source they are scored on" : "the shipped ones"
        return """
            \(report.curves) training curves, \(report.ladders) ladders of them; everything after a fraction of the run is \
            hidden. Priors: \(priors).
            Errors are |forecast / final loss − 1|, averaged over sources; "holds" says how often the truth lay in the \
            90 % interval.
            """
    }

    /// One or two tables per kind of forecast; empty kinds are left out.
    static func tables(_ report: CurveReport) -> [(title: String?, table: TextTable)] {
        var tables: [(String?, TextTable)] = []
        for (title, kind) in [
            ("With two or more smaller rungs", report.withLadder),
            ("The ratio of two final losses, from the start of both runs", report.paired),
            ("From the run's own start alone", report.alone),
        ] where !kind.isEmpty {
            tables += [(title, methods(kind)), (nil, sources(kind[0]))]
        }
        if !report.heldOut.isEmpty { tables.append(("Parts that the table itself hides", heldOut(report.heldOut))) }
        return tables
    }

    private static func methods(_ methods: [CurveReport.Method]) -> TextTable {
        let fractions = methods[0].macro.map(\.fraction)
        var table = TextTable(
            header: ["method"] + fractions.map { "error at \(percent($0))" }
                + fractions.map { "holds at \(percent($0))" })
        for method in methods {
            table.add(
                [method.name]
                    + fractions.map { fraction in
                        method.macro.first { $0.fraction == fraction }.flatMap(\.meanError.value).map(percent) ?? "–"
                    }
                    + fractions.map { fraction in
                        method.macro.first { $0.fraction == fraction }.flatMap(\.coverage90).map {
                            Quantity.significant($0)
                        } ?? "–"
                    })
        }
        return table
    }

    private static func sources(_ method: CurveReport.Method) -> TextTable {
        var table = TextTable(header: [
            method.name + " at 30 %", "forecasts", "mean error", "median", "90 % interval holds",
        ])
        for (name, figures) in method.sources.sorted(by: { $0.key < $1.key }) {
            guard let figure = figures.first(where: { $0.fraction == 0.3 }) else { continue }
            let interval = figure.meanError.interval90.map { " [\(percent($0.lower)), \(percent($0.upper))]" } ?? ""
            table.add([
                SafeText.line(name), String(figure.forecasts), (figure.meanError.value.map(percent) ?? "–") + interval,
                percent(figure.medianError), figure.coverage90.map { Quantity.significant($0) } ?? "–",
            ])
        }
        return table
    }

    private static func heldOut(_ scores: [CurveReport.HeldOut]) -> TextTable {
        var table = TextTable(header: ["source", "method", "tasks", "mean RMSLE", "median"])
        for score in scores {
            table.add([
                SafeText.line(score.source), score.method, String(score.tasks), Quantity.significant(score.meanError),
                Quantity.significant(score.medianError),
            ])
        }
        return table
    }

    private static func percent(_ share: Double) -> String { Quantity.significant(share * 100, digits: 2) + " %" }
}
