// From the logs that a user names to runs with labels, ready for the store. A log or run that cannot be taken is kept as a
// problem and does not hide the others.

import Foundation
package import ScalebenchCore

/// The runs of logs.
package struct LogImport {
    /// What the user says of the logs.
    package struct Options {
        /// They hold for every run, and come before everything else.
        package var facts = RunFacts()
        /// The seed of the first run of each candidate and scale; nil to take what the sources state.
        package var firstSeed: Int?
        package var labels: ImportLabels?
        package var namePattern: NamePattern?
        /// The runs to take, by name; empty for all.
        package var wanted: [String] = []
        package var takesIncomplete = false
        package var metric: String?
        package var stepColumn: String?
        package var tokensPerStep: Int?
        package var unit: LossUnit?
        package var format: LogFormat?

        package init() {}
    }

    /// One run of one log, ready to be named.
    package struct Found: Sendable {
        /// The name of the run in a table of labels and for `--run`.
        package var name: String
        /// The same before runs of one name were told apart: what a name pattern reads.
        fileprivate var ownName: String
        package var path: String
        package var format: LogFormat
        package var run: TrainingLog.Run
        fileprivate var sha256: String
        /// What the source and the name pattern state.
        package fileprivate(set) var facts: RunFacts
    }

    /// A run with its labels and the places they come from.
    package struct Labelled: Sendable {
        package var found: Found
        package var facts: RunFacts
        package var run: ImportedRun
    }

    package private(set) var found: [Found] = []
    /// Errors of single logs and runs, in their order.
    package private(set) var problems: [ScalebenchError] = []
    /// Runs that have not ended well: the name and the reason.
    package private(set) var leftOut: [(name: String, why: String)] = []
    /// Files of folders that are no logs.
    package private(set) var otherFiles = 0
    private let options: Options

    /// Reads every log.
    /// - Throws: where a folder cannot be read, a wanted run does not exist, or there is nothing to import.
    package init(_ paths: [String], _ options: Options) throws {
        self.options = options
        var only: ScalebenchError?
        var logs: [(input: LogInput, log: TrainingLog, sha256: String?)] = []
        for input in try LogInput.find(paths) {
            do {
                let (log, sha256) = try TrainingLog.open(
                    input, format: options.format, stepColumn: options.stepColumn)
                logs.append((input, log, sha256))
            } catch let none as TrainingLog.NoLog {
                otherFiles += 1
                only = none.error
            } catch let error as ScalebenchError {
                problems.append(error)
            }
        }
        // Where several logs lie together, settings beside them could be those of any.
        let perFolder = Dictionary(grouping: logs, by: { $0.input.files[0].folder }).mapValues(\.count)
        for (input, log, sha256) in logs {
            let isAlone = perFolder[input.files[0].folder] == 1 && log.runs.count == 1
            add(log, sha256, input, isAlone ? SettingsFile.facts(beside: input) : RunFacts())
        }
        guard !found.isEmpty || !problems.isEmpty || !leftOut.isEmpty else {
            if otherFiles == 1, let only { throw only }
            throw ScalebenchError(
                .notFound, "no known format of training log in \(Quantity.count(otherFiles, "file"))",
                at: paths.joined(separator: ", "),
                hint: "known: \(LogFormat.all.map(\.name).joined(separator: ", "))")
        }
        nameApart()
        if !options.wanted.isEmpty { found = try options.wanted.map { try pick($0, paths) } }
    }

    private mutating func add(_ log: TrainingLog, _ sha256: String?, _ input: LogInput, _ beside: RunFacts) {
        for run in log.runs {
            let name = run.name ?? input.name
            if let why = run.incomplete, !options.takesIncomplete {
                leftOut.append((name, why))
                continue
            }
            found.append(
                Found(
                    name: name, ownName: name, path: input.name, format: log.format, run: run,
                    sha256: sha256 ?? run.contentHash,
                    facts: run.facts.completed(by: beside)))
        }
    }

    /// Gives runs of one name different names.
    private mutating func nameApart() {
        let counts = Dictionary(grouping: found.indices, by: { found[$0].name }).filter { $0.value.count > 1 }
        for (name, indices) in counts {
            for index in indices {
                let suffix = found[index].run.identifier.map { String($0.prefix(8)) } ?? found[index].path
                if suffix != name { found[index].name = "\(name) (\(suffix))" }
            }
        }
    }

    private func pick(_ name: String, _ paths: [String]) throws -> Found {
        if let found = found.first(where: { $0.name == name }) { return found }
        let names = found.map(\.name)
        throw ScalebenchError(
            .notFound, "no run \"\(name)\" in \(paths.joined(separator: ", "))",
            hint: NearestName.hint(name, among: names, otherwise: "runs: \(names.prefix(12).joined(separator: ", "))"))
    }

    // MARK: - Labels

    /// Every run that can be taken, with its labels; what cannot is added to the problems.
    package mutating func labelled() -> [Labelled] {
        var result: [Labelled] = [], unlabelled: [String] = []
        for found in found {
            do {
                let facts = try self.facts(of: found)
                guard facts.candidate != nil else {
                    unlabelled.append(found.name)
                    continue
                }
                result.append(try imported(found, facts))
            } catch let error as ScalebenchError {
                problems.append(error)
            } catch {
                problems.append(ScalebenchError(.invalidInput, "\(error)", at: found.path))
            }
        }
        if !unlabelled.isEmpty { problems.append(Self.withoutCandidate(unlabelled)) }
        numberSeeds(&result)
        return withoutCopies(result)
    }

    /// What is known of a run: the options come first, then the table of labels, the name, and the source itself.
    package func facts(of found: Found) throws -> RunFacts {
        var facts = options.facts
        if let labels = options.labels { facts = facts.completed(by: try labels.facts(of: found.name)) }
        if let pattern = options.namePattern { facts = facts.completed(by: try pattern.facts(of: found.ownName)) }
        return facts.completed(by: found.facts)
    }

    private static func withoutCandidate(_ names: [String]) -> ScalebenchError {
        ScalebenchError(
            .invalidInput,
            names.count == 1
                ? "nothing says the candidate of this run"
                : "nothing says the candidate of \(names.count) runs: "
                    + names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : ""),
            at: names.count == 1 ? names[0] : nil,
            hint:
                "say whose runs these are: --candidate NAME, --name-pattern '{candidate}-{params}-s{seed}' where their "
                + "names say it, or --labels FILE (--write-labels FILE begins one)")
    }

    private func imported(_ found: Found, _ stated: RunFacts) throws -> Labelled {
        let series = try MetricChoice.choose(options.metric, in: found.run, file: found.path)
        var facts = stated
        let perStep = options.tokensPerStep.map(Double.init) ?? found.run.tokensPerStep
        if facts.tokens == nil, let perStep, let last = series.points.last, last.step > 0 {
            facts.tokens = .init(Double(last.step) * perStep, from: "the last step and the tokens of one step")
        }
        let counted = found.run.tokensByStep
        let points = try series.points.map { step, value in
            LossCurve.Point(
                step: step, tokens: try counted[step] ?? perStep.map { try tokens(step, $0, found.path) },
                loss: BelievableLoss.finite(value))
        }
        let run = ImportedRun(
            labels: ImportedRun.Labels(
                candidate: facts.candidate!.value, seed: facts.seed?.value ?? -1, parameters: facts.parameters?.value,
                tokens: facts.tokens?.value, flops: facts.flops?.value),
            source: .init(
                file: found.path.lastComponent, sha256: found.sha256, format: found.format.name, run: found.run.name,
                metric: series.metric),
            curve: LossCurve(unit: options.unit ?? MetricChoice.unit(of: series.metric), points: points),
            imported: Date.now.formatted(.iso8601))
        return Labelled(found: found, facts: facts, run: run)
    }

    private func tokens(_ step: Int, _ tokensPerStep: Double, _ file: String) throws -> Int {
        if let tokens = Int(exactly: (Double(step) * tokensPerStep).rounded()), tokens < 1 << 62 { return tokens }
        throw ScalebenchError(
            .invalidInput, "step \(step) times \(Quantity.short(tokensPerStep)) tokens per step is too large a number",
            at: file,
            hint:
                "give the tokens of one step with --tokens-per-step, and the column that counts steps with --step-column"
        )
    }

    // MARK: - Seeds and copies

    /// Runs without a seed are numbered within each candidate and scale, in their order.
    private func numberSeeds(_ runs: inout [Labelled]) {
        var taken: [String: Set<Int>] = [:]
        let group = { (run: Labelled) -> String in
            var labels = run.run.labels
            labels.seed = 0
            return "\(labels)"
        }
        if options.firstSeed != nil {
            for index in runs.indices { runs[index].facts.seed = nil }
        }
        for run in runs { run.facts.seed.map { _ = taken[group(run), default: []].insert($0.value) } }
        for index in runs.indices where runs[index].facts.seed == nil {
            let key = group(runs[index])
            var seed = options.firstSeed ?? 0
            while taken[key, default: []].contains(seed) { seed += 1 }
            taken[key, default: []].insert(seed)
            runs[index].run.labels.seed = seed
        }
    }

    /// Two logs with the same numbers are one run.
    private mutating func withoutCopies(_ runs: [Labelled]) -> [Labelled] {
        var names: [RunID: String] = [:]
        return runs.filter { run in
            guard let first = names[run.run.id] else {
                names[run.run.id] = run.found.name
                return true
            }
            leftOut.append((run.found.name, "its numbers are those of \(first)"))
            return false
        }
    }
}
