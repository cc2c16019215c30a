// The score of the method as a page: how often its stated probabilities come true, what deciding more would cost, and
// the tables that a terminal shows.

package import Backtesting
package import Foundation
import ScalebenchCore
import ScalingLaws

/// Renders a backtest as a self-contained HTML file.
package enum BacktestPage {
    package static func render(_ result: BacktestResult) -> Data {
        var parts: [HTMLPage.Part] = []
        if let report = result.decisions { parts += decisions(report) }
        if let levels = result.levels {
            parts.append(part("levels", "Single losses", ReportTable(BacktestReport.levels(levels)).markup))
        }
        if let curves = result.curves { parts.append(part("curves", "Ends of runs from their starts", body(curves))) }
        if let seeds = result.seeds { parts.append(part("seeds", "Seed noise", body(seeds))) }
        return HTMLPage(
            title: "How good is the verdict?",
            heading: tag("p", ["class": "question"]) {
                "The method and what people use today are scored on ladders and curves whose outcome is known."
            }, parts: parts
        ).data
    }

    private static func part(_ id: String, _ title: String, _ body: Markup) -> HTMLPage.Part {
        HTMLPage.Part(id: id, title: title, body: body)
    }

    private static func decisions(_ report: DecisionReport) -> [HTMLPage.Part] {
        let scores = Markup.joined([
            tag("p") { BacktestReport.heading(report).replacing("\n", with: " ") },
            ReportTable(BacktestReport.methods(report)).markup, ReportTable(BacktestReport.costs(report)).markup,
            report.outcomes.map { ReportTable(BacktestReport.outcomes($0)).markup } ?? .empty,
        ])
        guard let model = report.methods.first else { return [part("decisions", "Decisions", scores)] }
        return [
            part("decisions", "Decisions", scores),
            part(
                "reliability", "Reliability",
                .joined([
                    ReliabilityPicture(model: model).figure.markup,
                    ReportTable(BacktestReport.reliability(model)).markup,
                ])),
            part("risk", "What deciding costs", RiskPicture(report: report).figure.markup),
            part("sources", "By source", ReportTable(BacktestReport.sources(model)).markup),
        ]
            + (report.stages.map { stages in
                [
                    part(
                        "stages", "What a decision costs",
                        .joined([
                            tag("p") { BacktestReport.stagesHeading },
                            ReportTable(BacktestReport.stages(stages)).markup,
                        ]))
                ]
            } ?? [])
    }

    private static func body(_ report: SeedReport) -> Markup {
        .joined([
            tag("p") { BacktestReport.seedsHeading },
            SeedPicture(report: report).figure.markup, ReportTable(BacktestReport.seeds(report)).markup,
        ])
    }

    private static func body(_ report: CurveReport) -> Markup {
        .joined(
            [tag("p") { CurveBacktestReport.heading(report).replacing("\n", with: " ") }]
                + CurveBacktestReport.tables(report).map { title, table in
                    .joined([title.map { title in tag("h3") { title } } ?? .empty, ReportTable(table).markup])
                })
    }
}

/// Stated probability against what came true, in ten equal bins.
private struct ReliabilityPicture {
    let model: DecisionReport.Method

    private var bins: [ProbabilityBin] { model.probabilityBins.filter { $0.decisions > 0 } }

    var figure: Figure {
        Figure(
            id: "reliability-plot", title: "Stated probability and how often it came true",
            caption:
                "Each mark is a tenth of the scale. If stated probabilities were true and decisions independent, 99 % "
                + "of marks would lie on their bars; decisions that share a candidate are not, so true bars are wider.",
            height: 360, table: ReportTable(BacktestReport.probabilityBins(model)), plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let share = { @Sendable (value: Double) in "\(Int((100 * value).rounded())) %" }
        let frame = PlotFrame(
            size: size, x: PlotAxis("stated P(A better)", .linear, covering: [0, 1], padding: 0.03, label: share),
            y: PlotAxis("A was better", .linear, covering: [0, 1], padding: 0.03, label: share), top: 0,
            height: size.height(360), id: "reliability")
        return frame.draw {
            frame.line([0, 1], [0, 1], "zero")
            for bin in bins {
                if let stated = bin.meanProbability, let better = bin.aWasBetter, let band = bin.band99 {
                    frame.errorBar(stated, from: band.lower, to: band.upper, "forecast c0")
                    frame.marker(
                        stated, better, candidate: 0, style: bin.isInside == true ? "c0" : "c1", size: 5,
                        hover: "\(bin.decisions) decisions stated at \(Phrase.percent(stated)): "
                            + "A better in \(Phrase.percent(better))")
                }
            }
        }
    }
}

/// The error of the stated σ by the number of seeds seen, for the first source.
private struct SeedPicture {
    let report: SeedReport

    private var source: String { report.scores.first?.source ?? "" }
    private var methods: [String] { ["pooled", "ownSeeds", "prior"] }
    private func scores(_ method: String) -> [SeedReport.Score] {
        report.scores.filter { $0.source == source && $0.method == method }
    }

    var figure: Figure {
        Figure(
            id: "seeds-plot", title: "How far the stated σ is from the true one: \(SafeText.line(source))",
            caption: "Lines show the factor within which half of the forecasts lie, with its 90 % interval; marks "
                + "without a line show the factor for nine tenths of them.",
            legend: [
                ("c0 shape0", "compare's pooled noise"), ("c1 shape1", "the rung's own seeds"),
                ("c2 shape2", "the prior, no seed"),
            ], height: 320, table: ReportTable(BacktestReport.seeds(report)), plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let own = report.scores.filter { $0.source == source }
        let frame = PlotFrame(
            size: size,
            x: PlotAxis("seeds seen", .linear, covering: own.map { Double($0.seeds) }, padding: 0.08),
            y: PlotAxis("factor (log scale)", .logarithmic, covering: [1] + own.map(\.factor90)), top: 0,
            height: size.height(320), id: "seeds")
        return frame.draw {
            for (index, method) in methods.enumerated() {
                let scores = scores(method), shift = 5 * Double(index - 1)
                frame.line(
                    scores.map { Double($0.seeds) }, scores.map { $0.factor50.value ?? .nan }, "fit c\(index)",
                    hover: method)
                for score in scores {
                    if let interval = score.factor50.interval90 {
                        frame.errorBar(
                            Double(score.seeds), from: interval.lower, to: interval.upper, "bar c\(index)",
                            shift: shift)
                    }
                    for (value, style) in [(score.factor50.value ?? .nan, ""), (score.factor90, "run ")] {
                        frame.marker(
                            Double(score.seeds), value, candidate: index, style: "\(style)c\(index)", size: 4.5,
                            shift: shift,
                            hover: "\(score.seeds) seeds: a factor of \(Quantity.significant(value))")
                    }
                }
            }
        }
    }
}

/// The error among the surest decisions, from few to all.
private struct RiskPicture {
    let report: DecisionReport

    var figure: Figure {
        Figure(
            id: "risk-plot", title: "Errors among the decisions that are made, the surest first",
            caption: "Towards the left only the surest decisions are made. The line of a method that knows when it is "
                + "unsure falls there; that of a method that only ranks is flat.",
            legend: report.methods.enumerated().map { ("c\($0.offset % 7) shape\($0.offset % 4)", $0.element.name) },
            height: 360, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let share = { @Sendable (value: Double) in "\(Quantity.significant(100 * value)) %" }
        let frame = PlotFrame(
            size: size, x: PlotAxis("share of decisions made", .linear, covering: [0, 1], padding: 0, label: share),
            y: PlotAxis(
                "of them wrong", .linear, covering: [0] + report.methods.flatMap { $0.riskCoverage.map(\.risk) },
                padding: 0.02, label: share),
            top: 0, height: size.height(360), id: "risk")
        return frame.draw {
            for (index, method) in report.methods.enumerated() {
                frame.line(
                    method.riskCoverage.map(\.coverage), method.riskCoverage.map(\.risk), "fit c\(index % 7)",
                    hover: method.name)
                for point in method.riskCoverage where Int((100 * point.coverage).rounded()) % 20 == 0 {
                    frame.marker(
                        point.coverage, point.risk, candidate: index, style: "c\(index % 7)", size: 4,
                        hover: "\(method.name): of the surest \(share(point.coverage)), \(share(point.risk)) wrong")
                }
            }
        }
    }

    private var table: ReportTable {
        let places = report.methods.first?.riskCoverage.map(\.coverage) ?? []
        return ReportTable(
            header: ["share of decisions made"] + report.methods.map(\.name),
            rows: places.indices.map { place in
                [Phrase.percent(places[place])] + report.methods.map { Phrase.percent($0.riskCoverage[place].risk) }
            })
    }
}
