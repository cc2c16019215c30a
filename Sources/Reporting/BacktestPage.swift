// The score of the method as a page: how often its stated probabilities come true, what deciding more would cost, and the
// tables that a terminal shows.

package import Comparison
package import Foundation
import ScalebenchCore

/// Renders a backtest as a self-contained HTML file.
package enum BacktestPage {
    package static func render(_ result: BacktestResult) -> Data {
        var parts: [HTMLPage.Part] = []
        if let report = result.decisions { parts += decisions(report) }
        if let levels = result.levels {
            parts.append(part("levels", "Single losses", ReportTable(BacktestReport.levels(levels)).markup))
        }
        if let curves = result.curves { parts.append(part("curves", "Ends of runs from their starts", body(curves))) }
        return HTMLPage(
            title: "How good is the verdict?",
            heading: tag("p", ["class": "question"]) {
                "The method, scored on ladders and curves whose outcome is known, beside what people use today."
            }, parts: parts
        ).data
    }

    private static func part(_ id: String, _ title: String, _ body: Markup) -> HTMLPage.Part {
        HTMLPage.Part(id: id, title: title, body: body)
    }

    private static func decisions(_ report: DecisionReport) -> [HTMLPage.Part] {
        let scores = Markup.joined([
            tag("p") { BacktestReport.heading(report).replacing("\n", with: " ") },
            ReportTable(BacktestReport.methods(report)).markup,
        ])
        guard let model = report.methods.first else { return [part("decisions", "Decisions", scores)] }
        return [
            part("decisions", "Decisions", scores),
            part("reliability", "Reliability", ReliabilityPicture(model: model).figure.markup),
            part("risk", "What deciding costs", RiskPicture(report: report).figure.markup),
            part("sources", "By source", ReportTable(BacktestReport.sources(model)).markup),
        ]
    }

    private static func body(_ report: CurveReport) -> Markup {
        .joined(
            [tag("p") { CurveBacktestReport.heading(report).replacing("\n", with: " ") }]
                + CurveBacktestReport.tables(report).map { title, table in
                    .joined([title.map { title in tag("h3") { title } } ?? .empty, ReportTable(table).markup])
                })
    }
}

/// Stated confidence against what came true.
private struct ReliabilityPicture {
    let model: DecisionReport.Method

    private var bins: [ReliabilityBin] { model.reliability.filter { $0.decisions > 0 } }

    var figure: Figure {
        Figure(
            id: "reliability-plot", title: "Stated confidence and how often it was right",
            caption:
                "One mark per bin of confidence, with the 99 % interval of its share (Wilson). On the line, what is "
                + "said comes true as often as it is said; below it, too much is claimed.",
            height: 360, table: ReportTable(BacktestReport.reliability(model)), plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let share = { @Sendable (value: Double) in "\(Int((100 * value).rounded())) %" }
        let intervals = bins.map(Self.interval)
        let frame = PlotFrame(
            size: size, x: PlotAxis("stated confidence", .linear, covering: [0.5, 1], padding: 0.03, label: share),
            y: PlotAxis(
                "right", .linear, covering: [0.5, 1] + intervals.flatMap { [$0.low, $0.high] }, padding: 0.03,
                label: share),
            top: 0, height: size.height(360), id: "reliability")
        return frame.draw {
            frame.line([0.5, 1], [0.5, 1], "zero")
            for (bin, interval) in zip(bins, intervals) {
                if let stated = bin.meanConfidence, let right = bin.right {
                    frame.errorBar(stated, interval.low, interval.high, "bar c0")
                    frame.marker(
                        stated, right, 0, "c0", size: 5,
                        hover: "\(bin.decisions) decisions stated at \(Phrase.percent(stated)): "
                            + "right in \(Phrase.percent(right))")
                }
            }
        }
    }

    /// Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209.
    private static func interval(_ bin: ReliabilityBin) -> (low: Double, high: Double) {
        let n = Double(bin.decisions), p = bin.right ?? 0, z = 2.575829
        let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return (centre - half, centre + half)
    }
}

/// The error among the surest decisions, from few to all.
private struct RiskPicture {
    let report: DecisionReport

    var figure: Figure {
        Figure(
            id: "risk-plot", title: "Errors among the decisions that are made, the surest first",
            caption: "Towards the left only the surest decisions are made. A method that knows when it does not know "
                + "falls there; one that only ranks is flat.",
            legend: report.methods.enumerated().map { ("c\($0.offset % 6) shape\($0.offset % 4)", $0.element.name) },
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
                    method.riskCoverage.map(\.coverage), method.riskCoverage.map(\.risk), "fit c\(index % 6)",
                    hover: method.name)
                for point in method.riskCoverage where Int((100 * point.coverage).rounded()) % 20 == 0 {
                    frame.marker(
                        point.coverage, point.risk, index, "c\(index % 6)", size: 4,
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
