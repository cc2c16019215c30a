// Seed noise against scale: the deviation from the seeds of each rung alone, and the pooled one that the verdict uses.

import Comparison
import Foundation
import ScalebenchCore

extension ReportSection {
    static let noise = ReportSection(id: "noise", title: "Seed noise") { content in
        let picture = NoisePicture(content.result)
        return picture.samples.isEmpty ? nil : picture.figure.markup
    }
}

private struct NoisePicture {
    struct Sample {
        let candidate: Int
        let rung: RungResult
        let count: Int
        let deviation: Double
    }

    let result: CompareResult
    let samples: [Sample]

    init(_ result: CompareResult) {
        self.result = result
        samples = result.ladder.flatMap { rung in
            rung.candidates.enumerated().compactMap { index, candidate -> Sample? in
                let losses = candidate.losses
                guard losses.count > 1 else { return nil }
                let mean = losses.reduce(0, +) / Double(losses.count)
                let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                let deviation = (squares / Double(losses.count - 1)).squareRoot()
                return Sample(candidate: index, rung: rung, count: losses.count, deviation: deviation)
            }
        }
    }

    var figure: Figure {
        Figure(
            id: "noise-plot", title: "Standard deviation of the final loss over seeds",
            caption:
                "Marks come from the seeds of one rung alone; with so few runs they are rough. Lines are pooled over "
                + "rungs and candidates and are smooth in scale; the verdict uses these.",
            legend: result.candidates.enumerated().map { ("c\($0.offset % 6) shape\($0.offset % 4)", $0.element) },
            height: 300, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let values = samples.map(\.deviation) + pooled.flatMap { $0.values }
        let frame = PlotFrame(
            size: size, x: .scale(result),
            y: PlotAxis("standard deviation\(unit(result)) (log scale)", .logarithmic, covering: values),
            top: 0, height: size.height(300), id: "noise")
        return frame.draw {
            for (index, line) in pooled.enumerated() { frame.line(line.scales, line.values, "fit c\(index % 6)") }
            for sample in samples where sample.deviation > 0 {
                frame.marker(
                    sample.rung.scale, sample.deviation, candidate: sample.candidate,
                    style: "c\(sample.candidate % 6)", size: 4,
                    hover: "\(SafeText.line(result.candidates[sample.candidate])), \(sample.rung.label): "
                        + "\(number(sample.deviation)) from \(sample.count) seeds")
            }
        }
    }

    /// The pooled deviations by candidate.
    private var pooled: [(scales: [Double], values: [Double])] {
        result.candidates.indices.map { index in
            let known = result.ladder.filter { $0.candidates[index].seedDeviation != nil }
            return (known.map(\.scale), known.compactMap { $0.candidates[index].seedDeviation })
        }
    }

    private var table: ReportTable {
        var table = ReportTable(header: ["rung", "candidate", "seeds", "their standard deviation", "pooled"])
        for sample in samples {
            let pooled = sample.rung.candidates[sample.candidate].seedDeviation
            table.rows.append([
                sample.rung.label, SafeText.line(result.candidates[sample.candidate]), String(sample.count),
                number(sample.deviation), pooled.map(number) ?? "–",
            ])
        }
        return table
    }

    private func number(_ value: Double) -> String { Quantity.significant(value) }
}
