// Tables with a line per run, as trackers export them: the runs table of Weights & Biases, and `search_runs()` of MLflow. They
// hold the last values of each run beside its settings, but no curves.

import Foundation
import ScalebenchCore

/// Reads tables of runs.
enum RunsTableLog {
    /// One tracker's columns.
    private struct Layout {
        /// Columns that such a table has.
        let columns: [String]
        let name: String
        let identifier: String
        let state: String
        /// What the names of metrics begin with; every column with a number may be a metric where it is empty.
        let metricPrefix: String
    }

    private static let layouts = [
        Layout(columns: ["Name", "State"], name: "Name", identifier: "ID", state: "State", metricPrefix: ""),
        Layout(
            columns: ["run_id", "experiment_id", "status"], name: "tags.mlflow.runName", identifier: "run_id",
            state: "status", metricPrefix: "metrics."),
    ]

    static func begins(_ head: Data) -> Bool {
        let line = head.prefix { $0 != UInt8(ascii: "\n") } + Data("\n".utf8)
        guard line.contains(UInt8(ascii: ",")), let titles = try? DelimitedText(line, file: "") else { return false }
        return layout(titles.header) != nil
    }

    private static func layout(_ header: [String]) -> Layout? {
        layouts.first { Set(header).isSuperset(of: $0.columns) }
    }

    static func read(_ content: LogContent) throws -> [TrainingLog.Run] {
        let table = try DelimitedText(content.data, file: content.file)
        guard let layout = layout(table.header) else {
            throw ScalebenchError(
                .invalidInput, "not a table of runs", at: "\(content.file):1",
                hint: "it needs the columns Name and State, or run_id, experiment_id and status")
        }
        return table.rows.map { _, cells in
            run(
                Array(zip(table.header, cells)), layout,
                stepNames: content.stepColumn.map { [$0] } ?? TableLog.stepNames)
        }
    }

    private static func run(_ cells: [(title: String, cell: String)], _ layout: Layout, stepNames: [String])
        -> TrainingLog.Run
    {
        let cell = { (title: String) in cells.first { $0.title == title }.map(\.cell) ?? "" }
        var run = TrainingLog.Run()
        run.name = cell(layout.name).isEmpty ? cell(layout.identifier) : cell(layout.name)
        run.identifier = cell(layout.identifier).isEmpty ? nil : cell(layout.identifier)
        run.facts = RunFacts(cells.map { ($0.title, $0.cell) }, from: "the columns")
        let step = stepNames.lazy.compactMap { Double(cell($0)) }.compactMap { Int(exactly: $0) }.first { $0 >= 0 } ?? 0
        run.series = cells.compactMap { title, cell in
            guard title.hasPrefix(layout.metricPrefix), let value = TableLog.number(cell) else { return nil }
            return .init(metric: String(title.dropFirst(layout.metricPrefix.count)), points: [(step, value)])
        }
        let state = cell(layout.state)
        if !state.isEmpty, state.lowercased() != "finished" { run.incomplete = "its state is \(state)" }
        return run
    }
}
