// The loss of one run over its training, as a picture and as files.

import Foundation
import RunStore
import ScalebenchCore

/// The curve of a run.
struct RunCurve {
    private let run: CatalogRun
    private let spec: JSONValue?
    private let address: String
    private let curve: LossCurve
    private let record: RunRecord?
    /// Imported curves may not say their tokens.
    private let usesTokens: Bool
    /// Nil where no evaluation has a loss.
    private let figure: Figure?

    /// More points than a picture can show are thinned out.
    private static let mostPoints = 300, mostRows = 30, mostMarks = 40

    private struct Point {
        let x: Double
        let loss: Double
        var words: String { "\(Quantity.short(x)): \(Phrase.loss(loss))" }
    }

    /// - Parameters:
    ///   - spec: the spec of its job.
    ///   - address: the address of the files without their endings.
    init(_ run: CatalogRun, spec: JSONValue?, address: String) {
        self.run = run
        self.spec = spec
        self.address = address
        let curve = run.curve, usesTokens = curve.points.allSatisfy { $0.tokens != nil }
        self.curve = curve
        self.usesTokens = usesTokens
        record = if case .trained(_, let record) = run.content { record } else { nil }
        let point = { (step: Int, tokens: Int?, loss: Double?) -> Point? in
            guard let loss, loss.isFinite, loss > 0 else { return nil }
            return Point(x: Double(usesTokens ? tokens ?? step : step), loss: loss)
        }
        let evaluations = curve.points.compactMap { point($0.step, $0.tokens, $0.loss) }
        let training = (record?.steps ?? []).compactMap { point($0.step, $0.tokens, $0.natsPerToken) }
        figure =
            evaluations.isEmpty
            ? nil
            : Self.figure(
                Self.thinned(evaluations, Self.mostPoints), Self.thinned(training, Self.mostPoints),
                unit: curve.unit.words, axis: usesTokens ? "tokens" : "steps")
    }

    var files: [SiteFile] {
        [SiteFile(address + ".csv", RunEvents(run).csv), SiteFile(address + ".json", document)]
            + (figure.map { [SiteFile(address + ".svg", $0.standalone)] } ?? [])
    }

    @MarkupBuilder func markup(on page: String) -> Markup {
        figure?.markup ?? tag("p") { "There is no evaluation with a loss yet." }
        let endings = (figure == nil ? [] : ["svg"]) + ["csv", "json"]
        SiteDownloads(
            what: "loss curve of run \(run.summary.id)", files: endings.map { ($0.uppercased(), "\(address).\($0)") }
        ).markup(on: page)
    }

    /// At most `most` of them, the last one among them.
    private static func thinned(_ points: [Point], _ most: Int) -> [Point] {
        let stride = max(1, (points.count + most - 1) / most)
        return points.enumerated().filter { (points.count - 1 - $0.offset) % stride == 0 }.map(\.element)
    }

    // MARK: - Picture

    private static func figure(_ evaluations: [Point], _ training: [Point], unit: String, axis: String) -> Figure {
        // Each size is drawn once for the page and for the file.
        let hovers = evaluations.count <= mostMarks ? evaluations.map(\.words) : []
        let wide = draw(.wide, evaluations, training, unit, axis, hovers)
        let narrow = draw(.narrow, evaluations, training, unit, axis, hovers)
        return Figure(
            id: "curve-plot", title: "Loss over training",
            caption: "Validation loss in \(unit) at each evaluation"
                + (training.isEmpty ? "." : ", and training loss as a mean between two reports."),
            legend: [("c0 shape0", "validation")] + (training.isEmpty ? [] : [("c1 shape1", "training")]), height: 320,
            table: ReportTable(
                header: [axis, "validation loss"],
                rows: thinned(evaluations, mostRows).map { [Quantity.short($0.x), Phrase.loss($0.loss)] })
        ) { $0 == .wide ? wide : narrow }
    }

    private static func draw(
        _ size: PlotSize, _ evaluations: [Point], _ training: [Point], _ unit: String, _ axis: String,
        _ hovers: [String]
    ) -> Markup {
        let all = evaluations + training
        let frame = PlotFrame(
            size: size,
            x: PlotAxis(axis, .linear, covering: all.map(\.x) + [0], padding: 0.02) { Quantity.short($0) },
            y: PlotAxis("loss, \(unit) (log scale)", .logarithmic, covering: all.map(\.loss)), top: 0,
            height: size.height(320), id: "curve", rightMargin: 26)
        return frame.draw {
            if !training.isEmpty {
                frame.line(training.map(\.x), training.map(\.loss), "fit c1", hover: "training loss")
            }
            frame.line(evaluations.map(\.x), evaluations.map(\.loss), "curve strong c0", hover: "validation loss")
            for (point, hover) in zip(evaluations, hovers) {
                frame.marker(point.x, point.loss, candidate: 0, style: "c0", size: 3.5, hover: hover)
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
        let points = curve.points, steps = record?.steps ?? []
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
