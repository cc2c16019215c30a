// The settings in which the members of a family differ: the valley of the loss at every scale, and how its bottom drifts.

import Comparison
import Foundation
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let settings = ReportSection(id: "settings", title: "Settings") { content in
        guard let families = content.result.families, !families.isEmpty else { return nil }
        return .joined(families.indices.map { article(content.result, families[$0], number: $0 + 1) })
    }

    private static func article(_ result: CompareResult, _ family: FamilyResult, number: Int) -> Markup {
        let numbers = FamilyNumbers(family, axis: result.axis)
        let valleys = family.settings.count == 1 ? ValleyPicture(family, axis: result.axis, number: number) : nil
        return tag("article") {
            valleys?.figure.markup
            for setting in family.settings.indices {
                DriftPicture(result: result, family: family, setting: setting, number: number).figure.markup
            }
            tag("h3") { numbers.heading }
            for sentence in [numbers.drift, numbers.target, numbers.copied, numbers.cost] where !sentence.isEmpty {
                tag("p") { sentence }
            }
            ReportTable(numbers.table).markup
            if let note = numbers.stabilityNote { tag("p") { note } }
            if !numbers.findings.isEmpty { findingList(numbers.findings) }
        }
    }
}

/// A setting as the axis of a picture.
private func axis(_ family: FamilyResult, _ setting: Int, covering values: [Double], padding: Double) -> PlotAxis {
    let name = SafeText.line(family.settings[setting], limit: 40)
    return family.isPower(setting)
        ? PlotAxis(
            name + " (log scale)", .logarithmic, covering: values, padding: padding, label: { Phrase.setting($0) })
        : PlotAxis(name, .linear, covering: values, padding: padding)
}

/// The name of a family behind a title; empty where it has none.
private func suffix(_ family: FamilyResult) -> String {
    family.name.map { ", \(SafeText.line($0, limit: 40))" } ?? ""
}

// MARK: - Valleys

/// The height of the loss above its lowest point along the only setting of a family, a curve per scale.
private struct ValleyPicture {
    private let family: FamilyResult
    private let axis: ScaleAxis
    private let number: Int
    private let scales: [Valley]

    /// What lies higher says little about the bottom.
    private static let highest = 12.0

    init?(_ family: FamilyResult, axis: ScaleAxis, number: Int) {
        scales = family.scales.filter { !$0.curve.isEmpty && !$0.best.isEmpty }
            .map { Valley($0, isPower: family.isPower(0)) }
        guard !scales.isEmpty else { return nil }
        self.family = family
        self.axis = axis
        self.number = number
    }

    private var name: String { SafeText.line(family.settings[0], limit: 40) }
    private var upperHeight: Double { 360 }
    private var lowerHeight: Double { 70 + 18 * Double(scales.count) }

    var figure: Figure {
        Figure(
            id: "valley-plot-\(number)", title: "What \(name) costs at every scale\(suffix(family))",
            caption:
                "Above: every curve shows how far the loss at one scale lies above its lowest point, as a share of the "
                + "loss, with its 90 % band. The dashed curve is the forecast for the target. Marks are members as "
                + "measured; those of one scale are moved together to fit their curve, because the height of its lowest "
                + "point is not measured."
                + (isCut ? " Hollow marks at the upper edge lie above it, or their runs diverged." : "")
                + " Below: the best \(name) at every scale with its 90 % interval, on the light range that was tried; the "
                + "line follows the bottom of the valley.",
            legend: scales.indices.map { index in
                ("\(style(index)) shape\(index % 4)", FamilyNumbers.label(scales[index].scale))
            },
            height: upperHeight + lowerHeight, table: table, plot: draw)
    }

    private var isCut: Bool { scales.contains { $0.marks.contains { isAbove($0) } } }

    /// Whether a mark lies above the picture.
    private func isAbove(_ mark: Valley.Mark) -> Bool {
        mark.height.map { 100 * $0 > vertical.range.upperBound } ?? true
    }

    /// Colours in the order of scales, from the first to the last of the style sheet's.
    private func style(_ index: Int) -> String {
        "s\(scales.count > 1 ? Int((6 * Double(index) / Double(scales.count - 1)).rounded()) : 6)"
    }

    // MARK: Drawing

    @MarkupBuilder private func draw(_ size: PlotSize) -> Markup {
        let values = scales.flatMap { $0.scale.curve.map(\.value) }
        let x = Reporting.axis(family, 0, covering: values, padding: 0)
        let frame = PlotFrame(
            size: size, x: x, y: vertical, top: 0, height: size.height(upperHeight), id: "valley\(number)",
            hasXLabels: false)
        frame.draw {
            frame.horizontalLine(0, "zero")
            for index in scales.indices { curve(scales[index].scale.curve, index, frame) }
            for index in scales.indices {
                for mark in scales[index].marks { marker(mark, index, frame) }
            }
        }
        bottoms(
            PlotFrame(
                size: size, x: x, y: order, top: size.height(upperHeight), height: size.height(lowerHeight),
                id: "bottom\(number)"))
    }

    /// Heights in percent, cut off where they are no longer of interest.
    private var vertical: PlotAxis {
        let bands = scales.flatMap { valley in
            valley.scale.curve.flatMap { [$0.height.interval90.lower, $0.height.interval90.upper] }
        }.map { min(max(100 * $0, -Self.highest / 4), Self.highest) }
        let marks = scales.flatMap { $0.marks.compactMap(\.height) }.map { min(100 * $0, Self.highest) }
        return PlotAxis("above the lowest point, %", .linear, covering: bands + marks + [0, 1])
    }

    @MarkupBuilder private func curve(_ curve: [FamilyResult.CurvePoint], _ index: Int, _ frame: PlotFrame) -> Markup {
        let values = curve.map(\.value), label = FamilyNumbers.label(scales[index].scale)
        frame.area(
            values, from: curve.map { 100 * $0.height.interval90.lower },
            to: curve.map { 100 * $0.height.interval90.upper }, "band \(style(index))")
        frame.line(
            values, curve.map { 100 * $0.height.point },
            "fit \(style(index))\(scales[index].scale.isTarget ? " dashed" : "")", hover: label)
    }

    private func marker(_ mark: Valley.Mark, _ index: Int, _ frame: PlotFrame) -> Markup {
        let range = vertical.range, edge = range.upperBound - 0.02 * (range.upperBound - range.lowerBound)
        let member = "\(SafeText.line(mark.member.candidate, limit: 40)), \(FamilyNumbers.label(scales[index].scale))"
        return frame.marker(
            mark.member.values[0], isAbove(mark) ? edge : 100 * (mark.height ?? 0), candidate: index,
            style: "\(isAbove(mark) ? "run " : "")\(style(index))", size: 4,
            hover: "\(member): "
                + (mark.member.loss.map { "loss \(Phrase.loss($0)), " } ?? "diverged")
                + (mark.height.map { "\(Phrase.height($0)) above the lowest point" } ?? ""))
    }

    /// The places of the scales, one above the other.
    private var order: PlotAxis {
        let labels = scales.map { Quantity.short($0.scale.scale) }
        return PlotAxis(
            axis.unit, .linear, covering: [-0.5, Double(scales.count) - 0.5], padding: 0,
            label: { value in
                let index = Int(value.rounded())
                return labels.indices.contains(index) ? labels[index] : ""
            })
    }

    private func bottoms(_ frame: PlotFrame) -> Markup {
        let best = scales.map { $0.scale.best[0].value }
        return frame.draw {
            for (index, valley) in scales.enumerated() {
                let tried = valley.scale.tried(0), place = Double(index), interval = best[index].interval90
                frame.line([tried.lowerBound, tried.upperBound], [place, place], "tried neutral")
                frame.line([interval.lower, interval.upper], [place, place], "bar \(style(index))")
            }
            frame.line(best.map(\.point), best.indices.map(Double.init), "fit neutral")
            for (index, valley) in scales.enumerated() {
                frame.marker(
                    best[index].point, Double(index), candidate: index,
                    style: "\(valley.scale.isTarget ? "run " : "")\(style(index))", size: 5,
                    hover: "\(FamilyNumbers.label(valley.scale)): best \(name) "
                        + FamilyNumbers(family, axis: axis).value(valley.scale, 0))
            }
        }
    }

    // MARK: Numbers

    private var table: ReportTable {
        var table = ReportTable(header: [
            "scale", name, "curve above the lowest point [90 %]", "member", "as measured",
        ])
        for valley in scales {
            let label = FamilyNumbers.label(valley.scale)
            // Every fourth place of the curve is enough to read it off.
            for place in stride(from: 0, to: valley.scale.curve.count, by: 4) {
                let point = valley.scale.curve[place]
                table.rows.append([
                    label, Phrase.setting(point.value), Phrase.interval(point.height, Phrase.height), "–", "–",
                ])
            }
            for mark in valley.marks {
                table.rows.append([
                    label, Phrase.setting(mark.member.values[0]),
                    Phrase.height(valley.curve(at: mark.member.values[0])),
                    SafeText.line(mark.member.candidate, limit: 40), mark.height.map(Phrase.height) ?? "diverged",
                ])
            }
        }
        return table
    }
}

/// The valley at one scale with the members that were measured there.
private struct Valley {
    struct Mark {
        let member: FamilyResult.Member
        /// The height above the lowest point of the curve, as a share of the loss; nil where all runs diverged.
        let height: Double?
    }

    let scale: FamilyResult.AtScale
    private let isPower: Bool
    private(set) var marks: [Mark] = []

    /// Places higher than this say little about where the bottom lies, and those of unstable runs nothing.
    private static let highest = 0.2

    init(_ scale: FamilyResult.AtScale, isPower: Bool) {
        self.scale = scale
        self.isPower = isPower
        let bottom = level
        marks = scale.members.compactMap { member in
            guard member.loss != nil || member.diverged > 0 else { return nil }
            return Mark(
                member: member, height: member.loss.flatMap { $0 > 0 ? expm1(log($0) - bottom) : nil })
        }
    }

    /// The ln of the loss at the lowest point of the curve, as the measured members have it on average.
    private var level: Double {
        let measured = scale.members.compactMap { member in
            member.loss.flatMap { $0 > 0 ? (level: log($0), height: curve(at: member.values[0])) : nil }
        }
        let lowest = measured.map(\.level).min() ?? 0
        let low = measured.filter { $0.level - lowest < Self.highest && $0.height < Self.highest }
        // The lowest member stands for the bottom where the curve passes none of them.
        let levels = low.map { $0.level - log1p($0.height) }
        return levels.isEmpty ? lowest : levels.reduce(0, +) / Double(levels.count)
    }

    /// The curve's median at any value, by straight lines between its points.
    func curve(at value: Double) -> Double {
        let points = scale.curve, place = { (value: Double) in isPower ? log(value) : value }
        guard let after = points.firstIndex(where: { $0.value >= value }) else { return points.last?.height.point ?? 0 }
        guard after > 0 else { return points[0].height.point }
        let (low, high) = (points[after - 1], points[after])
        let share = (place(value) - place(low.value)) / (place(high.value) - place(low.value))
        return low.height.point + share * (high.height.point - low.height.point)
    }
}

// MARK: - Drift

/// The best value of a setting over scale.
private struct DriftPicture {
    let result: CompareResult
    let family: FamilyResult
    let setting: Int
    let number: Int

    private var name: String { SafeText.line(family.settings[setting], limit: 40) }
    private var scales: [FamilyResult.AtScale] { family.scales.filter { $0.best.indices.contains(setting) } }

    var figure: Figure {
        Figure(
            id: "drift-plot-\(number)-\(setting + 1)", title: "Best \(name) over scale\(suffix(family))",
            caption:
                "Marks are the best \(name) with its 90 % interval, sought up to one step of the sweep beyond the range "
                + "that was tried, which is the light band. The hollow mark is the forecast for the target."
                + (family.isPower(setting) ? " A power law is a straight line here." : "") + Phrase.path(result),
            height: 320, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let best = scales.map { $0.best[setting].value }, places = scales.map(\.scale)
        let tried = scales.map { $0.tried(setting) }
        let values =
            best.flatMap { [$0.interval90.lower, $0.interval90.upper] }
            + tried.flatMap { [$0.lowerBound, $0.upperBound] }
        let frame = PlotFrame(
            size: size, x: .scale(result), y: axis(family, setting, covering: values, padding: 0.08), top: 0,
            height: size.height(320), id: "drift\(number)-\(setting + 1)")
        return frame.draw {
            frame.area(places, from: tried.map(\.lowerBound), to: tried.map(\.upperBound), "band neutral")
            frame.verticalLine(result.targetScale, "target")
            frame.line(places, best.map(\.point), "fit c0")
            for (index, scale) in scales.enumerated() { mark(scale, best[index], frame) }
        }
    }

    @MarkupBuilder private func mark(
        _ scale: FamilyResult.AtScale, _ best: Estimate, _ frame: PlotFrame
    ) -> Markup {
        frame.errorBar(
            scale.scale, from: best.interval90.lower, to: best.interval90.upper,
            scale.isTarget ? "forecast c0" : "bar c0")
        frame.marker(
            scale.scale, best.point, candidate: 0, style: scale.isTarget ? "run c0" : "c0", size: 5,
            hover: "\(FamilyNumbers.label(scale)): best \(name) \(text(scale))")
    }

    private func text(_ scale: FamilyResult.AtScale) -> String {
        FamilyNumbers(family, axis: result.axis).value(scale, setting)
    }

    private var table: ReportTable {
        ReportTable(
            header: ["rung", result.axis.unit, "best \(name) [90 %]", "range tried"],
            rows: scales.map { scale in
                let tried = scale.tried(setting)
                return [
                    FamilyNumbers.label(scale), Quantity.short(scale.scale), text(scale),
                    "\(Phrase.setting(tried.lowerBound)) to \(Phrase.setting(tried.upperBound))",
                ]
            })
    }
}
