// MLflow's runs: its folders `mlruns/<experiment>/<run>` and its database `mlflow.db`. Both hold the same: metrics over
// steps, parameters, tags and the state of a run. A run is called `<experiment>/<name>`.

import Foundation
import ScalebenchCore

/// A run's folder: `meta.yaml`, `metrics/<key>` with lines `<unix ms> <value> <step>`, `params/<key>` and `tags/<key>`.
enum MLflowFolder {
    /// A run's folder has the run's name for itself in its meta.yaml; folders of experiments and models have one too.
    static func gather(_ files: inout [String], _ format: LogFormat) -> [LogInput] {
        var runs: [String: [String]] = [:], ofExperiments: Set<String> = []
        for meta in files where meta.lastComponent == "meta.yaml" {
            guard let settings = SettingsFile.settings(of: meta) else { continue }
            let keys = Set(settings.map(\.key))
            if keys.contains("run_id") || keys.contains("run_uuid") {
                runs[meta.folder] = []
            } else if keys.contains("experiment_id") {
                ofExperiments.insert(meta)
            }
        }
        guard !runs.isEmpty else { return [] }
        files.removeAll { file in
            var folder = file.folder
            while runs[folder] == nil, folder != folder.folder { folder = folder.folder }
            runs[folder]?.append(file)
            return runs[folder] != nil || ofExperiments.contains(file)
        }
        return runs.map { LogInput(path: $0.key, files: $0.value, format: format, wasFound: true) }
    }

    static func read(_ content: LogContent) throws -> TrainingLog.Run {
        let folder = content.file == "." ? "" : content.file + "/"
        let meta = setting("\(folder)meta.yaml")
        var run = TrainingLog.Run(), recorded: [(key: String, value: String)] = [], tags = recorded
        for file in content.files {
            let path = file.dropFirst(folder.count)
            if path.hasPrefix("metrics/") {
                run.series.append(
                    .init(metric: String(path.dropFirst("metrics/".count)), points: try points(file)))
            } else if path.hasPrefix("params/") || path.hasPrefix("tags/") {
                let key = path.drop { $0 != "/" }.dropFirst()
                guard let data = try InputFile.open(file).read(upToCount: 1 << 16) else { continue }
                let entry = (String(key), String(decoding: data, as: UTF8.self))
                if path.hasPrefix("params/") { recorded.append(entry) } else { tags.append(entry) }
            }
        }
        let experiment = setting("\(content.file == "." ? ".." : content.file.folder)/meta.yaml")["name"]
        let name = meta["run_name"] ?? tags.first { $0.key == "mlflow.runName" }?.value
        let identifier = meta["run_id"] ?? meta["run_uuid"] ?? content.file.lastComponent
        run.name = [experiment, name ?? identifier].compactMap { $0 }.joined(separator: "/")
        run.identifier = identifier
        run.facts = MLflowRun.facts(recorded, tags)
        let states = ["1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"]
        run.incomplete = MLflowRun.incomplete(
            state: meta["status"].map { states[$0] ?? $0 }, stage: meta["lifecycle_stage"], run)
        return run
    }

    private static func setting(_ file: String) -> [String: String] {
        Dictionary((SettingsFile.settings(of: file) ?? []).map { ($0.key, $0.value) }) { first, _ in first }
    }

    /// A line of a writer that was killed has two fields or none; one of old versions has no step.
    private static func points(_ file: String) throws -> [(step: Int, value: Double)] {
        let text = String(decoding: try InputFile.read(file), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 2, let value = Double(fields[1]) else { return nil }
            let step = fields.count > 2 ? Int(fields[2]) : 0
            return step.flatMap { $0 >= 0 ? ($0, value) : nil }
        }
    }
}

/// The tables of `mlflow.db`: `runs`, `metrics`, `params`, `tags` and `experiments`.
enum MLflowDatabase {
    static func read(_ content: LogContent) throws -> [TrainingLog.Run] {
        let database = try SQLiteFile(content.files[0])
        let tables = try database.tables()
        guard tables.isSuperset(of: ["runs", "metrics", "params", "tags", "experiments"]) else {
            throw TrainingLog.NoLog(
                error: ScalebenchError(
                    .invalidInput, "not a database of MLflow", at: content.file,
                    hint: "its tables: \(tables.sorted().prefix(12).joined(separator: ", "))"))
        }
        var series: [String: [String: [(step: Int, value: Double)]]] = [:]
        // MLflow measures the machine, too. It keeps NaN apart, and infinity as the largest number.
        try database.rows(
            "SELECT run_uuid, key, step, value, is_nan FROM metrics WHERE key NOT LIKE 'system/%' ORDER BY timestamp"
        ) { row in
            guard let run = row.text(0), let key = row.text(1), let step = row.integer(2), step >= 0,
                let value = row.number(3)
            else { return }
            let isInfinite = abs(value) >= 1.79e308
            series[run, default: [:]][key, default: []].append(
                (step, row.integer(4) == 1 ? .nan : isInfinite ? .infinity : value))
        }
        let params = try settings(database, "params"), tags = try settings(database, "tags")
        var runs: [TrainingLog.Run] = []
        try database.rows(
            """
            SELECT run_uuid, runs.name, status, runs.lifecycle_stage, experiments.name FROM runs
            LEFT JOIN experiments ON runs.experiment_id = experiments.experiment_id ORDER BY start_time, run_uuid
            """
        ) { row in
            guard let id = row.text(0) else { return }
            var run = TrainingLog.Run(name: [row.text(4), row.text(1) ?? id].compactMap { $0 }.joined(separator: "/"))
            run.identifier = id
            run.series = (series[id] ?? [:]).sorted { $0.key < $1.key }.map { .init(metric: $0.key, points: $0.value) }
            run.facts = MLflowRun.facts(params[id] ?? [], tags[id] ?? [])
            run.incomplete = MLflowRun.incomplete(state: row.text(2), stage: row.text(3), run)
            runs.append(run)
        }
        return runs
    }

    private static func settings(
        _ database: SQLiteFile, _ table: String
    ) throws -> [String: [(key: String, value: String)]] {
        var result: [String: [(key: String, value: String)]] = [:]
        try database.rows("SELECT run_uuid, key, value FROM \(table) ORDER BY key") { row in
            guard let run = row.text(0), let key = row.text(1), let value = row.text(2) else { return }
            result[run, default: []].append((key, value))
        }
        return result
    }
}

/// What both stores say of a run.
private enum MLflowRun {
    static func facts(_ params: [(key: String, value: String)], _ tags: [(key: String, value: String)]) -> RunFacts {
        RunFacts(params, from: "MLflow's params").completed(
            by: RunFacts(tags.filter { !$0.key.hasPrefix("mlflow.") }, from: "MLflow's tags"))
    }

    static func incomplete(state: String?, stage: String?, _ run: TrainingLog.Run) -> String? {
        if stage == "deleted" { return "it is deleted in MLflow" }
        if let state, state != "FINISHED" { return "MLflow calls it \(state)" }
        return run.series.isEmpty ? "it has no metrics" : nil
    }
}
