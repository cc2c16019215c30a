// The gap over scale, and how likely each of the two is to win along the axis.

import Comparison
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let gap = ReportSection(id: "gap", title: "Gap over scale") { content in
        let result = content.result
        // The picture of a single pair stands beside its verdict.
        guard result.pairs.count > 1 else { return nil }
        let figures = result.picturedPairs.compactMap { GapPicture(result, $0, content.prefix)?.figure.markup }
        guard !figures.isEmpty else { return nil }
        return .joined([result.picturedPairsNote.map { note in tag("p") { note } } ?? .empty] + figures)
    }
}

struct GapPicture {
    private let result: CompareResult
    private let pair: PairResult
    /// The index of B among the candidates; A is the first.
    private let index: Int
    /// The colour of B.
    private let colour: Int
    /// What the identifiers on the page begin with.
    private let prefix: String
    private let a: String
    private let b: String

    init?(_ result: CompareResult, _ pairIndex: Int, _ prefix: String) {
        pair = result.pairs[pairIndex]
        guard !pair.rungGaps.isEmpty || pair.predicted.trend != nil else { return nil }
        self.result = result
        self.prefix = prefix
        index = pairIndex + 1
        colour = result.colours[index]
        a = SafeText.line(pair.a, limit: 40)
        b = SafeText.line(pair.b, limit: 40)
    }

    private var trend: TrendCurves? { pair.predicted.trend }
    private var upperHeight: Double { 270 }
    private var lowerHeight: Double { 150 }

    var figure: Figure {
        Figure(
            id: "\(prefix)gap-plot-\(index)", title: "\(b) against \(a)",
            caption: "Above: loss of B − loss of A, so above zero \(a) is better. Marks are the rungs with their 90 % "
                + "interval; line and bands (50 %, 90 %) are the trend that the ladder alone shows, the bar its forecast "
                + "for one run of each at the target. Below: the probability that the trend favours \(a); the "
                + "mark is for one run of each. Beyond the dashed lines the rule names a winner." + Phrase.path(result),
            legend: [("c0 shape0", pair.a), ("c\(colour) shape\(colour % 4)", pair.b)],
            height: upperHeight + (trend == nil ? 0 : lowerHeight), table: table, plot: draw)
    }

    @MarkupBuilder private func draw(_ size: PlotSize) -> Markup {
        let x = PlotAxis.scale(result)
        let frame = PlotFrame(
            size: size, x: x, y: vertical, top: 0, height: size.height(upperHeight), id: "\(prefix)gap\(index)",
            hasXLabels: trend == nil)
        frame.draw { gaps(frame) }
        if let trend {
            let lower = PlotFrame(
                size: size, x: x,
                y: PlotAxis("P(\(size == .wide ? a : "A") is better)", .linear, covering: [0, 1], padding: 0),
                top: size.height(upperHeight), height: size.height(lowerHeight), id: "\(prefix)sign\(index)")
            lower.draw { probabilities(trend, lower) }
        }
    }

    @MarkupBuilder private func gaps(_ frame: PlotFrame) -> Markup {
        crossing(frame)
        frame.verticalLine(result.targetScale, "target")
        if let trend {
            frame.area(trend.scales, from: trend.gap.lower90, to: trend.gap.upper90, "band neutral")
            frame.area(trend.scales, from: trend.gap.lower50, to: trend.gap.upper50, "band neutral")
            frame.line(trend.scales, trend.gap.median, "fit neutral")
        }
        frame.horizontalLine(0, "zero")
        if let forecast = pair.predicted.gap {
            frame.errorBar(
                result.targetScale, from: forecast.interval90.lower, to: forecast.interval90.upper, "forecast neutral",
                shift: 9)
            frame.marker(
                result.targetScale, forecast.point, candidate: 0, style: "run neutral", size: 4, shift: 9,
                hover: "predicted for the target: gap \(Phrase.interval(forecast, Phrase.gap))")
        }
        for rung in pair.rungGaps {
            if let gap = rung.meanGap {
                let winner = gap >= 0 ? 0 : colour
                if let interval = rung.gap?.interval90 {
                    frame.errorBar(rung.scale, from: interval.lower, to: interval.upper, "bar c\(winner)")
                }
                frame.marker(
                    rung.scale, gap, candidate: winner, style: "c\(winner)", size: 4.5,
                    hover: "\(rung.label): gap \(Phrase.interval(rung.gap, or: gap, Phrase.gap)), "
                        + "\(winner == 0 ? a : b) better")
            }
        }
    }

    private func crossing(_ frame: PlotFrame) -> Markup? {
        guard let crossover = pair.crossover, crossover.statement == .between, let place = crossover.scale else {
            return nil
        }
        return frame.column(
            place.interval90.lower, place.interval90.upper, "region",
            hover: "the curves cross \(VerdictNumbers.crossing(crossover, axis: result.axis)) (90 %)")
    }

    @MarkupBuilder private func probabilities(_ trend: TrendCurves, _ frame: PlotFrame) -> Markup {
        let zeros = trend.scales.map { _ in 0.0 }, ones = trend.scales.map { _ in 1.0 }
        frame.area(trend.scales, from: zeros, to: trend.probabilityABetter, "share c0")
        frame.area(trend.scales, from: trend.probabilityABetter, to: ones, "share c\(colour)")
        frame.line(trend.scales, trend.probabilityABetter, "fit neutral")
        let decisive = (result.suite?.thresholds ?? VerdictThresholds()).decisiveProbability
        frame.horizontalLine(decisive, "threshold")
        frame.horizontalLine(1 - decisive, "threshold")
        frame.verticalLine(result.targetScale, "target")
        if let probability = pair.predicted.probabilityABetter {
            frame.marker(
                result.targetScale, probability, candidate: 0, style: "neutral", size: 4,
                hover: "one run of each at the target, predicted from the ladder: \(a) is better with probability "
                    + Phrase.percent(probability))
        }
    }

    /// Rungs and the forecast at the target decide the range; a band that grows beyond it is cut off.
    private var vertical: PlotAxis {
        var values = [0.0]
        for rung in pair.rungGaps {
            values += [rung.meanGap, rung.gap?.interval90.lower, rung.gap?.interval90.upper].compactMap { $0 }
        }
        if let interval = pair.predicted.gap?.interval90 { values += [interval.lower, interval.upper] }
        return PlotAxis("gap\(unit(result)) (+: A better)", .linear, covering: values, padding: 0.08)
    }

    private var table: ReportTable {
        var table = ReportTable(header: [
            "scale", result.axis.unit, "gap [90 %]", "P(A is better)", "correlation of equal seeds",
        ])
        for rung in pair.rungGaps {
            table.rows.append([
                "\(rung.label), measured", Quantity.short(rung.scale),
                Phrase.interval(rung.gap, or: rung.meanGap, Phrase.gap), "–",
                rung.seedCorrelation.map { Quantity.significant($0, digits: 2) } ?? "–",
            ])
        }
        guard let trend else { return table }
        // Every fourth place of the curve is enough to read it off.
        for place in stride(from: 0, to: trend.scales.count, by: 4) {
            let gap = Phrase.gap(trend.gap.median[place])
            table.rows.append([
                "predicted from the ladder", Quantity.short(trend.scales[place]),
                "\(gap) [\(Phrase.gap(trend.gap.lower90[place])), \(Phrase.gap(trend.gap.upper90[place]))]",
                Phrase.percent(trend.probabilityABetter[place]), "–",
            ])
        }
        return table
    }
}
