// Turns the rows of a table of results into runs: chooses the axis and the columns of scale, parameters and tokens.

import Foundation
import ScalebenchCore

/// Reads the runs of one ladder from a table.
struct RunTableReader {
    let axis: ScaleAxis
    /// The hint for duplicate rows: it says how to tell them apart.
    let telling: String
    /// Whether rows that nothing tells apart are repeats of one run: there are no seeds, and no other column says that
    /// such rows are models of different sizes.
    let numbersRepeats: Bool
    private let table: LossTable
    private let settings: [RunTable.Query.Setting]
    /// The column of the scale; nil where the scale is FLOPs, computed as 6 · parameters · tokens.
    private let scale: LossColumn?
    private let hasParameters: Bool
    private let hasTokens: Bool
    private let time: RowTime

    /// - Parameter wanted: the requested axis; nil for the one that the table states, or that every row has.
    /// - Throws: `invalidInput` for missing columns, or tokens that only some rows have.
    init(_ table: LossTable, _ wanted: ScaleAxis?, settings: [RunTable.Query.Setting] = []) throws {
        self.table = table
        self.settings = settings
        guard table.has(.loss) else {
            throw ScalebenchError(
                .invalidInput, "no column holds the losses", at: "\(table.file):1", hint: table.lossHint)
        }
        guard table.has(.candidate) else {
            throw ScalebenchError(
                .invalidInput, "no column names the candidates", at: "\(table.file):1", hint: table.candidateHint)
        }
        (axis, scale) = try Self.axis(of: table, wanted)
        let others =
            table.has(.step)
            ? "the file has a column \"step\": keep the last row of every run"
            : "remove one, number the seeds, or narrow the file with --where"
        let mayDiffer = axis != .flops && table.isFull(.parameters) && table.isFull(.tokens)
        numbersRepeats = !table.has(.seed) && !mayDiffer
        telling =
            mayDiffer
            ? "if they differ in parameters or tokens, judge them over FLOPs (--axis flops); else \(others)" : others
        // On an axis of FLOPs, tokens tell runs of equal cost apart. They are not used on the other axes.
        let without = table.rowsWithout(.tokens)
        time = try RowTime(table)
        hasTokens = axis == .flops && without.count < table.rows.count
        hasParameters = (hasTokens || axis == .tokens) && table.isFull(.parameters)
        if hasTokens, let first = without.first {
            throw ScalebenchError(
                .invalidInput, "tokens is empty here and given in other rows", at: table.place(first),
                hint: "give the training tokens of every run, or remove the column")
        }
    }

    /// The axis and the column of the scale; the column is nil where the scale is computed.
    private static func axis(of table: LossTable, _ wanted: ScaleAxis?) throws -> (ScaleAxis, LossColumn?) {
        if table.has(.scale) {
            let stated = try table.rows.first.flatMap { try table.statedAxis($0) }
            return (wanted ?? stated ?? .parameters, .scale)
        }
        let axes = wanted.map { [$0] } ?? [.flops, .parameters, .tokens]
        if let axis = axes.first(where: { table.isFull(LossColumn($0)) }) { return (axis, LossColumn(axis)) }
        guard wanted == .flops, table.isFull(.parameters), table.isFull(.tokens) else {
            throw ScalebenchError(
                .invalidInput,
                "no column gives the scale of every run" + (wanted.map { " in \($0.rawValue)" } ?? ""),
                at: "\(table.file):1", hint: table.scaleHint)
        }
        return (.flops, nil)
    }

    private func settings(_ row: LossTable.Row) throws -> [Double]? {
        let values = try settings.map { try table.number(in: $0.column, row, positive: !$0.isLinear) }
        let known = values.compactMap { $0 }
        return known.isEmpty || known.count < values.count ? nil : known
    }

    func row(_ row: LossTable.Row) throws -> RunTable.Row {
        let name = (table.text(.candidate, row) ?? "").trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else {
            throw ScalebenchError(.invalidInput, "candidate is empty", at: table.place(row))
        }
        let parameters = hasParameters ? try table.number(.parameters, row) : nil
        let tokens = hasTokens ? try table.number(.tokens, row) : nil
        let scale = try scale.map { try table.number($0, row, name: "scale") } ?? 6 * (parameters ?? 1) * (tokens ?? 1)
        return RunTable.Row(
            line: row.line, seed: table.text(.seed, row) ?? "",
            place: RungGrouping.Place(candidate: name, scale: scale, tokens: tokens), parameters: parameters,
            loss: try table.number(.loss, row), settings: try settings(row),
            time: try time.time(row))
    }
}
