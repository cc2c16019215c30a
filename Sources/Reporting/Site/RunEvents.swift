// The events of a run in order, as rows of its page and as its CSV.

import RunStore
import ScalebenchCore

/// Training steps, evaluations and the end of a run. The points of an imported curve are evaluations.
struct RunEvents {
    let lines: [Line]

    static let titles = [
        "event", "step", "tokens", "loss", "learning rate", "gradient norm", "± of the loss", "seconds",
    ]
    private static let columns = [
        "event", "step", "tokens", "loss", "learningRate", "gradientNorm", "standardError", "seconds",
    ]

    struct Line {
        let name: String
        let step: Int
        let tokens: Int?
        let loss: Double?
        /// Learning rate, gradient norm, standard error and seconds.
        let numbers: [Double?]
        /// Of the same step a training step comes before an evaluation, and the end last.
        let rank: Int
    }

    init(_ run: CatalogRun) {
        guard case .trained(_, let record?) = run.content else {
            lines = run.curve.points.map {
                Line(
                    name: "evaluation", step: $0.step, tokens: $0.tokens, loss: $0.loss, numbers: [nil, nil, nil, nil],
                    rank: 1)
            }
            return
        }
        var lines = record.steps.map { step in
            Line(
                name: "training", step: step.step, tokens: step.tokens, loss: step.natsPerToken,
                numbers: [step.learningRate, step.gradientNorm, nil, step.seconds], rank: 0)
        }
        lines += record.evaluations.map {
            Line(
                name: "evaluation", step: $0.step, tokens: $0.tokens, loss: $0.natsPerToken,
                numbers: [nil, nil, $0.standardError, nil], rank: 1)
        }
        lines.sort { ($0.step, $0.rank) < ($1.step, $1.rank) }
        if let end = record.end {
            lines.append(
                Line(
                    name: "end: \(end.status.rawValue)", step: end.step, tokens: end.tokens, loss: nil,
                    numbers: [nil, nil, nil, end.seconds], rank: 2))
        }
        self.lines = lines
    }

    var csv: String {
        lines.reduce(into: DelimitedText.line(Self.columns)) { text, line in
            // None of these cells needs quotes.
            text += "\(line.name),\(line.step),\(line.tokens.map(String.init) ?? "")"
            for number in [line.loss] + line.numbers { text += number.map { ",\($0)" } ?? "," }
            text += "\n"
        }
    }
}

extension RunEvents.Line {
    /// The cells of its row.
    var cells: [SiteTable.Cell] {
        [
            .init(Markup(text: name)), .number(String(step), Double(step)),
            .number(tokens.map { Quantity.short(Double($0)) } ?? "–", tokens.map(Double.init)),
            .number(loss.map(Phrase.loss) ?? (rank < 2 ? "not finite" : "–"), loss),
        ] + numbers.map { number in .number(number.map { Quantity.significant($0) } ?? "–", number) }
    }
}
