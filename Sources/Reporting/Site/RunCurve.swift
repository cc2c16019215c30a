// The loss of one run over its training, as a picture and as files.

import Foundation
import RunStore
import ScalebenchCore

/// The curve of a run.
struct RunCurve {
    let run: CatalogRun
    /// The spec of its job.
    let spec: JSONValue?
    /// The address of the files without their endings.
    let address: String

    /// More points than a picture can show are thinned out.
    private static let mostPoints = 300, mostRows = 30

    private struct Point {
        let x: Double
        let loss: Double
    }

    private var record: RunRecord? { if case .trained(_, let record) = run.content { record } else { nil } }
    /// Imported curves may not say their tokens.
    private var usesTokens: Bool { run.curve.points.allSatisfy { $0.tokens != nil } }

    var files: [SiteFile] {
        let files = [SiteFile(address + ".csv", RunEvents(run).csv), SiteFile(address + ".json", document)]
        return evaluations.isEmpty ? files : files + [SiteFile(address + ".svg", figure.standalone)]
    }

    @MarkupBuilder func markup(on page: String) -> Markup {
        if evaluations.isEmpty {
            tag("p") { "There is no evaluation with a loss yet." }
        } else {
            figure.markup
        }
        let endings = evaluations.isEmpty ? ["csv", "json"] : ["svg", "csv", "json"]
        SiteDownloads(
            what: "loss curve of run \(run.summary.id)", files: endings.map { ($0.uppercased(), "\(address).\($0)") }
        ).markup(on: page)
    }

    private var evaluations: [Point] {
        thinned(run.curve.points.compactMap { point($0.step, $0.tokens, $0.loss) }, Self.mostPoints)
    }

    private var training: [Point] {
        thinned((record?.steps ?? []).compactMap { point($0.step, $0.tokens, $0.natsPerToken) }, Self.mostPoints)
    }

    private func point(_ step: Int, _ tokens: Int?, _ loss: Double?) -> Point? {
        guard let loss, loss.isFinite, loss > 0 else { return nil }
        return Point(x: Double(usesTokens ? tokens ?? step : step), loss: loss)
    }

    /// At most `most` of them, the last one among them.
    private func thinned<Element>(_ points: [Element], _ most: Int) -> [Element] {
        let stride = max(1, (points.count + most - 1) / most)
        return points.enumerated().filter { (points.count - 1 - $0.offset) % stride == 0 }.map(\.element)
    }

    // MARK: - Picture

    private var figure: Figure {
        let evaluations = evaluations, training = training
        return Figure(
            id: "curve-plot", title: "Loss over training",
            caption: "Validation loss in \(run.curve.unit.words) at each evaluation"
                + (training.isEmpty ? "." : ", and training loss as a mean between two reports."),
            legend: [("c0 shape0", "validation")] + (training.isEmpty ? [] : [("c1 shape1", "training")]), height: 320,
            table: ReportTable(
                header: [usesTokens ? "tokens" : "step", "validation loss"],
                rows: thinned(evaluations, Self.mostRows).map { [Quantity.short($0.x), Phrase.loss($0.loss)] })
        ) { size in draw(size, evaluations, training) }
    }

    private func draw(_ size: PlotSize, _ evaluations: [Point], _ training: [Point]) -> Markup {
        let all = evaluations + training
        let frame = PlotFrame(
            size: size,
            x: PlotAxis(usesTokens ? "tokens" : "steps", .linear, covering: all.map(\.x) + [0], padding: 0.02) {
                Quantity.short($0)
            },
            y: PlotAxis("loss, \(run.curve.unit.words) (log scale)", .logarithmic, covering: all.map(\.loss)), top: 0,
            height: size.height(320), id: "curve", rightMargin: 26)
        return frame.draw {
            frame.line(training.map(\.x), training.map(\.loss), "fit c1", hover: "training loss")
            frame.line(evaluations.map(\.x), evaluations.map(\.loss), "curve strong c0", hover: "validation loss")
            if evaluations.count <= 40 {
                for point in evaluations {
                    frame.marker(
                        point.x, point.loss, candidate: 0, style: "c0", size: 3.5,
                        hover: "\(Quantity.short(point.x)): \(Phrase.loss(point.loss))")
                }
            }
        }
    }

    // MARK: - Document

    /// The summary, the spec, and the losses in columns. The losses of single validation sequences are left out.
    private var document: String {
        var fields: [String: JSONValue] = [:]
        if let summary = try? JSONValue(encoding: run.summary) { fields["summary"] = summary }
        fields["spec"] = spec
        fields["machine"] = record?.start.map { .object($0.machine.mapValues(JSONValue.string)) }
        let points = run.curve.points, steps = record?.steps ?? []
        fields["validation"] = columns(points.map(\.step), points.map(\.tokens), points.map(\.loss))
        fields["training"] = columns(steps.map(\.step), steps.map(\.tokens), steps.map(\.natsPerToken))
        return JSONValue.object(fields).canonicalText + "\n"
    }

    private func columns(_ steps: [Int], _ tokens: [Int?], _ losses: [Double?]) -> JSONValue {
        .object([
            "step": .array(steps.map(JSONValue.integer)),
            "tokens": .array(tokens.map { $0.map(JSONValue.integer) ?? .null }),
            "loss": .array(losses.map { $0.map(JSONValue.number) ?? .null }),
        ])
    }
}
