// How well every candidate scales: its loss curves on top of one another, and what its training showed at every rung.

import Comparison
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let diagnostics = ReportSection(id: "diagnostics", title: "Does each recipe scale well?") { content in
        let shown = content.result.shownDiagnostics.prefix(Self.mostDiagnostics)
        guard !shown.isEmpty else { return nil }
        return Markup.joined(
            [
                findingList(shown.flatMap(\.findings)),
                Phrase.wellScaling(content.result).map { sentence in tag("p") { sentence } } ?? .empty,
            ] + shown.enumerated().map { DiagnosticsPicture(place: $0.offset, candidate: $0.element).figure.markup })
    }

    private static let mostDiagnostics = 8
}

private struct DiagnosticsPicture {
    let place: Int
    let candidate: CandidateDiagnostics

    /// The rungs whose curves have a shape, with their style.
    private var curves: [(style: String, rung: RungDiagnostics, shape: [Double])] {
        let known = candidate.rungs.compactMap { rung in rung.shape.map { (rung, $0) } }
        return known.enumerated().map { index, curve in
            let shade = known.count > 1 ? Int((6 * Double(index) / Double(known.count - 1)).rounded()) : 6
            return ("s\(shade)", curve.0, curve.1)
        }
    }

    var figure: Figure {
        Figure(
            id: "diagnostics-plot-\(place + 1)", title: SafeText.line(candidate.candidate, limit: 60),
            caption:
                "The fall of the loss that is yet to come, at every rung divided by its mean over the second half of "
                + "the schedule. The curves of a recipe that scales well fall on one another, closer than seeds do.",
            legend: curves.map { ($0.style, $0.rung.label) }, height: 300, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let fractions = candidate.fractions + [1]
        let frame = PlotFrame(
            size: size,
            x: PlotAxis(
                "fraction of the schedule", .linear, covering: [fractions[0], 1], padding: 0,
                label: { "\(Int((100 * $0).rounded())) %" }),
            y: PlotAxis(
                "fall still to come (1: the mean)", .linear, covering: [0] + curves.flatMap(\.shape)), top: 0,
            height: size.height(300), id: "diagnostics-\(place + 1)")
        return frame.draw {
            for curve in curves {
                frame.line(
                    fractions, curve.shape + [0],
                    "fit \(curve.style)\(curve.rung.reasons.contains(.curveShape) ? " dashed" : "")",
                    hover: "\(SafeText.line(curve.rung.label)): \(Phrase.scaling(curve.rung.scales))")
            }
        }
    }

    private var table: ReportTable {
        let isFamily = candidate.rungs.contains { $0.member != nil }
        return ReportTable(
            header: ["rung"] + (isFamily ? ["best member"] : []) + [
                "scales", "residual of the shape", "by seeds alone", "fall", "train − validation [90 %]",
                "repeated", "gradient norm, median", "99 %", "update / weights, median", "spikes",
            ],
            rows: candidate.rungs.map { rung in
                [SafeText.line(rung.label) + (rung.isTarget ? " (target)" : "")]
                    + (isFamily ? [rung.member.map { SafeText.line($0, limit: 80) } ?? "–"] : []) + [
                        Phrase.scaling(rung.scales),
                        share(rung.collapseResidual), share(rung.seedSpread), share(rung.fall),
                        Phrase.interval(rung.trainMinusValidation, Phrase.gap), share(rung.repeatedShare),
                        rung.gradientNormMedian.map { Quantity.significant($0) } ?? "–",
                        rung.gradientNorm99.map { Quantity.significant($0) } ?? "–",
                        rung.updateToWeightMedian.map { Quantity.significant($0, digits: 2) } ?? "–",
                        String(rung.spikes),
                    ]
            })
    }

    private func share(_ value: Double?) -> String {
        value.map { "\(Quantity.significant(100 * $0, digits: 2)) %" } ?? "–"
    }
}
