// Runs as a terminal shows them: one line each, or one run with all that is known about it.

package import ScalebenchCore
import ScalingLaws

/// Renders runs.
package enum RunReport {
    /// One line per run, in the order given; ends with a newline.
    package static func list(_ runs: [RunSummary]) -> String {
        var table = TextTable(
            header: ["run", "status", "candidate", "suite", "place", "seed", "loss", "core time", "date"],
            leftColumns: 5)
        let size = 1024
        let pieces = inParallel((runs.count + size - 1) / size) { piece in
            runs[piece * size..<min(runs.count, (piece + 1) * size)].map(cells)
        }
        for row in pieces.joined() { table.add(row) }
        return table.text + "\n"
    }

    private static func cells(_ run: RunSummary) -> [String] {
        let loss = run.loss.map { Phrase.loss($0) + (run.unit == .natsPerToken ? "" : " \(run.unit.words)") }
        return [
            run.id.rawValue, run.status.rawValue, names(run.candidates), names(run.suites), run.place ?? scale(run),
            String(run.seed), loss ?? "–", run.seconds.map(Quantity.duration) ?? "–", run.date.map(minute) ?? "–",
        ]
    }

    /// `2026-11-28 03:24`
    private static func minute(_ date: String) -> String {
        let bytes = SafeText.line(String(decoding: date.utf8.prefix(16), as: UTF8.self)).utf8
        return String(decoding: bytes.map { $0 == UInt8(ascii: "T") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    /// One run; ends with a newline.
    /// - Parameters:
    ///   - job: the run's job; nil where there is none. The same holds for the record.
    ///   - path: the file or folder that holds the run.
    package static func show(
        _ summary: RunSummary, job: RunJob?, record: RunRecord?, imported: ImportedRun?, curve: LossCurve, path: String,
        isUnicode: Bool
    ) -> String {
        var parts = [
            "run \(summary.id)   \(summary.status.rawValue)\n"
                + facts(summary, job: job, record: record, imported: imported)
        ]
        let plot = CurvePlot.render(curve, isUnicode: isUnicode)
        if !plot.isEmpty { parts.append("validation loss, \(curve.unit.words)\n" + plot) }
        if !curve.points.isEmpty { parts.append(evaluations(curve, record)) }
        parts.append("provenance\n" + provenance(job: job, record: record, imported: imported, path: path))
        return parts.joined(separator: "\n\n") + "\n"
    }

    // MARK: - Parts of one run

    private static func facts(
        _ summary: RunSummary, job: RunJob?, record: RunRecord?, imported: ImportedRun?
    ) -> String {
        var rows: [(String, String)] = [("candidate", names(summary.candidates))]
        let place = [names(summary.suites), summary.place, "seed \(summary.seed)"].compactMap { $0 }
        rows.append(("place", place.filter { !$0.isEmpty && $0 != "–" }.joined(separator: ", ")))
        if let spec = job?.spec { rows += facts(spec) } else { rows.append(("scale", scale(summary))) }
        if let loss = summary.loss {
            let error = record?.finalEvaluation?.standardError.map { " ± \(Phrase.loss($0)) (validation set)" } ?? ""
            let word = summary.status == .completed || summary.status == .imported ? "final loss" : "last loss"
            rows.append((word, "\(Phrase.loss(loss)) \(summary.unit.words)\(error)"))
        }
        if let final = record?.finalEvaluation { rows += breakdown(final) }
        if let seconds = summary.seconds { rows.append(("core time", Quantity.duration(seconds))) }
        if let reason = record?.end?.reason { rows += lines(of: reason) }
        if record?.hasTornLine == true {
            rows.append(("note", "the last line of its event file is cut off and was left out"))
        }
        return list(rows)
    }

    /// Why a run ended, line by line: a reason quotes what a trainer printed.
    private static func lines(of reason: String) -> [(String, String)] {
        let lines = reason.split(whereSeparator: \.isNewline).prefix(40).map { SafeText.line(String($0), limit: 400) }
        return lines.enumerated().map { ($0 == 0 ? "reason" : "", $1) }
    }

    /// The mean of every domain, and those of the positions 1, 2, 4, … and the last one.
    private static func breakdown(_ final: RunEvent.Evaluation) -> [(String, String)] {
        var rows: [(String, String)] = []
        if let domains = final.domainNatsPerToken, !domains.isEmpty {
            let means = domains.sorted { $0.key < $1.key }.map { name, loss in
                "\(SafeText.line(name, limit: 40)) \(Phrase.loss(loss))"
            }
            rows.append(("by domain", means.joined(separator: ", ")))
        }
        if let positions = final.positionNatsPerToken, !positions.isEmpty {
            let places = sequence(first: 1) { $0 * 2 }.prefix { $0 < positions.count } + [positions.count]
            let means = places.map { "\($0): \(Phrase.loss(positions[$0 - 1]))" }
            rows.append(("by position", means.joined(separator: ", ")))
        }
        return rows
    }

    private static func facts(_ spec: RunSpec) -> [(String, String)] {
        let model = spec.model, optimizer = spec.optimizer
        let rate = setting(optimizer.learningRate), decay = setting(optimizer.weightDecay)
        let batch = spec.batchSequences * model.contextLength
        return [
            (
                "model",
                "width \(model.width), \(model.layers) layers, \(model.heads) heads, context \(model.contextLength), "
                    + "vocabulary \(model.vocabularySize)"
            ),
            (
                "parameters",
                "\(Quantity.short(Double(model.parametersTotal))), \(Quantity.short(Double(model.parametersNonEmbedding)))"
                    + " of them non-embedding"
            ),
            (
                "training",
                "\(spec.steps) steps of \(batch) tokens: \(Quantity.short(Double(spec.tokens))) tokens, "
                    + Quantity.flops(spec.flops)
            ),
            (
                "optimizer",
                "\(optimizer.type.rawValue), learning rate \(rate), weight decay \(decay), clipping at "
                    + setting(optimizer.gradientClipping) + further(optimizer)
            ),
            (
                "schedule",
                "\(spec.schedule.type.rawValue), \(spec.schedule.warmupSteps) steps of warm-up, down to "
                    + "\(Quantity.significant(100 * spec.schedule.finalFraction)) % of the peak"
            ),
        ]
    }

    /// All digits that people give a setting.
    private static func setting(_ value: Double) -> String { Quantity.significant(value, digits: 8) }

    /// The settings that most recipes do not use, where this one does.
    private static func further(_ optimizer: OptimizerConfig) -> String {
        let penalty =
            optimizer.l2Penalty == 0 ? "" : ", L2 penalty \(setting(optimizer.l2Penalty))"
        return penalty + (optimizer.gradientNormalization == .rms ? ", gradients divided by their RMS" : "")
    }

    private static func evaluations(_ curve: LossCurve, _ record: RunRecord?) -> String {
        // A long imported curve is shown at some points only; the last one is always among them.
        let stride = max(1, (curve.points.count + 29) / 30)
        // Imported curves do not say how large their validation set was.
        var table = TextTable(header: ["step", "tokens", "loss"] + (record == nil ? [] : ["±", "sequences"]))
        for (index, point) in curve.points.enumerated() where (curve.points.count - 1 - index) % stride == 0 {
            var cells = [
                String(point.step), point.tokens.map { Quantity.short(Double($0)) } ?? "–",
                point.loss.map(Phrase.loss) ?? "not finite",
            ]
            if let evaluation = record?.evaluations[index] {
                cells += [evaluation.standardError.map(Phrase.loss) ?? "–", String(evaluation.sequences)]
            }
            table.add(cells)
        }
        let title = stride == 1 ? "evaluations" : "evaluations, every \(stride)th"
        return title + "\n" + table.text
    }

    private static func provenance(
        job: RunJob?, record: RunRecord?, imported: ImportedRun?, path: String
    ) -> String {
        var rows: [(String, String)] = []
        if let start = record?.start {
            let resumed = start.resumedFromStep > 0 ? ", from step \(start.resumedFromStep)" : ""
            rows.append(("started", SafeText.line(start.time) + resumed))
            if let branch = record?.branch {
                rows.append(("goes on from", "\(branch.runID), from step \(branch.step)"))
            }
            rows.append(("trainer", SafeText.line(start.trainerVersion)))
            rows += start.machine.sorted { $0.key < $1.key }.map { ($0.key, SafeText.line($0.value, limit: 120)) }
        }
        if let job {
            let name = job.dataset.map { SafeText.line($0.name) + " " } ?? ""
            rows.append(("data", "\(name)(\(job.spec.dataHash.prefix(16)))"))
        }
        if let imported {
            let source = imported.source
            rows.append(("imported", imported.imported))
            rows.append(
                ("source", "\(SafeText.line(source.file, limit: 120)) (\(source.format), \(source.sha256.prefix(16)))"))
            if let run = source.run { rows.append(("its run", SafeText.line(run, limit: 120))) }
            rows.append(("metric", SafeText.line(source.metric, limit: 120)))
        }
        rows.append(("files", SafeText.line(path, limit: 400)))
        return list(rows)
    }

    // MARK: - Words

    private static func list(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, value in
            "  \(name)\(String(repeating: " ", count: width - name.count + 3))\(value.isEmpty ? "–" : value)"
        }.joined(separator: "\n")
    }

    static func names(_ names: [String]) -> String {
        names.isEmpty ? "–" : names.map { SafeText.line($0, limit: 40) }.joined(separator: " = ")
    }

    private static func scale(_ run: RunSummary) -> String {
        let parts = [(run.parameters, "parameters"), (run.tokens, "tokens"), (run.flops, "FLOPs")].compactMap {
            value, unit in value.map { "\(Quantity.short($0)) \(unit)" }
        }
        return parts.isEmpty ? "–" : parts.joined(separator: ", ")
    }
}
