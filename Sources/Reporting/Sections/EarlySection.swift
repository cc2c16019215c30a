// The runs at the target while they are under way: their curves so far, and the forecast of the rest.

import Comparison
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let early = ReportSection(id: "early", title: "The target so far") { content in
        let figures = content.result.picturedPairs.compactMap { index in
            content.result.pairs[index].earlyForecast.map {
                EarlyPicture(result: content.result, pairIndex: index, early: $0).figure.markup
            }
        }
        let stopped = content.result.stoppedEarly.map { stopped in
            tag("p") { Phrase.stoppedEarly(stopped, candidates: content.result.candidates) }
        }
        guard !figures.isEmpty || stopped != nil else { return nil }
        return .joined([stopped ?? .empty] + figures)
    }
}

private struct EarlyPicture {
    let result: CompareResult
    let pairIndex: Int
    let early: EarlyForecast

    /// The two runs with the index of their candidate, which gives colour and shape.
    private var runs: [(index: Int, run: EarlyForecast.Run)] { [(0, early.a), (pairIndex + 1, early.b)] }

    var figure: Figure {
        Figure(
            id: "early-plot-\(pairIndex + 1)",
            title:
                "\(SafeText.line(early.b.candidate, limit: 40)) against \(SafeText.line(early.a.candidate, limit: 40))",
            caption: "Validation loss of the two runs at the target over the fraction of their schedule. "
                + (early.method == .ladder
                    ? "Lines are what was seen; lines in bands (median, 90 %) are forecast from the curves of the smaller "
                        + "rungs at equal fractions; "
                    : "Lines are what was seen; no smaller rung has a curve to go by, so the end is forecast from each run's own; ")
                + "bars are the forecast ends; \(Phrase.early(early)).",
            legend: runs.map { ("c\($0.index % 6) shape\($0.index % 4)", $0.run.candidate) },
            height: 360, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let ends = runs.flatMap { [$0.run.finalLoss.interval90.lower, $0.run.finalLoss.interval90.upper] }
        // The high losses of the first evaluations would compress the rest of the picture.
        let late = runs.flatMap { entry in
            zip(entry.run.fractions, entry.run.losses).filter { $0.0 >= 0.25 * early.fraction }.map(\.1)
        }
        let frame = PlotFrame(
            size: size,
            x: PlotAxis("fraction of the schedule", .linear, covering: [0, 1.04], padding: 0, label: Phrase.share),
            y: PlotAxis("validation loss\(unit(result)) (log scale)", .logarithmic, covering: late + ends), top: 0,
            height: size.height(360), id: "early\(pairIndex + 1)")
        return frame.draw {
            frame.verticalLine(1, "target")
            for entry in runs { marks(entry.run, entry.index, frame) }
        }
    }

    @MarkupBuilder private func marks(_ run: EarlyForecast.Run, _ index: Int, _ frame: PlotFrame) -> Markup {
        let style = "c\(index % 6)", name = SafeText.line(run.candidate, limit: 40)
        if let fraction = run.fractions.last, let loss = run.losses.last, !run.forecastFractions.isEmpty {
            let fractions = [fraction] + run.forecastFractions, band = run.forecastLosses
            frame.area(fractions, from: [loss] + band.lower90, to: [loss] + band.upper90, "band \(style)")
            frame.line(fractions, [loss] + band.median, "fit \(style)")
        }
        frame.line(
            run.fractions, run.losses, "curve \(style) strong", hover: "\(name), seen to \(Phrase.share(run.fraction))")
        frame.errorBar(
            1, from: run.finalLoss.interval90.lower, to: run.finalLoss.interval90.upper, "forecast \(style)",
            shift: 5 + 6 * Double(index % 2))
        frame.marker(
            1, run.finalLoss.point, candidate: index, style: "run \(style)", size: 4,
            shift: 5 + 6 * Double(index % 2),
            hover: "\(name): end \(Phrase.interval(run.finalLoss, Phrase.loss))")
    }

    private var table: ReportTable {
        var table = ReportTable(
            header: ["fraction of the schedule"] + runs.map { SafeText.line($0.run.candidate, limit: 40) })
        let known = Set(runs.flatMap(\.run.fractions)).sorted()
        for fraction in known {
            let cells = runs.map { entry in
                entry.run.fractions.firstIndex(of: fraction).map { Phrase.loss(entry.run.losses[$0]) } ?? "–"
            }
            table.rows.append([Phrase.share(fraction)] + cells)
        }
        table.rows.append(
            ["end, forecast [90 %]"] + runs.map { Phrase.interval($0.run.finalLoss, Phrase.loss) })
        table.rows.append(
            ["deviation from the top rung's curve so far"]
                + runs.map { $0.run.collapseResidual.map { Quantity.significant(100 * $0) + " %" } ?? "–" })
        return table
    }
}
