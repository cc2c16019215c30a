// Finished runs from a table, as a law in parameters, tokens or compute takes them.

package import Comparison
import Foundation
package import ScalebenchCore
import ScalingLaws

/// Observations for a law.
package struct LawTable: Sendable {
    let file: String
    /// The scales of the law: one, or parameters and tokens.
    package let axes: [ScaleAxis]
    package let scales: [[Double]]
    package let losses: [Double]
    /// How many candidates the rows hold.
    let candidates: Int

    /// - Parameters:
    ///   - wanted: the scales of the law; nil: parameters and tokens where both vary, else the one that does.
    ///   - filters: rows to keep.
    /// - Throws: `invalidInput` for missing columns or values, or losses that do not compare.
    package init(_ text: DelimitedText, file: String, axes wanted: [ScaleAxis]?, filters: [TableFilter]) throws {
        let table = try LossTable(text, file: file, keeping: filters)
        try table.requireOneLadder()
        try table.require([.loss], hint: "columns needed: loss, and params, tokens, flops or scale")
        var columns: [ScaleAxis: LossColumn] = [:]
        for axis in ScaleAxis.allCases where table.has(LossColumn(axis)) { columns[axis] = LossColumn(axis) }
        if table.has(.scale) {
            // A ladder's one scale, named by its axis column.
            let axis = table.statedAxis(table.rows[0]) ?? wanted?.first ?? .parameters
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
        try checkItCanBeFitted()
    }

    /// Parameters and tokens where both vary on their own, else the one scale that does.
    private static func varying(_ columns: [ScaleAxis: LossColumn], _ table: LossTable) throws -> [ScaleAxis] {
        func isUsable(_ axis: ScaleAxis) -> Bool {
            guard let column = columns[axis], table.isFull(column) else { return false }
            return Set(table.rows.map { table.text(column, $0) }).count > 1
        }
        if isUsable(.parameters), isUsable(.tokens) { return [.parameters, .tokens] }
        if let one = ScaleAxis.allCases.first(where: isUsable) { return [one] }
        throw ScalebenchError(
            .invalidInput, "no scale varies over the rows", at: table.file,
            hint: "columns params, tokens, flops or scale; found the header of \(columns.count) of them")
    }

    private func checkItCanBeFitted() throws {
        let parameters = 1 + 2 * axes.count
        guard losses.count > parameters else {
            throw ScalebenchError(
                .invalidInput,
                "\(losses.count) runs cannot hold the \(parameters) parameters of a law in \(names)", at: file,
                hint: axes.count > 1 ? "add runs, or fit one scale with --over" : "add runs")
        }
        for (k, axis) in axes.enumerated() {
            let values = Set(scales.map { $0[k] })
            guard values.count >= 3 else {
                throw ScalebenchError(
                    .invalidInput, "\(axis.rawValue) take \(Quantity.count(values.count, "value")) only",
                    at: file, hint: "a power with a floor needs three; choose another --over")
            }
        }
        guard axes.count == 2 else { return }
        // Tokens in a fixed ratio to parameters: the two powers cannot be told apart.
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

    /// "parameters and tokens".
    var names: String { axes.map(\.rawValue).joined(separator: " and ") }
}
