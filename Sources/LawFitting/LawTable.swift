// Finished runs from a table, as the fit of a law in parameters, tokens or compute takes them.

package import Comparison
import Foundation
package import ScalebenchCore
import ScalingLaws

/// The observations to which a law is fitted.
package struct LawTable: Sendable {
    let file: String
    /// The scales of the law: one, or parameters and tokens.
    package let axes: [ScaleAxis]
    /// One row per run, one column per axis.
    package let scales: [[Double]]
    /// The final loss of each run.
    package let losses: [Double]
    /// The number of candidates in the rows.
    let candidates: Int
    /// How the table was read, and what the reading has to say.
    let input: InputResult
    let readingFindings: [Finding]

    /// Reads the runs of a table.
    /// - Parameters:
    ///   - wanted: the scales of the law; nil for parameters and tokens where both vary, else the one that does.
    ///   - reading: how the table is read: its columns, metric and numbers.
    ///   - filters: the filters of the rows; a row is kept if it satisfies all of them.
    /// - Throws: `invalidInput` for missing columns or values, for losses that cannot be compared, or for too few runs;
    ///   `notFound` where no row has a filter's value.
    package init(
        _ text: TableText, file: String, axes wanted: [ScaleAxis]?, filters: [TableFilter],
        reading: TableReading = TableReading()
    ) throws {
        let table = try LossTable(text, file: file, keeping: filters, reading: reading)
        try table.requireOneLadder()
        try table.require([.loss], hint: "columns needed: loss, and params, tokens, flops or scale")
        var columns: [ScaleAxis: LossColumn] = [:]
        for axis in ScaleAxis.allCases where table.has(LossColumn(axis)) { columns[axis] = LossColumn(axis) }
        if table.has(.scale) {
            // The column axis says what the column scale counts.
            let axis = try table.statedAxis(table.rows[0]) ?? wanted?.first ?? .parameters
            if columns[axis] == nil { columns[axis] = .scale }
        }
        let axes = try wanted ?? Self.varying(columns, table)
        let chosen = try axes.map { axis in
            guard let column = columns[axis] else {
                throw ScalebenchError(
                    .invalidInput, "no column gives the \(axis.rawValue)", at: "\(file):1",
                    hint: "columns: \(table.columnNames)")
            }
            return column
        }
        self.axes = axes
        scales = try table.rows.map { row in
            try zip(axes, chosen).map { try table.number($1, row, name: $0.rawValue) }
        }
        losses = try table.rows.map { try table.number(.loss, $0) }
        candidates = table.has(.candidate) ? Set(table.rows.map { table.text(.candidate, $0) }).count : 1
        self.file = file
        input = table.input
        readingFindings = table.findings
        try checkItCanBeFitted()
    }

    /// Parameters and tokens where both vary, else the first scale that varies.
    private static func varying(_ columns: [ScaleAxis: LossColumn], _ table: LossTable) throws -> [ScaleAxis] {
        func isUsable(_ axis: ScaleAxis) -> Bool {
            guard let column = columns[axis], table.isFull(column) else { return false }
            return Set(table.rows.map { table.text(column, $0) }).count > 1
        }
        if isUsable(.parameters), isUsable(.tokens) { return [.parameters, .tokens] }
        if let one = ScaleAxis.allCases.first(where: isUsable) { return [one] }
        throw ScalebenchError(
            .invalidInput, "no scale varies over the rows", at: table.file,
            hint: "give columns params, tokens, flops or scale; the header has \(columns.count) of them")
    }

    private func checkItCanBeFitted() throws {
        let parameters = 1 + 2 * axes.count
        guard losses.count > parameters else {
            throw ScalebenchError(
                .invalidInput,
                "\(losses.count) runs cannot determine the \(parameters) parameters of a law in \(names)", at: file,
                hint: axes.count > 1 ? "add runs, or fit one scale with --over" : "add runs")
        }
        for (k, axis) in axes.enumerated() {
            let values = Set(scales.map { $0[k] })
            guard values.count >= 3 else {
                throw ScalebenchError(
                    .invalidInput, "\(axis.rawValue) take \(Quantity.count(values.count, "value")) only",
                    at: file, hint: "a power law with a floor needs three; choose another --over")
            }
        }
        guard axes.count == 2 else { return }
        // Where tokens are in a fixed ratio to parameters, the two powers cannot be told apart.
        let logs = scales.map { [log($0[0]), log($0[1])] }
        let means = [logs.map { $0[0] }.mean, logs.map { $0[1] }.mean]
        let products = logs.map { ($0[0] - means[0]) * ($0[1] - means[1]) }.mean
        let squares = [0, 1].map { k in logs.map { ($0[k] - means[k]) * ($0[k] - means[k]) }.mean }
        let correlation = products / (squares[0] * squares[1]).squareRoot()
        guard abs(correlation) < 0.9999 else {
            throw ScalebenchError(
                .invalidInput, "parameters and tokens rise together in every run: their powers cannot be told apart",
                at: file, hint: "add runs at other ratios, or fit one scale with --over parameters")
        }
    }

    /// The law's scales in words, such as "parameters and tokens".
    var names: String { axes.map(\.rawValue).joined(separator: " and ") }
}
