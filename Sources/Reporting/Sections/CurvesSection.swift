// Validation loss along training, over the fraction of the schedule, so that runs of different length are comparable.

import Comparison
import ScalebenchCore

extension ReportSection {
    static let curves = ReportSection(id: "curves", title: "Loss curves") { content in
        let runs = content.runs.filter { $0.curve.count > 1 }
        return runs.isEmpty ? nil : CurvesPicture(result: content.result, runs: runs).figure.markup
    }
}

private struct CurvesPicture {
    let result: CompareResult
    let runs: [ReportRun]

    var figure: Figure {
        Figure(
            id: "curves-plot", title: "Validation loss along the schedule",
            caption: "Each line is a run, evaluated on a part of the validation set; thick lines are target runs. "
                + "Labels at the right name the rungs.",
            legend: result.candidates.enumerated().map { ("c\($0.offset % 6) shape\($0.offset % 4)", $0.element) },
            height: 420, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let frame = PlotFrame(
            size: size, x: PlotAxis("fraction of the schedule", .linear, covering: [0, 1], padding: 0, label: percent),
            y: PlotAxis(
                "validation loss\(unit(result)) (log scale)", .logarithmic,
                covering: runs.flatMap { $0.curve.map(\.loss) }),
            top: 0, height: size.height(420), id: "curves", rightMargin: size == .wide ? 96 : 20)
        return .joined([
            frame.draw {
                for run in runs {
                    let index = run.candidates[0]
                    frame.line(
                        run.curve.map(\.fraction), run.curve.map(\.loss),
                        "curve c\(index % 6)\(run.isTarget ? " strong" : "")", hover: hover(run))
                }
            },
            size == .wide ? labels(frame) : .empty,
        ])
    }

    private func hover(_ run: ReportRun) -> String {
        let names = run.candidates.map { SafeText.line(result.candidates[$0], limit: 40) }.joined(separator: " = ")
        return "\(names), \(run.label), seed \(run.seed): "
            + (run.finalLoss.map { "final loss \(Phrase.loss($0))" } ?? run.status)
    }

    /// Rung names at the ends of their curves, pushed apart where they would lie on each other.
    private func labels(_ frame: PlotFrame) -> Markup {
        let ends = Dictionary(grouping: runs, by: \.label).compactMap { label, runs -> (String, Double)? in
            let last = runs.compactMap { $0.curve.last?.loss }
            return last.isEmpty ? nil : (label, last.reduce(0, +) / Double(last.count))
        }
        var free = -Double.infinity
        return .joined(
            ends.sorted { ($0.1, $0.0) > ($1.1, $1.0) }.map { label, loss in
                let place = max(frame.vertical(loss) + 4, free)
                free = place + 13
                return frame.text(SafeText.line(label, limit: 16), frame.horizontal(1) + 6, place, anchor: "start")
            })
    }

    private var table: ReportTable {
        let shares = [0.1, 0.25, 0.5, 0.75, 1]
        var table = ReportTable(header: ["run"] + shares.map { percent($0) })
        for run in runs {
            let names = run.candidates.map { SafeText.line(result.candidates[$0], limit: 40) }.joined(separator: " = ")
            table.rows.append(
                ["\(run.label), \(names), seed \(run.seed)"]
                    + shares.map { share in
                        run.curve.last { $0.fraction <= share + 1e-9 }.map { Phrase.loss($0.loss) } ?? "–"
                    })
        }
        return table
    }
}

@Sendable private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
