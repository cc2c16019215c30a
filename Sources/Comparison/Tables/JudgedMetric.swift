// What the losses of a table are made of. A verdict is about ln loss, of which less is better. A metric of which more is
// better becomes its error, 1 − value: both are shares of the same examples, the error falls towards a floor as losses do,
// and the gap keeps its sign, because loss of B − loss of A = value of A − value of B. Metrics that are no shares have no
// such error, and are refused.

import Foundation
import ScalebenchCore

/// The metric that is judged.
struct JudgedMetric: Sendable, Equatable {
    /// The value of the column metric, else the name of the column of losses.
    private(set) var name = "loss"
    private(set) var form = Form.value

    enum Form: String, Sendable {
        case value
        case error = "1 - value"
        case percentError = "1 - value / 100"
    }

    /// A table of losses.
    init() {}

    /// - Throws: `invalidInput` where more of the metric is better and nobody said so, or its values are no shares.
    init(
        _ choice: MetricChoice, _ rows: [LossTable.Row], _ marks: DecimalMarks, _ reading: TableReading, file: String
    ) throws {
        guard let place = choice.map.places[.loss] else { return }
        let column = choice.map.header[place]
        let values = choice.map.places[.metric].map { place in Set(rows.map { $0.cells[place] }) } ?? []
        // Rows of several metrics are refused for that, whatever these are.
        guard choice.metric != nil || values.count < 2 else { return }
        name = choice.metric ?? values.first ?? column
        switch reading.direction {
        case nil:
            guard let reason = Self.reasonToMaximize(name, column, choice.map, rows, marks) else { return }
            throw ScalebenchError(
                .invalidInput, "of \"\(name)\" more seems to be better\(reason), and verdicts are about losses",
                at: file,
                hint: "--maximize judges its error, 1 − \(name); if less is better, say --minimize")
        case .maximize where MetricWords.direction(of: name) == .minimize && name != LossColumn.loss.rawValue:
            throw ScalebenchError(
                .invalidInput, "of \"\(name)\" less is better", at: file, hint: "leave out --maximize")
        case .maximize:
            let numbers = rows.compactMap { TableNumber($0.cells[place], decimal: marks[place])?.value }
            form = try Self.error(of: numbers, name, file: file)
        default: break
        }
    }

    /// Why more of a metric seems to be better: its name, or that it rises with scale in every candidate. Nil where it
    /// does not seem so.
    private static func reasonToMaximize(
        _ name: String, _ column: String, _ map: ColumnMap, _ rows: [LossTable.Row], _ marks: DecimalMarks
    ) -> String? {
        if let known = MetricWords.direction(of: name) { return known == .maximize ? "" : nil }
        let ofColumn = MetricWords.direction(of: column)
        if ofColumn == .maximize || ofColumn == nil && MetricWords.isBenchmark(name) { return "" }
        return RisingMetric.rises(map, rows, marks) ? ", because it rises with scale" : nil
    }

    private static func error(of values: [Double], _ name: String, file: String) throws -> Form {
        let least = values.min() ?? 0, most = values.max() ?? 0
        guard least >= 0, most <= 100 else {
            throw ScalebenchError(
                .invalidInput,
                "\(name) goes from \(Quantity.significant(least)) to \(Quantity.significant(most)), so it is no share",
                at: file,
                hint: "--maximize takes shares from 0 to 1, or percentages; for others add a column with what is "
                    + "missing to the best possible value, and judge that: --columns loss=COLUMN")
        }
        return most > 1 ? .percentError : .error
    }

    var isMaximized: Bool { form != .value }

    /// The loss that a cell's number stands for.
    func loss(_ value: Double) -> Double {
        switch form {
        case .value: value
        case .error: 1 - value
        case .percentError: 1 - value / 100
        }
    }

    /// Says what was judged where it is not the value itself.
    var finding: Finding? {
        guard isMaximized else { return nil }
        let error = form == .error ? "1 − \(name)" : "1 − \(name)/100"
        return Finding(
            "maximizedMetric", .note, "more of \(name) is better, so its error is judged: losses are \(error)",
            advice: "read a gap of +0.01 as one percentage point of \(name) that A has more than B")
    }
}
