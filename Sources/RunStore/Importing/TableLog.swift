// Logs as comma-separated tables: Weights & Biases chart exports (a column per run), and tables with a column per metric
// (`run.history().to_csv()` and whatever people write themselves).

import Foundation
import ScalebenchCore

/// Reads CSV logs.
enum TableLog {
    /// The suffixes that Weights & Biases gives to the columns of a bucket's minima and maxima.
    static let minimumSuffix = "__MIN"
    private static let maximumSuffix = "__MAX"

    /// Usual names of the column that counts steps, the likeliest first.
    static let stepNames = [
        "Step", "step", "_step", "global_step", "trainer/global_step", "train/global_step", "iteration", "iter",
        "training_step", "epoch",
    ]
    /// Columns that tell the runs of one file apart.
    private static let runNames = ["run", "run_id", "run_name"]

    /// Whether a file begins like a chart of Weights & Biases.
    static func beginsAsChart(_ data: Data) -> Bool {
        begins(data) && header(data).firstRange(of: Data(minimumSuffix.utf8)) != nil
    }

    /// Whether a file begins like a table.
    static func begins(_ data: Data) -> Bool { !JSONLog.begins(data) && header(data).contains(UInt8(ascii: ",")) }

    private static func header(_ data: Data) -> Data { data.prefix { $0 != UInt8(ascii: "\n") } }

    static func read(_ content: LogContent, isChart: Bool) throws -> [TrainingLog.Run] {
        // A text with a comma in its first line need not be a table at all.
        if let titles = try? DelimitedText(header(content.data), file: content.file) {
            _ = try stepIndex(titles.header, content.stepColumn, content.file)
        }
        let table = try DelimitedText(content.data, file: content.file)
        let step = try stepIndex(table.header, content.stepColumn, content.file)
        let steps = try table.rows.map {
            try self.step($0.cells[step], at: "\(content.file):\($0.line)", table.header[step])
        }
        return isChart ? chart(table, step, steps) : history(table, step, steps)
    }

    private static func stepIndex(_ header: [String], _ wanted: String?, _ file: String) throws -> Int {
        let names = wanted.map { [$0] } ?? stepNames
        if let index = names.lazy.compactMap({ header.firstIndex(of: $0) }).first { return index }
        throw TrainingLog.NoLog(
            error: ScalebenchError(
                .invalidInput, wanted.map { "no column \"\($0)\"" } ?? "no column of steps", at: "\(file):1",
                hint: "name it with --step-column; columns: \(header.prefix(12).joined(separator: ", "))"))
    }

    /// The step in a cell; nil where the cell is empty.
    private static func step(_ cell: String, at place: String, _ column: String) throws -> Int? {
        guard !cell.allSatisfy(\.isWhitespace) else { return nil }
        guard let step = number(cell).flatMap({ Int(exactly: $0) }), step >= 0 else {
            throw ScalebenchError(
                .invalidInput, "\(column) \"\(cell)\" is not a whole number", at: place,
                hint: "choose the column of steps with --step-column, or export the chart with steps on its x axis")
        }
        return step
    }

    /// One run per column; the columns of minima and maxima beside it are left out.
    private static func chart(_ table: DelimitedText, _ step: Int, _ steps: [Int?]) -> [TrainingLog.Run] {
        var runs: [TrainingLog.Run] = []
        for (column, title) in table.header.enumerated()
        where column != step && !title.hasSuffix(minimumSuffix) && !title.hasSuffix(maximumSuffix) {
            // The name of a run may contain " - "; the name of a metric hardly ever does.
            let cut = title.range(of: " - ", options: .backwards)
            let name = cut.map { String(title[..<$0.lowerBound]) } ?? title
            let metric = cut.map { String(title[$0.upperBound...]) } ?? title
            let series = TrainingLog.Series(metric: metric, points: points(table.rows.map(\.cells), column, steps))
            if let index = runs.firstIndex(where: { $0.name == name }) {
                runs[index].series.append(series)
            } else {
                runs.append(TrainingLog.Run(name: name, series: [series]))
            }
        }
        return runs
    }

    /// One series per column with numbers. Runs are told apart by a column of their names, else by columns that hold
    /// their candidates, sizes and seeds.
    private static func history(_ table: DelimitedText, _ step: Int, _ steps: [Int?]) -> [TrainingLog.Run] {
        let runColumn = runNames.lazy.compactMap { table.header.firstIndex(of: $0) }.first
        let labels = table.header.indices.filter { $0 != step && RunFacts.tellsRunsApart(table.header[$0]) }
        let telling = runColumn.map { [$0] } ?? labels
        let groups = Dictionary(grouping: table.rows.indices) { row in telling.map { table.rows[row].cells[$0] } }
        let keys = groups.keys.sorted { groups[$0]![0] < groups[$1]![0] }
        let columns = table.header.indices.filter { $0 != step && !telling.contains($0) }
        return keys.map { key in
            let rows = groups[key]!
            let cells = rows.map { table.rows[$0].cells }, ownSteps = rows.map { steps[$0] }
            var run = TrainingLog.Run(
                name: runColumn != nil || keys.count > 1 ? key.joined(separator: " ") : nil,
                series: columns.map { .init(metric: table.header[$0], points: points(cells, $0, ownSteps)) })
            // What is equal in all rows of a run is a setting of the run.
            let constant = table.header.indices.filter { column in
                column != step && column != runColumn && cells.allSatisfy { $0[column] == cells[0][column] }
            }
            run.facts = RunFacts(constant.map { (table.header[$0], cells[0][$0]) }, from: "the columns")
            return run
        }
    }

    /// The points of a column; cells without a number are left out.
    private static func points(_ rows: [[String]], _ column: Int, _ steps: [Int?]) -> [(step: Int, value: Double)] {
        zip(rows, steps).compactMap { cells, step in
            guard let step, let value = number(cells[column]) else { return nil }
            return (step, value)
        }
    }

    static func number(_ cell: String) -> Double? {
        // Weights & Biases writes "NaN" and "Infinity"; pandas writes nothing for what was not logged.
        if cell.isEmpty { return nil }
        if let value = Double(cell) { return value }
        // Trimming is slow and seldom needed.
        let text = cell.trimmingCharacters(in: .whitespaces)
        return Double(text) ?? (text == "Infinity" ? .infinity : nil)
    }
}
