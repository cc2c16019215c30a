// Loss against scale: every run, the rungs' means, the trend of each recipe, forecasts and results at the target.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let scaling = ReportSection(id: "scaling", title: "Loss over scale") { content in
        ScalingPicture(content.result, content.prefix)?.figure.markup
    }
}

private struct ScalingPicture {
    let result: CompareResult
    /// What the identifiers on the page begin with.
    let prefix: String
    /// The prediction from the ladder alone, by candidate; for the reference it is that of the first pair.
    let levels: [(scales: [Double], band: TrendCurves.Band)?]
    let predicted: [Estimate?]
    /// The candidates whose trends and forecasts are drawn; the others have grey marks.
    let pictured: [Int]
    let colours: [Int]

    init?(_ result: CompareResult, _ prefix: String) {
        guard result.ladder.contains(where: { $0.candidates.contains { $0.meanLoss != nil } }) else { return nil }
        self.result = result
        self.prefix = prefix
        let trends = result.pairs.map(\.predicted)
        let first = trends.first
        levels =
            [first?.trend.map { ($0.scales, $0.lossA) }] + trends.map { $0.trend.map { ($0.scales, $0.lossB) } }
        predicted = [first?.lossA] + trends.map(\.lossB)
        pictured = [0] + result.picturedPairs.map { $0 + 1 }
        colours = result.colours
    }

    var figure: Figure {
        Figure(
            id: "\(prefix)scaling-plot", title: "Final loss against \(result.axis.unit)",
            caption:
                "Small marks are single runs, large ones means over seeds with their 90 % interval. Lines and bands "
                + "are the trends that the ladder alone shows (median, 90 %), bars its forecast for one run at the target"
                + (hasTarget ? "; the large marks there are what was observed." : ".")
                + (crossing.map { " \($0.text)" } ?? "") + Phrase.path(result)
                + (result.hasMany ? " The reference alone has a band." : "")
                + (result.picturedPairsNote.map { " \($0) The others have grey marks and no trend." } ?? ""),
            legend: pictured.map { ("\(style($0)) shape\(colours[$0] % 4)", result.candidates[$0]) },
            height: 420, table: table, plot: draw)
    }

    private func style(_ index: Int) -> String { pictured.contains(index) ? "c\(colours[index])" : "neutral" }

    private var hasTarget: Bool { result.ladder.contains(where: \.isTarget) }

    /// The crossing of a single pair; with several pairs each gap picture shows its own.
    private var crossing: (interval: Interval, text: String)? {
        guard result.pairs.count == 1, let crossover = result.pairs[0].crossover, crossover.statement == .between,
            let place = crossover.scale
        else { return nil }
        return (
            place.interval90,
            "The curves cross \(VerdictNumbers.crossing(crossover, axis: result.axis)) (90 %, shaded)."
        )
    }

    private func draw(_ size: PlotSize) -> Markup {
        let frame = PlotFrame(
            size: size, x: .scale(result), y: vertical, top: 0, height: size.height(420), id: "\(prefix)scaling")
        return frame.draw {
            if let crossing {
                frame.column(crossing.interval.lower, crossing.interval.upper, "region", hover: crossing.text)
            }
            frame.verticalLine(result.targetScale, "target")
            for index in pictured {
                if let level = levels[index] {
                    // Many bands on each other hide what they show.
                    if !result.hasMany || index == 0 {
                        frame.area(
                            level.scales, from: level.band.lower90, to: level.band.upper90, "band \(style(index))")
                    }
                    frame.line(level.scales, level.band.median, "fit \(style(index))")
                }
            }
            for rung in result.ladder {
                marks(rung, frame, result.candidates.indices.filter { !pictured.contains($0) })
                marks(rung, frame, pictured)
            }
            forecasts(frame)
        }
    }

    @MarkupBuilder private func marks(_ rung: RungResult, _ frame: PlotFrame, _ indices: [Int]) -> Markup {
        for index in indices {
            let candidate = rung.candidates[index], name = SafeText.line(candidate.candidate), style = style(index)
            // With many candidates, a run that is alone is shown by its mean only, as is a candidate without a trend.
            let isLeader = pictured.contains(index)
            for loss in candidate.losses where !result.hasMany || (isLeader && candidate.losses.count > 1) {
                frame.marker(
                    rung.scale, loss, candidate: colours[index], style: "run \(style)", size: 2.5,
                    hover: "\(name), \(rung.label): one run, \(Phrase.loss(loss))")
            }
            if isLeader, let interval = candidate.loss?.interval90 {
                frame.errorBar(rung.scale, from: interval.lower, to: interval.upper, "bar \(style)")
            }
            if let mean = candidate.meanLoss {
                frame.marker(
                    rung.scale, mean, candidate: colours[index], style: style, size: rung.isTarget ? 6 : 4.5,
                    hover: "\(name), \(rung.label): mean of \(Phrase.runs(candidate.losses.count)), "
                        + Phrase.interval(candidate.loss, or: mean, Phrase.loss))
            }
        }
    }

    /// The forecasts beside the target's own marks, so that forecast and outcome can be compared.
    @MarkupBuilder private func forecasts(_ frame: PlotFrame) -> Markup {
        for (place, index) in pictured.enumerated() {
            if let estimate = predicted[index] {
                let shift = result.hasMany ? 7.0 + 3 * Double(place) : 9.0 + 5 * Double(place)
                frame.errorBar(
                    result.targetScale, from: estimate.interval90.lower, to: estimate.interval90.upper,
                    "forecast \(style(index))", shift: shift)
                frame.marker(
                    result.targetScale, estimate.point, candidate: colours[index],
                    style: "run \(style(index))", size: 4,
                    shift: shift,
                    hover: "\(SafeText.line(result.candidates[index])): predicted for the target, "
                        + Phrase.interval(estimate, Phrase.loss))
            }
        }
    }

    private var vertical: PlotAxis {
        let losses = result.ladder.flatMap { $0.candidates.flatMap(\.losses) }
        let forecasts = pictured.compactMap { predicted[$0]?.interval90 }.flatMap { [$0.lower, $0.upper] }
        return PlotAxis("final loss\(unit(result)) (log scale)", .logarithmic, covering: losses + forecasts)
    }

    private var table: ReportTable {
        if result.hasMany { return longTable }
        var table = ReportTable(header: ["rung", result.axis.unit] + result.candidates.map { SafeText.line($0) })
        for rung in result.ladder {
            table.rows.append(
                [rung.label + (rung.isTarget ? " (target)" : ""), Quantity.short(rung.scale)]
                    + rung.candidates.map {
                        let value = Phrase.interval($0.loss, or: $0.meanLoss, Phrase.loss)
                        return value + " · \(Phrase.runs($0.runs))"
                            + ($0.diverged > 0 ? ", \($0.diverged) diverged" : "")
                    })
        }
        table.rows.append(
            ["target, predicted", Quantity.short(result.targetScale)]
                + predicted.map { Phrase.interval($0, Phrase.loss) })
        return table
    }

    /// A row per candidate; the forecast is the last column.
    private var longTable: ReportTable {
        var table = ReportTable(result.lossesByCandidate)
        let above = table.rows.count - result.candidates.count
        table = ReportTable(
            header: table.header + ["target, predicted"],
            rows: table.rows.enumerated().map { place, row in
                row + [place < above ? "" : Phrase.interval(predicted[place - above], Phrase.loss)]
            })
        return table
    }
}

extension PlotAxis {
    /// The ladder's own axis, the target included, with the margins of the trend's curves.
    /// - Parameter beyond: the factor between the largest scale and the end of the axis.
    static func scale(_ result: CompareResult, beyond: Double = 1.5) -> PlotAxis {
        let scales = result.ladder.map(\.scale) + [result.targetScale]
        return PlotAxis(
            (result.axis == .flops ? "training FLOPs of one run" : result.axis.unit) + " (log scale)",
            .logarithmic, covering: [(scales.min() ?? 1) / 1.5, (scales.max() ?? 1) * beyond], padding: 0,
            label: { power($0) })
    }
}

/// The unit of losses, to be put behind the name of a quantity; empty where it is unknown.
func unit(_ result: CompareResult) -> String {
    result.suite == nil ? "" : ", nats/token"
}
