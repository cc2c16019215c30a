// A fitted law as a page: the law through its runs or, for a law in parameters and tokens, the best split of budgets.

import Comparison
package import Foundation
package import LawFitting
import ScalebenchCore
import ScalingLaws

/// Renders a fitted law as a self-contained HTML file.
package enum LawPage {
    package static func render(_ result: LawResult, _ table: LawTable, source: String) -> Data {
        var parts = [
            HTMLPage.Part(
                id: "law", title: "The law",
                body: .joined([
                    tag("p", ["class": "answer"]) { LawReport.formula(result) },
                    tag("p") { LawReport.quality(result) }, ReportTable(LawReport.parameters(result)).markup,
                    result.findings.isEmpty ? .empty : findingList(result.findings),
                ]))
        ]
        if result.curve.isEmpty {
            parts.append(
                HTMLPage.Part(
                    id: "optimum", title: "The best split of a budget",
                    body: .joined(
                        FrontierPicture.Shown.allCases.map {
                            FrontierPicture(result: result, table: table, quantity: $0).figure.markup
                        })))
        } else {
            parts.append(
                HTMLPage.Part(
                    id: "curve", title: "The law through the runs",
                    body: LawPicture(result: result, table: table).figure.markup))
        }
        parts.append(
            HTMLPage.Part(
                id: "residuals", title: "What the law misses",
                body: ResidualPicture(result: result, table: table).figure.markup))
        return HTMLPage(
            title: "A scaling law", heading: tag("p", ["class": "question"]) { tag("bdi") { SafeText.line(source) } },
            parts: parts
        ).data
    }
}

/// Loss against the one scale of the law.
private struct LawPicture {
    let result: LawResult
    let table: LawTable

    private var axis: ScaleAxis { table.axes[0] }
    private var isWithBand: Bool { result.curve.allSatisfy { $0.loss.interval90 != nil } }

    var figure: Figure {
        Figure(
            id: "law-plot", title: "Final loss against \(axis.unit)",
            caption: "Marks are runs. The line is the law, the band its 90 % interval from resampled runs. The band "
                + "does not cover errors of the law's form beyond the runs. The dashed line is the floor.",
            height: 420, table: numbers, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let scales = result.curve.map(\.scale), band = result.curve.compactMap(\.loss.interval90)
        let inView = band.flatMap { [$0.lower, $0.upper] } + result.curve.map(\.loss.value)
        let frame = PlotFrame(
            size: size,
            x: PlotAxis("\(axis.unit) (log scale)", .logarithmic, covering: scales, label: { PlotAxis.power($0) }),
            y: PlotAxis("final loss (log scale)", .logarithmic, covering: table.losses + inView), top: 0,
            height: size.height(420), id: "law")
        return frame.draw {
            if isWithBand { frame.area(scales, from: band.map(\.lower), to: band.map(\.upper), "band c0") }
            frame.line(scales, result.curve.map(\.loss.value), "fit c0")
            if result.floor.value >= frame.y.range.lowerBound { frame.horizontalLine(result.floor.value, "target") }
            for (scale, loss) in zip(table.scales, table.losses) {
                frame.marker(
                    scale[0], loss, candidate: 0, style: "c0", size: 3.5,
                    hover: "\(Quantity.short(scale[0])): \(Phrase.loss(loss))")
            }
            for prediction in result.predictions {
                if let interval = prediction.loss.interval90 {
                    frame.errorBar(prediction.scale, from: interval.lower, to: interval.upper, "forecast c0")
                }
                frame.marker(
                    prediction.scale, prediction.loss.value, candidate: 0, style: "run c0", size: 5,
                    hover: "\(Quantity.short(prediction.scale)): \(LawReport.figure(prediction.loss))")
            }
        }
    }

    private var numbers: ReportTable {
        ReportTable(
            header: [axis.unit, "loss [90 %]"],
            rows: (result.curve + result.predictions).sorted { $0.scale < $1.scale }.map {
                [Quantity.short($0.scale), LawReport.figure($0.loss)]
            })
    }
}

/// Best parameters, tokens or loss against the budget.
private struct FrontierPicture {
    enum Shown: String, CaseIterable { case parameters, tokens, loss }

    let result: LawResult
    let table: LawTable
    let quantity: Shown

    private func figure(_ optimum: LawResult.Optimum) -> LawResult.Figure {
        switch quantity {
        case .parameters: optimum.parameters
        case .tokens: optimum.tokens
        case .loss: optimum.loss
        }
    }

    private func observed(_ run: Int) -> Double {
        switch quantity {
        case .parameters: table.scales[run][0]
        case .tokens: table.scales[run][1]
        case .loss: table.losses[run]
        }
    }

    var figure: Figure {
        Figure(
            id: "frontier-\(quantity.rawValue)",
            title: quantity == .loss ? "Loss of the best split" : "Best number of \(quantity.rawValue)",
            caption: "The line is the best split of the budget by the law, the band its 90 % interval from resampled "
                + "runs; open marks are the runs, filled ones the budgets that were asked for.",
            height: 340, table: numbers, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let flops = result.frontier.map(\.flops), figures = result.frontier.map(figure)
        let band = figures.compactMap(\.interval90)
        let label: (@Sendable (Double) -> String)? = quantity == .loss ? nil : { @Sendable in PlotAxis.power($0) }
        let frame = PlotFrame(
            size: size,
            x: PlotAxis(
                "budget in FLOPs (log scale)", .logarithmic, covering: flops, label: { PlotAxis.power($0) }),
            y: PlotAxis(
                "\(quantity.rawValue) (log scale)", .logarithmic,
                covering: table.losses.indices.map(observed) + figures.map(\.value)
                    + band.flatMap { [$0.lower, $0.upper] }, label: label),
            top: 0, height: size.height(340), id: "frontier-\(quantity.rawValue)")
        return frame.draw {
            if band.count == figures.count {
                frame.area(flops, from: band.map(\.lower), to: band.map(\.upper), "band c0")
            }
            for run in table.losses.indices {
                frame.marker(
                    result.flopsPerPair * table.scales[run][0] * table.scales[run][1], observed(run), candidate: 0,
                    style: "run neutral", size: 2.5,
                    hover: "\(Quantity.short(table.scales[run][0])) parameters, "
                        + "\(Quantity.short(table.scales[run][1])) tokens: "
                        + Phrase.loss(table.losses[run]))
            }
            frame.line(flops, figures.map(\.value), "fit c0")
            for optimum in result.optima {
                frame.marker(
                    optimum.flops, figure(optimum).value, candidate: 0, style: "c0", size: 5,
                    hover: "\(Quantity.flops(optimum.flops)): \(LawReport.figure(figure(optimum)))"
                )
            }
        }
    }

    private var numbers: ReportTable {
        ReportTable(
            header: ["budget in FLOPs", "\(quantity.rawValue) [90 %]"],
            rows: (result.frontier + result.optima).sorted { $0.flops < $1.flops }.map {
                [Quantity.short($0.flops), LawReport.figure(figure($0))]
            })
    }
}

/// ln(observed/fitted) against the fitted loss.
private struct ResidualPicture {
    let result: LawResult
    let table: LawTable

    private var points: [(fitted: Double, percent: Double)] {
        zip(table.scales, table.losses).map { scales, loss in
            let fitted = zip(result.terms, scales).reduce(result.floor.value) {
                $0 + $1.0.coefficient.value * pow($1.1, -$1.0.exponent.value)
            }
            return (fitted, 100 * (loss / fitted - 1))
        }
    }

    var figure: Figure {
        Figure(
            id: "residual-plot", title: "Observed over fitted loss",
            caption: "Each mark is a run. A bend or a slope in the marks is what the form of the law misses.",
            height: 300,
            table: ReportTable(
                header: ["fitted loss", "observed over fitted, %"],
                rows: points.map { [Phrase.loss($0.fitted), Quantity.significant($0.percent)] }), plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let points = points
        let frame = PlotFrame(
            size: size, x: PlotAxis("fitted loss (log scale)", .logarithmic, covering: points.map(\.fitted)),
            y: PlotAxis("observed over fitted − 1, %", .linear, covering: [0] + points.map(\.percent)), top: 0,
            height: size.height(300), id: "residual")
        return frame.draw {
            frame.horizontalLine(0, "zero")
            for point in points {
                frame.marker(
                    point.fitted, point.percent, candidate: 0, style: "c0", size: 3,
                    hover: "\(Phrase.loss(point.fitted)): \(Quantity.significant(point.percent)) %")
            }
        }
    }
}
