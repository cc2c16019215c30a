// The gaps of several candidates to the reference over scale, in one picture.

import Comparison
import ScalebenchCore
import ScalingLaws

struct LeadersPicture {
    private let result: CompareResult
    /// What the identifiers on the page begin with.
    private let prefix: String
    /// Indices of pairs that have anything to draw.
    private let pairs: [Int]
    private let a: String

    init?(_ result: CompareResult, _ prefix: String) {
        self.result = result
        self.prefix = prefix
        a = SafeText.line(result.candidates[0], limit: 40)
        pairs = result.picturedPairs.filter { !result.pairs[$0].rungGaps.isEmpty }
        guard !pairs.isEmpty else { return nil }
    }

    var figure: Figure {
        Figure(
            id: "\(prefix)leaders-plot", title: "Gap to \(a) over scale",
            caption:
                "Loss of each − loss of \(a): below zero it is better. Marks are the rungs; lines are the trends that "
                + "the ladder alone shows, bars the 90 % interval of the forecast for one run at the target."
                + (result.picturedPairsNote.map { " \($0)" } ?? "") + Phrase.path(result),
            legend: pairs.map { pair in
                let colour = result.colours[pair + 1]
                return ("c\(colour) shape\(colour % 4)", result.candidates[pair + 1])
            }, height: 380, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let frame = PlotFrame(
            size: size, x: .scale(result, beyond: 4), y: vertical, top: 0, height: size.height(380),
            id: "\(prefix)leaders")
        return frame.draw {
            frame.verticalLine(result.targetScale, "target")
            frame.horizontalLine(0, "zero")
            for (place, index) in pairs.enumerated() { line(index, place, frame) }
        }
    }

    @MarkupBuilder private func line(_ index: Int, _ place: Int, _ frame: PlotFrame) -> Markup {
        let pair = result.pairs[index], colour = result.colours[index + 1], name = SafeText.line(pair.b, limit: 40)
        if let trend = pair.predicted.trend {
            frame.line(trend.scales, trend.gap.median, "fit c\(colour)", hover: name)
        }
        for rung in pair.rungGaps {
            if let gap = rung.meanGap {
                frame.marker(
                    rung.scale, gap, candidate: colour, style: "c\(colour)", size: 4,
                    hover: "\(name), \(rung.label): gap \(Phrase.interval(rung.gap, or: gap, Phrase.gap))")
            }
        }
        if let forecast = pair.predicted.gap {
            let shift = 7 + (frame.size == .wide ? 7 : 3) * Double(place)
            frame.errorBar(
                result.targetScale, from: forecast.interval90.lower, to: forecast.interval90.upper,
                "forecast c\(colour)", shift: shift)
            frame.marker(
                result.targetScale, forecast.point, candidate: colour, style: "run c\(colour)", size: 3.5, shift: shift,
                hover: "\(name), predicted for the target: gap \(Phrase.interval(forecast, Phrase.gap))")
        }
    }

    private var vertical: PlotAxis {
        var values = [0.0]
        for pair in pairs.map({ result.pairs[$0] }) {
            values += pair.rungGaps.compactMap(\.meanGap)
            if let interval = pair.predicted.gap?.interval90 { values += [interval.lower, interval.upper] }
        }
        return PlotAxis("gap to A\(unit(result)) (+: A better)", .linear, covering: values, padding: 0.06)
    }

    private var table: ReportTable {
        var table = ReportTable(
            header: ["candidate"] + result.ladder.map { SafeText.line($0.label) } + ["target, predicted [90 %]"])
        for pair in pairs.map({ result.pairs[$0] }) {
            let gaps = result.ladder.map { rung in
                pair.rungGaps.first { $0.label == rung.label }.flatMap { $0.gap?.point ?? $0.meanGap }
            }
            table.rows.append(
                [SafeText.line(pair.b, limit: 60)] + gaps.map { $0.map(Phrase.gap) ?? "–" }
                    + [Phrase.interval(pair.predicted.gap, Phrase.gap)])
        }
        return table
    }
}
