// The score of the method, beside simpler ones, as a terminal shows it.

package import Comparison
import ScalebenchCore
import ScalingLaws

/// Renders the scores of a backtest for a terminal.
package enum BacktestReport {
    /// Everything that was scored, decisions first; ends with a newline.
    package static func render(_ result: BacktestResult) -> String {
        let parts =
            (result.decisions.map(decisions) ?? []) + (result.levels.map { [levels($0).text] } ?? [])
            + (result.curves.map(CurveBacktestReport.parts) ?? [])
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Scores of every method, the model by source, and its reliability.
    private static func decisions(_ report: DecisionReport) -> [String] {
        var parts = [heading(report), methods(report).text]
        if let model = report.methods.first { parts += [sources(model).text, reliability(model).text] }
        return parts
    }

    static func heading(_ report: DecisionReport) -> String {
        let priors =
            switch report.priors {
            case "leaveOneSourceOut": "fitted without the source they are scored on"
            default: "the \(report.priors) ones"
            }
        return """
            \(report.decisions) decisions, \(report.crossovers) of them true crossovers; priors: \(priors).
            A claim is a winner named with probability 0.95 or more. Intervals (90 %) resample candidates.
            """
    }

    static func methods(_ report: DecisionReport) -> TextTable {
        var table = TextTable(header: [
            "method", "accuracy pooled", "macro", "Brier pooled", "macro", "claims", "wrong", "crossovers missed",
        ])
        for method in report.methods {
            table.add([
                method.name, figure(method.pooled.accuracy), value(method.macro.accuracy), figure(method.pooled.brier),
                value(method.macro.brier), value(method.pooled.claims), value(method.pooled.claimError),
                value(method.pooled.missed),
            ])
        }
        return table
    }

    static func sources(_ model: DecisionReport.Method) -> TextTable {
        var table = TextTable(header: [
            "source", "decisions", "accuracy", "Brier", "claims", "wrong", "crossovers", "missed",
            "90 % gap interval holds",
        ])
        for (name, score) in model.sources.sorted(by: { $0.key < $1.key }) {
            table.add([
                SafeText.line(name), String(score.decisions), value(score.accuracy), value(score.brier),
                value(score.claims), value(score.claimError), String(score.crossovers), value(score.missed),
                value(score.coverage90),
            ])
        }
        return table
    }

    static func reliability(_ model: DecisionReport.Method) -> TextTable {
        var table = TextTable(header: ["stated confidence", "decisions", "mean stated", "right"])
        for bin in model.reliability where bin.decisions > 0 {
            let number = { (value: Double?) in value.map { Quantity.significant($0) } ?? "–" }
            table.add([
                "\(Quantity.significant(bin.lower))–\(Quantity.significant(bin.upper))", String(bin.decisions),
                number(bin.meanConfidence), number(bin.right),
            ])
        }
        return table
    }

    static func levels(_ report: LevelReport) -> TextTable {
        var table = TextTable(header: [
            "single losses", "forecasts", "median error", "mean", "power law", "mean", "50 % holds", "80 %", "90 %",
            "width of 90 %",
        ])
        func percent(_ share: Double?) -> String {
            share.map { Quantity.significant(100 * $0, digits: 2) + " %" } ?? "–"
        }
        let rows = report.sources.sorted { $0.key < $1.key } + [(key: "mean over sources", value: report.macro)]
        for (name, score) in rows {
            table.add([
                SafeText.line(name), String(score.forecasts), percent(score.medianError),
                percent(score.meanError.value),
                percent(score.powerLawMedianError), percent(score.powerLawMeanError),
                Quantity.significant(score.coverage50), Quantity.significant(score.coverage80),
                Quantity.significant(score.coverage90), percent(score.width90),
            ])
        }
        return table
    }

    private static func value(_ figure: ScoredFigure) -> String {
        figure.value.map { Quantity.significant($0) } ?? "–"
    }

    private static func figure(_ figure: ScoredFigure) -> String {
        guard let interval = figure.interval90 else { return value(figure) }
        return "\(value(figure)) [\(Quantity.significant(interval.lower)), \(Quantity.significant(interval.upper))]"
    }
}
