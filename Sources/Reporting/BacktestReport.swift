// The score of the method, beside simpler ones, as a terminal shows it.

package import Backtesting
import Foundation
import ScalebenchCore
import ScalingLaws

/// Renders the scores of a backtest for a terminal.
package enum BacktestReport {
    /// Everything that was scored, decisions first; ends with a newline.
    package static func render(_ result: BacktestResult) -> String {
        var parts = result.decisions.map(decisions) ?? []
        if let report = result.sweeps {
            parts += [sweepsHeading(report), sweeps(report).text, bestSettings(report).text]
        }
        if let report = result.levels { parts.append(levels(report).text) }
        if let report = result.curves { parts += CurveBacktestReport.parts(report) }
        if let report = result.seeds { parts += [seedsHeading, seeds(report).text] }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Scores of every method, the model by source, and its reliability.
    private static func decisions(_ report: DecisionReport) -> [String] {
        var parts = [heading(report)]
        if let outcomes = report.outcomes { parts.append(self.outcomes(outcomes).text) }
        parts += [methods(report).text, differences(report).text, costs(report).text]
        if let stages = report.stages { parts += [stagesHeading, self.stages(stages).text] }
        if let model = report.methods.first {
            parts += [sources(model).text, reliability(model).text, probabilityBins(model).text]
        }
        return parts
    }

    static func sweepsHeading(_ report: SweepReport) -> String {
        """
        \(report.decisions) decisions between members of \(report.questions) sweeps, \(report.crossovers) of them true \
        crossovers. The pooled model uses all members of a sweep; the pair model sees the two alone.
        """
    }

    static func sweeps(_ report: SweepReport) -> TextTable {
        var table = TextTable(header: [
            "method", "accuracy pooled", "macro", "Brier pooled", "macro", "claims", "wrong", "crossovers missed",
            "90 % holds", "pooled minus this: accuracy", "Brier",
        ])
        for method in report.methods {
            let difference = report.differences.first { $0.to == method.name }
            table.add([
                method.name, figure(method.pooled.accuracy), value(method.macro.accuracy), figure(method.pooled.brier),
                value(method.macro.brier), value(method.pooled.claims), value(method.pooled.claimError),
                value(method.pooled.missed), value(method.pooled.coverage90),
                difference.map { figure($0.accuracy) } ?? "", difference.map { figure($0.brier) } ?? "",
            ])
        }
        return table
    }

    static func bestSettings(_ report: SweepReport) -> TextTable {
        var table = TextTable(header: [
            "best member by", "loss given away: median", "mean", "steps off", "worse than pooled", "better",
        ])
        for row in report.bestSettings {
            table.add([
                row.name, String(format: "%.3f %%", 100 * row.medianLossGivenAway),
                String(format: "%.3f %%", 100 * row.meanLossGivenAway),
                row.meanStepsOff.map { String(format: "%.2f", $0) } ?? "",
                String(format: "%.2f", row.worseThanPooled), String(format: "%.2f", row.betterThanPooled),
            ])
        }
        return table
    }

    static func heading(_ report: DecisionReport) -> String {
        let priors =
            switch report.priors {
            case "leaveOneSourceOut": "fitted without the source they are scored on"
            default: "the \(report.priors) ones"
            }
        return """
            \(report.decisions) decisions on \(report.pairs) pairs of \(report.candidates) candidates, \
            \(report.crossovers) of them true crossovers; priors: \(priors).
            A claim is a winner named with probability 0.95 or more. Intervals (90 %) come from resampled \
            \(report.resampled).
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

    /// The model against the baselines, and every method on the decisions that matter.
    static func differences(_ report: DecisionReport) -> TextTable {
        var table = TextTable(header: [
            "method", "ends 0.5 % apart", "accuracy", "Brier", "claims", "wrong", "model minus this: accuracy", "Brier",
            "log score",
        ])
        for method in report.methods {
            let score = method.material
            let difference = report.differences.first { $0.to == method.name }
            table.add(
                [
                    method.name, String(score.decisions), value(score.accuracy), value(score.brier),
                    value(score.claims), value(score.claimError),
                ]
                    + [difference?.accuracy, difference?.brier, difference?.logScore].map { $0.map(figure) ?? "" })
        }
        return table
    }

    /// The cost of wrong and unsure answers, and how often the interval held the gap.
    static func costs(_ report: DecisionReport) -> TextTable {
        var table = TextTable(header: [
            "method", "log score pooled", "macro", "regret pooled", "macro", "gap interval of 50 % holds", "80 %",
            "90 %",
            "macro 50 %", "80 %", "90 %",
        ])
        for method in report.methods {
            table.add(
                [
                    method.name, figure(method.pooled.logScore), value(method.macro.logScore),
                    value(method.pooled.regret), value(method.macro.regret),
                ]
                    + [method.pooled, method.macro].flatMap { score in
                        [score.coverage50, score.coverage80, score.coverage90].map(value)
                    })
        }
        return table
    }

    static let stagesHeading = """
        Cost of a decision, in units of training both candidates at the target: the ladder grows to the given shares of \
        the target's scale, ends where a winner has probability 0.95, and the target is trained where none has.
        """

    static func stages(_ report: StageReport) -> TextTable {
        let policies = report.sources.values.first ?? []
        var table = TextTable(
            header: ["cost with a ladder up to", "pairs"]
                + policies.dropFirst().map { policy in
                    policy.levers.map { "1/\(Quantity.significant($0))" }.joined(separator: ", ")
                } + ["decided before the target", "wrong, by stage"])
        for (name, policies) in report.sources.sorted(by: { $0.key < $1.key }) {
            guard let last = policies.last else { continue }
            table.add(
                [SafeText.line(name), String(report.pairs[name] ?? 0)]
                    + policies.dropFirst().map { Quantity.significant($0.cost) }
                    + [
                        Phrase.percent(last.decided),
                        last.wrong.map { $0.map(Phrase.percent) ?? "–" }.joined(separator: ", "),
                    ])
        }
        return table
    }

    /// The decisions, the surest first; at most forty.
    static func outcomes(_ outcomes: [DecisionReport.Outcome]) -> TextTable {
        let shown = outcomes.prefix(40)
        var table = TextTable(
            header: ["suite", "A", "B", "scale", "rungs below", "P(A better)", "gap predicted [90 %]", "gap seen", ""],
            leftColumns: 3)
        for outcome in shown {
            let gap = outcome.observedGap
            let isRight = (outcome.probabilityABetter > 0.5) == (gap > 0)
            table.add([
                SafeText.line(outcome.source), SafeText.line(outcome.a), SafeText.line(outcome.b),
                Quantity.short(outcome.targetScale), String(outcome.rungsBelow),
                Phrase.percent(outcome.probabilityABetter), Phrase.interval(outcome.predictedGap, Phrase.gap),
                Phrase.gap(gap),
                (isRight ? "right" : "wrong") + (outcome.predictedGap.interval90.contains(gap) ? "" : ", outside"),
            ])
        }
        if outcomes.count > shown.count { table.add(["… \(outcomes.count - shown.count) more: --json has all"]) }
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

    static func probabilityBins(_ model: DecisionReport.Method) -> TextTable {
        var table = TextTable(header: ["stated P(A better)", "decisions", "mean stated", "A better", "99 % band", ""])
        for bin in model.probabilityBins {
            guard let stated = bin.meanProbability, let better = bin.aWasBetter, let band = bin.band99 else { continue }
            table.add([
                "\(Quantity.significant(bin.lower))–\(Quantity.significant(bin.upper))", String(bin.decisions),
                Quantity.significant(stated), Quantity.significant(better),
                "\(Quantity.significant(band.lower))–\(Quantity.significant(band.upper))",
                bin.isInside == true ? "" : "outside",
            ])
        }
        return table
    }

    static let seedsHeading = """
        Seed noise: σ of one run is estimated from the first few seeds of two candidates and compared with σ of five \
        or more hidden seeds. "holds" says how often one more run fell into the 90 % interval about the mean.
        """

    static func seeds(_ report: SeedReport) -> TextTable {
        var table = TextTable(
            header: [
                "source", "σ from", "seeds", "candidates × rungs", "forecasts", "median of stated / true σ",
                "half within a factor", "nine tenths within", "90 % holds",
            ], leftColumns: 2)
        for score in report.scores {
            let name =
                switch score.method {
                case "pooled": "compare's pooled noise"
                case "ownSeeds": "the rung's own seeds"
                default: "the prior, no seed"
                }
            table.add([
                SafeText.line(score.source), name, String(score.seeds), String(score.candidateRungs),
                String(score.forecasts),
                Quantity.significant(score.medianRatio), figure(score.factor50), Quantity.significant(score.factor90),
                figure(score.coverage90),
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
