// The loss above the entropy of the data. It is exact, because this section needs a data set whose entropy is known.

import Comparison
import ScalebenchCore
import ScalingLaws

extension ReportSection {
    static let approximation = ReportSection(id: "approximation", title: "Approximation gap") { content in
        content.result.approximationGap.map { ApproximationPicture(result: content.result, gap: $0).markup }
    }
}

private struct ApproximationPicture {
    let result: CompareResult
    let gap: ApproximationGap

    @MarkupBuilder var markup: Markup {
        tag("p") {
            "The data have an entropy of \(Phrase.loss(gap.entropyNatsPerToken)) nats/token on the validation tokens: "
                + "no model can lose less, except by chance. The loss above it is what the model has not learned. The "
                + "difference of train and validation loss is what it knows about its training data only."
        }
        figure.markup
        laws.markup
    }

    private var figure: Figure {
        Figure(
            id: "approximation-plot", title: "Loss above the entropy of the data",
            caption: "Marks are means over finished runs, on the same validation sequences as the entropy, with the "
                + "90 % interval of their sampling. A power law is a straight line here.",
            legend: result.candidates.enumerated().map { ("c\($0.offset % 6) shape\($0.offset % 4)", $0.element) },
            height: 340, table: table, plot: draw)
    }

    private func draw(_ size: PlotSize) -> Markup {
        let frame = PlotFrame(
            size: size, x: .scale(result),
            y: PlotAxis("loss − entropy, nats/token (log scale)", .logarithmic, covering: excesses), top: 0,
            height: size.height(340), id: "approximation")
        return frame.draw {
            for index in gap.laws.indices {
                let points = gap.rungs.compactMap { rung in
                    rung.candidates[index].excess.map { (rung: rung, excess: $0) }
                }
                frame.line(points.map(\.rung.scale), points.map(\.excess.point), "fit c\(index % 6)")
                for (rung, excess) in points {
                    frame.errorBar(
                        rung.scale, from: excess.interval90.lower, to: excess.interval90.upper, "bar c\(index % 6)")
                    frame.marker(
                        rung.scale, excess.point, candidate: index, style: "c\(index % 6)", size: 4.5,
                        hover: "\(SafeText.line(gap.laws[index].candidate)), \(rung.label): "
                            + "\(Phrase.interval(excess, Phrase.loss)) above the entropy")
                }
            }
        }
    }

    private var excesses: [Double] {
        gap.rungs.flatMap { rung in
            rung.candidates.compactMap(\.excess).flatMap { [$0.interval90.lower, $0.interval90.upper] }
        }
    }

    private var table: ReportTable {
        var table = ReportTable(header: [
            "rung", "candidate", "validation loss", "above the entropy [90 %]", "train − validation [90 %]",
        ])
        for rung in gap.rungs {
            for losses in rung.candidates {
                table.rows.append([
                    rung.label + (rung.isTarget ? " (target)" : ""), SafeText.line(losses.candidate),
                    losses.validationLoss.map(Phrase.loss) ?? "–", Phrase.interval(losses.excess, Phrase.loss),
                    Phrase.interval(losses.trainMinusValidation, Phrase.gap),
                ])
            }
        }
        return table
    }

    /// The power law above the entropy, and the floor that a fit finds which does not know the entropy.
    private var laws: ReportTable {
        ReportTable(
            header: ["power law of", "exponent", "R²", "floor fitted to the losses alone [90 %]", "entropy"],
            rows: gap.laws.map { law in
                let floor = law.fittedFloor.map(Phrase.loss) ?? "–"
                let interval = law.fittedFloorInterval90.map {
                    " [\(Phrase.loss($0.lower)), \(Phrase.loss($0.upper))]"
                }
                return [
                    SafeText.line(law.candidate), law.exponent.map { Quantity.significant($0) } ?? "–",
                    law.rSquared.map { Quantity.significant($0) } ?? "–", floor + (interval ?? ""),
                    Phrase.loss(gap.entropyNatsPerToken),
                ]
            })
    }
}
