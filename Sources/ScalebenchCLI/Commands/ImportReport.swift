// What `runs import` says of the runs that it took: a line per run, where the labels come from, and what went wrong.

import Reporting
import RunStore
import ScalebenchCore

/// The report of an import.
struct ImportReport {
    /// Lines of the table; more runs than these are counted.
    static let mostLines = 20

    private let runs: [LogImport.Labelled]
    private let outcomes: [RunStore.ImportOutcome]
    private let otherFiles: Int

    init(_ runs: [LogImport.Labelled], outcomes: [RunStore.ImportOutcome], _ logs: LogImport) {
        self.runs = runs
        self.outcomes = outcomes
        otherFiles = logs.otherFiles
    }

    var text: String {
        ([table] + origins.map { "  \($0)" } + notes).joined(separator: "\n")
    }

    private var table: String {
        var table = TextTable(
            header: ["run", "", "from", "candidate", "params", "tokens", "seed", "metric", "points", "final loss"],
            leftColumns: 4)
        for (labelled, outcome) in zip(runs, outcomes).prefix(Self.mostLines) {
            let run = labelled.run, labels = run.labels
            let loss = run.curve.points.last?.loss.map { "\(Phrase.loss($0)) \(run.curve.unit.words)" }
            table.add([
                run.id.rawValue, Self.word(outcome), Self.end(of: labelled.found.name),
                SafeText.line(labels.candidate, limit: 24), Self.size(labels.parameters), Self.size(labels.tokens),
                String(labels.seed), SafeText.line(run.source.metric, limit: 30), String(run.curve.points.count),
                loss ?? "not finite",
            ])
        }
        let more = runs.count - Self.mostLines
        guard more > 0 else { return table.text }
        let words = outcomes.dropFirst(Self.mostLines).map(Self.word)
        let counts = Set(words).sorted().map { word in "\(words.count { $0 == word }) \(word)" }
        return table.text + "\n  and \(more) more: \(counts.joined(separator: ", "))"
    }

    private static func word(_ outcome: RunStore.ImportOutcome) -> String {
        switch outcome {
        case .added: "imported"
        case .unchanged: "already there"
        case .relabelled: "labels changed"
        case .continued: "continued"
        }
    }

    /// The end of a path is what tells runs apart.
    private static func end(of name: String) -> String {
        let name = SafeText.line(name, limit: 1000)
        return name.count <= 40 ? name : "…" + name.suffix(39)
    }

    private static func size(_ value: Double?) -> String { value.map(Quantity.short) ?? "–" }

    // MARK: - Where labels come from

    /// One line per label: the places that state it, and how many runs each of them serves.
    private var origins: [String] {
        let all = runs.map(\.facts)
        return [
            origin("candidate", all.map { $0.candidate?.origin }),
            origin("parameters", all.map { $0.parameters?.origin }), origin("tokens", all.map { $0.tokens?.origin }),
            all.contains { $0.flops != nil } ? origin("FLOPs", all.map { $0.flops?.origin }) : nil,
            origin("seed", all.map { $0.seed?.origin }, otherwise: "counted, because nothing states it"),
        ].compactMap { $0 }
    }

    private func origin(_ label: String, _ places: [String?], otherwise: String = "nothing states it") -> String? {
        let words = places.map { SafeText.line($0 ?? otherwise, limit: 80) }
        let kinds = Dictionary(grouping: words, by: { $0 }).mapValues(\.count).sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        let texts = kinds.prefix(3).map { kinds.count == 1 ? $0.key : "\($0.key) (\(Quantity.count($0.value, "run")))" }
        return "\(label): " + texts.joined(separator: ", ") + (kinds.count > 3 ? ", …" : "")
    }

    // MARK: - Notes

    private var notes: [String] {
        var notes: [String] = []
        for run in runs {
            notes += run.found.run.notes.map {
                "note: \(SafeText.line(run.found.name, limit: 100)): \(SafeText.line($0, limit: 200))"
            }
        }
        if notes.count > Self.mostLines {
            notes = notes.prefix(Self.mostLines) + ["note: and \(notes.count - Self.mostLines) more"]
        }
        let unscaled = runs.count {
            $0.run.labels.parameters == nil && $0.run.labels.tokens == nil && $0.run.labels.flops == nil
        }
        if unscaled > 0 {
            notes.append(
                "note: nothing states the scale of \(Quantity.count(unscaled, "run")), and `compare --runs` needs it: "
                    + "import again with --parameters, --tokens, --name-pattern or --labels")
        }
        if let twins {
            notes.append(
                "note: \(twins) have the same candidate, scale and seed, and `compare --runs` refuses such runs: "
                    + "import again with --seed 0 to number them, or with --labels")
        }
        if otherFiles > 0 { notes.append("passed over: \(Quantity.count(otherFiles, "file")) without a log") }
        return notes
    }

    /// Two runs that a table cannot tell apart.
    private var twins: String? {
        var names: [String: String] = [:]
        for run in runs {
            let key = "\(run.run.labels) \(run.run.source.metric)"
            if let other = names.updateValue(run.found.name, forKey: key) {
                return "\(SafeText.line(other)) and \(SafeText.line(run.found.name))"
            }
        }
        return nil
    }

    // MARK: - Errors

    /// One error for all problems: those of equal words are one, and only the first ones are told in full.
    static func summary(of problems: [ScalebenchError]) -> ScalebenchError? {
        guard problems.count > 1 else { return problems.first }
        var groups: [(error: ScalebenchError, places: [String])] = []
        for problem in problems {
            let place = [problem.location].compactMap { $0 }
            if let index = groups.firstIndex(where: { $0.error.message == problem.message }) {
                groups[index].places += place
            } else {
                groups.append((problem, place))
            }
        }
        let texts = groups.prefix(10).map { error, places in
            let others = places.count > 3 ? ["and \(places.count - 3) more"] : []
            let place = (places.prefix(3) + others).joined(separator: ", ")
            var text = place.isEmpty ? error.message : "\(place): \(error.message)"
            if let hint = error.hint { text += "\n    \(hint)" }
            return "  " + text
        }
        let more = groups.count > 10 ? "\n  and \(groups.count - 10) more" : ""
        return ScalebenchError(
            .invalidInput,
            "\(Quantity.count(problems.count, "log")) could not be imported:\n" + texts.joined(separator: "\n") + more)
    }
}
