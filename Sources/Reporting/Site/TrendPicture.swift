// The gap to the reference through time: one mark per comparison, with its 90 % interval, in the order of the
// comparisons, so that busy days and quiet weeks are equally readable.

import Comparison
import Foundation
import RunStore
import ScalebenchCore
import ScalingLaws

/// A picture of the gaps of pairs over comparisons of one board.
struct TrendPicture {
    let id: String
    let title: String
    /// In the order of time.
    let comparisons: [SiteComparison]
    let lines: [Line]
    /// What marks mean that are not named by the lines' own names.
    var legend: [(style: String, name: String)] = []
    /// The address of the files without their endings.
    let address: String

    /// Older comparisons are left to the tables.
    static let mostComparisons = 365

    /// The gaps of one candidate to one reference.
    struct Line {
        let name: String
        let points: [Point]
    }

    struct Point {
        /// The comparison's place in time.
        let index: Int
        let pair: HistoryRecord.Pair
        let gap: Estimate
        let recipe: String
        /// Chooses colour and shape.
        let mark: Int
    }

    /// The lines of every candidate against its references, those of the newest comparisons first.
    static func lines(
        _ comparisons: [SiteComparison], of wanted: (String) -> Bool = { _ in true },
        mark: (_ line: Int, _ recipe: String) -> Int
    ) -> [Line] {
        var names: [String] = [], points: [String: [(Int, HistoryRecord.Pair, Estimate, String)]] = [:]
        for (index, comparison) in comparisons.enumerated().reversed() {
            for pair in comparison.record.pairs where wanted(pair.b) {
                guard let gap = pair.gap, gap.point.isFinite else { continue }
                let name = "\(SafeText.line(pair.b, limit: 40)) against \(SafeText.line(pair.a, limit: 40))"
                if points[name] == nil { names.append(name) }
                let recipe = comparison.record.candidates.first { $0.name == pair.b }?.recipe ?? ""
                points[name, default: []].append((index, pair, gap, recipe))
            }
        }
        return names.enumerated().map { line, name in
            Line(
                name: name,
                points: (points[name] ?? []).reversed().map {
                    Point(index: $0.0, pair: $0.1, gap: $0.2, recipe: $0.3, mark: mark(line, $0.3))
                })
        }
    }

    var picture: SitePicture {
        SitePicture(
            figure: Figure(
                id: id, title: title, caption: caption, legend: legend, height: 340, table: table, plot: draw),
            address: address, csv: csv, json: json)
    }

    private var caption: String {
        "Loss of the candidate − loss of the reference for one run of each at the target, with 90 % intervals: below 0 "
            + "the candidate is better. Comparisons are in the order of time, with their days as labels."
            + (regressions.isEmpty ? "" : " Dashed vertical lines: a regression begins.")
    }

    /// Places before which the losses of a candidate of the lines became larger.
    private var regressions: [Int] {
        let names = Set(lines.flatMap { $0.points }.map(\.pair.b))
        let found = comparisons.flatMap { $0.record.night?.lines ?? [] }.compactMap { line in
            names.contains(line.candidate) ? line.regression?.since : nil
        }
        return Set(found).sorted().compactMap { since in comparisons.firstIndex { $0.record.night?.date == since } }
    }

    // MARK: - Drawing

    private func draw(_ size: PlotSize) -> Markup {
        let points = lines.flatMap { $0.points }
        let days = comparisons.map { String(SafeText.line($0.day).dropFirst(5)) }
        let values: [Double] = points.map(\.gap).flatMap { gap -> [Double] in
            [gap.interval90.lower, gap.interval90.upper, gap.point]
        }
        let frame = PlotFrame(
            size: size,
            x: PlotAxis("comparisons by day", .linear, covering: [-0.5, Double(comparisons.count) - 0.5], padding: 0) {
                // Between two comparisons there is no label.
                abs($0 - $0.rounded()) < 1e-6 && days.indices.contains(Int($0.rounded())) ? days[Int($0.rounded())] : ""
            },
            y: PlotAxis("gap to the reference, nats/token", .linear, covering: values + [0]), top: 0,
            height: size.height(340), id: id)
        return frame.draw {
            frame.horizontalLine(0, "zero")
            for place in regressions { frame.verticalLine(Double(place) - 0.5, "regressed") }
            for (index, line) in lines.enumerated() { draw(line, index, frame) }
        }
    }

    @MarkupBuilder private func draw(_ line: Line, _ index: Int, _ frame: PlotFrame) -> Markup {
        // Lines beside each other keep their bars apart.
        let shift = (Double(index) - Double(lines.count - 1) / 2) * 4
        let style = line.points.last.map { "c\($0.mark % 7)" } ?? "neutral"
        frame.line(line.points.map { Double($0.index) }, line.points.map(\.gap.point), "curve \(style)")
        for point in line.points {
            let x = Double(point.index), colour = "c\(point.mark % 7)"
            frame.errorBar(
                x, from: point.gap.interval90.lower, to: point.gap.interval90.upper, "bar \(colour)", shift: shift)
            frame.marker(
                x, point.gap.point, candidate: point.mark, style: colour, size: frame.size == .wide ? 4.5 : 3.5,
                shift: shift, hover: "\(comparisons[point.index].day): \(Phrase.outcome(point.pair))")
        }
    }

    // MARK: - Numbers

    private var rows: [(comparison: SiteComparison, point: Point)] {
        lines.flatMap { $0.points }.sorted { ($0.index, $0.pair.b) < ($1.index, $1.pair.b) }.map {
            (comparisons[$0.index], $0)
        }
    }

    private var table: ReportTable {
        ReportTable(
            header: ["comparison", "candidate", "reference", "gap [90 %]", "verdict"],
            rows: rows.map { comparison, point in
                [
                    Phrase.time(comparison.record.time), SafeText.line(point.pair.b, limit: 40),
                    SafeText.line(point.pair.a, limit: 40), Phrase.interval(point.gap, Phrase.gap),
                    Phrase.verdict(point.pair),
                ]
            })
    }

    private static let columns = [
        "time", "commit", "candidate", "recipe", "reference", "verdict", "probabilityBetter", "gap", "gapLow90",
        "gapHigh90",
    ]

    private func values(_ comparison: SiteComparison, _ point: Point) -> [JSONValue] {
        [
            .string(comparison.record.time), comparison.record.commit.map(JSONValue.string) ?? .null,
            .string(point.pair.b), .string(point.recipe), .string(point.pair.a),
            .string(point.pair.verdict.rawValue), point.pair.probabilityBBetter.map(JSONValue.number) ?? .null,
            .number(point.gap.point), .number(point.gap.interval90.lower), .number(point.gap.interval90.upper),
        ]
    }

    private var csv: String { SiteData.csv(Self.columns, rows.map(values)) }
    private var json: Data { SiteData.json(Self.columns, rows.map(values)) }
}
