// Runs as tables and as JSON lines for other programs.

import Comparison
import Foundation
package import ScalebenchCore
import ScalingLaws

/// Renders runs for other programs.
package enum RunExport {
    private static let columns = [
        "run", "event", "step", "tokens", "loss", "unit", "standardError", "sequences", "learningRate", "gradientNorm",
        "updateToWeight", "seconds", "status",
    ]

    /// The events that count of every run, as CSV: one line per start, training step, evaluation and end.
    package static func csv(_ runs: [CatalogRun]) -> String {
        runs.reduce(into: DelimitedText.line(columns)) { text, run in
            for event in events(run) { text += DelimitedText.line(cells(event, run.summary)) }
        }
    }

    /// The same as one JSON object per line, with every field of the event and the run's name.
    package static func jsonLines(_ runs: [CatalogRun]) throws -> String {
        var text = ""
        for run in runs {
            for line in events(run) {
                var fields = try self.fields(line, run.summary.unit)
                fields["run"] = .string(run.summary.id.rawValue)
                text += JSONValue.object(fields).canonicalText + "\n"
            }
        }
        return text
    }

    private static let tableColumns = [
        "source", "candidate", "params", "tokens", "flops", "seed", "loss", "metric", "seconds", "devices", "run",
    ]

    /// Final losses, one line per run and candidate, as `compare --runs` reads them. For trained runs `params` counts
    /// non-embedding parameters, and `seconds` are those of training, where all of it was timed on the same devices. Runs without a candidate or a believable final loss are left out of the text and returned.
    package static func table(_ runs: [CatalogRun]) -> (text: String, leftOut: [RunSummary]) {
        var text = DelimitedText.line(tableColumns), leftOut: [RunSummary] = []
        for run in runs {
            let summary = run.summary, time = time(run)
            let isResult = summary.status == .completed || summary.status == .imported
            guard isResult, let loss = summary.loss, BelievableLoss.contains(loss), !summary.candidates.isEmpty else {
                leftOut.append(summary)
                continue
            }
            let source = summary.status == .imported ? "imported" : summary.suites.joined(separator: " = ")
            for candidate in summary.candidates {
                text += DelimitedText.line([
                    source, candidate, number(summary.parameters), number(summary.tokens), number(summary.flops),
                    String(summary.seed), number(loss), summary.unit.rawValue,
                    number(time.map { exp($0.deviceSeconds.value) / Double($0.devices) }),
                    time.map { String($0.devices) } ?? "", summary.id.rawValue,
                ])
            }
        }
        return (text, leftOut)
    }

    /// What the training of a run took; nil for an imported run, and for one that changed its machine or devices.
    private static func time(_ run: CatalogRun) -> RunTime? {
        guard case .trained(let job?, let record?) = run.content else { return nil }
        let times = RunTime.all(record, tokens: job.spec.tokens)
        return times.count == 1 ? times[0] : nil
    }

    // MARK: - Events

    /// One line of an export. The points of an imported curve become evaluations of unknown size.
    private enum Line {
        case event(RunEvent)
        case point(LossCurve.Point)
    }

    private static func events(_ run: CatalogRun) -> [Line] {
        switch run.content {
        case .trained(_, nil): return []
        case .trained(_, let record?):
            let steps = record.steps.map { (step: $0.step, rank: 0, event: RunEvent.step($0)) }
            let evaluations = record.evaluations.map { (step: $0.step, rank: 1, event: RunEvent.evaluation($0)) }
            // This is the order of writing: a training step comes before the evaluation of the same step.
            var events = (steps + evaluations).sorted { ($0.step, $0.rank) < ($1.step, $1.rank) }.map(\.event)
            if let start = record.start { events.insert(.start(start), at: 0) }
            if let end = record.end { events.append(.end(end)) }
            return events.map { .event($0) }
        case .imported(let imported): return imported.curve.points.map { .point($0) }
        }
    }

    private static func fields(_ line: Line, _ unit: LossUnit) throws -> [String: JSONValue] {
        switch line {
        case .event(let event):
            guard case .object(let fields) = try JSONValue(encoding: event) else { return [:] }
            return fields
        case .point(let point):
            var fields: [String: JSONValue] = ["event": .string("evaluation"), "step": .integer(point.step)]
            if let tokens = point.tokens { fields["tokens"] = .integer(tokens) }
            if let loss = point.loss { fields[unit.rawValue] = .number(loss) }
            return fields
        }
    }

    private static func cells(_ line: Line, _ run: RunSummary) -> [String] {
        var values: [String: String] = ["run": run.id.rawValue]
        switch line {
        case .event(.start): values["event"] = "start"
        case .event(.step(let body)):
            values["event"] = "step"
            values["learningRate"] = number(body.learningRate)
            values["gradientNorm"] = number(body.gradientNorm)
            values["seconds"] = number(body.seconds)
            values.merge(loss(step: body.step, tokens: body.tokens, loss: body.natsPerToken, run)) { $1 }
        case .event(.evaluation(let body)):
            values["event"] = "evaluation"
            values["standardError"] = number(body.standardError)
            values["sequences"] = String(body.sequences)
            values["updateToWeight"] = number(body.updateToWeight)
            values.merge(loss(step: body.step, tokens: body.tokens, loss: body.natsPerToken, run)) { $1 }
        case .event(.checkpoint(let body)):
            values["event"] = "checkpoint"
            values["step"] = String(body.step)
        case .event(.end(let body)):
            values["event"] = "end"
            values["step"] = String(body.step)
            values["tokens"] = String(body.tokens)
            values["seconds"] = number(body.seconds)
            values["status"] = body.status.rawValue
        case .point(let point):
            values["event"] = "evaluation"
            values.merge(loss(step: point.step, tokens: point.tokens, loss: point.loss, run)) { $1 }
        }
        return columns.map { values[$0] ?? "" }
    }

    private static func loss(step: Int, tokens: Int?, loss: Double?, _ run: RunSummary) -> [String: String] {
        [
            "step": String(step), "tokens": tokens.map(String.init) ?? "", "loss": number(loss),
            "unit": run.unit.rawValue,
        ]
    }

    private static func number(_ value: Double?) -> String { value.map { JSONValue.number($0).canonicalText } ?? "" }
}
