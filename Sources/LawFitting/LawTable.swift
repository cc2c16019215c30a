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
        let rows = try text.rows(keeping: filters, file: file)
        try text.requireOneLadder(rows, file: file)
        let column = { (names: [String]) in names.compactMap { text.header.firstIndex(of: $0) }.first }
        guard let loss = column(["loss"]) else {
            throw ScalebenchError(
                .invalidInput, "no column loss", at: "\(file):1",
                hint: "columns needed: loss, and params, tokens, flops or scale")
        }
        var columns = Self.columns(text.header)
        if let scale = column(["scale"]) {
            // A ladder's one scale, named by its axis column.
            let stated = column(["axis"]).flatMap { ScaleAxis(rawValue: rows[0].cells[$0]) }
            let axis = stated ?? wanted?.first ?? .parameters
            if columns[axis] == nil { columns[axis] = scale }
        }
        axes = try wanted ?? Self.varying(columns, rows.map(\.cells), file)
        let chosen = try axes.map { axis in
            guard let index = columns[axis] else {
                throw ScalebenchError(
                    .invalidInput, "no column gives the \(axis.rawValue)", at: "\(file):1",
                    hint: "columns: \(text.header.joined(separator: ", "))")
            }
            return index
        }
        let names = axes
        scales = try rows.map { line, cells in
            try zip(names, chosen).map {
                try DelimitedText.positiveNumber(cells[$1], $0.rawValue, at: "\(file):\(line)")
            }
        }
        losses = try rows.map { try DelimitedText.positiveNumber($0.cells[loss], "loss", at: "\(file):\($0.line)") }
        candidates = column(["candidate", "config"]).map { index in Set(rows.map { $0.cells[index] }).count } ?? 1
        self.file = file
        try checkItCanBeFitted()
    }

    private static func columns(_ header: [String]) -> [ScaleAxis: Int] {
        let names: [ScaleAxis: [String]] = [
            .parameters: ["params", "parameters"], .tokens: ["tokens"], .flops: ["flops"],
        ]
        return names.compactMapValues { $0.compactMap { header.firstIndex(of: $0) }.first }
    }

    /// Parameters and tokens where both vary on their own, else the one scale that does.
    private static func varying(_ columns: [ScaleAxis: Int], _ rows: [[String]], _ file: String) throws -> [ScaleAxis] {
        func isUsable(_ axis: ScaleAxis) -> Bool {
            guard let index = columns[axis] else { return false }
            return rows.allSatisfy { !$0[index].isEmpty } && Set(rows.map { $0[index] }).count > 1
        }
        if isUsable(.parameters), isUsable(.tokens) { return [.parameters, .tokens] }
        if let one = [ScaleAxis.parameters, .tokens, .flops].first(where: isUsable) { return [one] }
        throw ScalebenchError(
            .invalidInput, "no scale varies over the rows", at: file,
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
