// The cells of a table of losses as texts and numbers.

import Foundation
package import ScalebenchCore

extension LossTable {
    /// What libraries write for a count that is not known. A loss is never one of these: it may have diverged.
    private static let nothing: Set<String> = [
        "nan", "NaN", "NAN", "None", "null", "NULL", "N/A", "NA", "<NA>", "-", "#N/A",
    ]

    /// The text of a cell; nil where there is no such column.
    package func text(_ column: LossColumn, _ row: Row) -> String? {
        guard let place = map.places[column] else { return nil }
        let text = row.cells[place]
        return column.isCount && Self.nothing.contains(text) ? "" : text
    }

    /// The number of a cell; nil where there is no such column, or no number in its range.
    package func numberIfPositive(_ column: LossColumn, _ row: Row) -> Double? {
        text(column, row).flatMap { value($0, column) }.flatMap { Self.range(column).contains($0) ? $0 : nil }
    }

    /// The number that a text of a column stands for.
    private func value(_ text: String, _ column: LossColumn) -> Double? {
        guard let place = map.places[column],
            let number = TableNumber(text, decimal: marks[place], takesSuffix: column.isCount)
        else { return nil }
        if column == .loss { return judged.loss(number.value) }
        return number.hasSuffix ? number.value : number.value * map.units[column, default: 1]
    }

    /// What a cell of a column may hold.
    private static func range(_ column: LossColumn) -> ClosedRange<Double> {
        switch column {
        case .loss: BelievableLoss.range
        case .tokensPerSecond: 1e-6...1e15
        case .seconds: 1e-6...1e11
        case .devices: 1...1e7
        default: 1e-30...1e30
        }
    }

    /// The number of a cell, which must lie in the column's range.
    /// - Parameter name: the column's name in errors.
    /// - Throws: `invalidInput`, naming the line.
    package func number(_ column: LossColumn, _ row: Row, name: String? = nil) throws -> Double {
        let text = text(column, row) ?? "", range = Self.range(column)
        if let value = value(text, column), range.contains(value) { return value }
        let shown = text.trimmingCharacters(in: .whitespaces), name = self.name(of: column) ?? name ?? column.rawValue
        if column == .loss, judged.isMaximized, value(text, column) == 0 {
            throw ScalebenchError(
                .invalidInput, "\(name) \"\(shown)\" leaves no error, and a ratio to nothing does not exist",
                at: place(row), hint: "remove the row, or judge a metric that is not at its best value yet")
        }
        throw ScalebenchError(
            .invalidInput, shown.isEmpty ? "\(name) is empty" : "\(name) \"\(shown)\" is not a positive number",
            at: place(row),
            hint: "give every run a \(name) between \(range.lowerBound) and \(range.upperBound), or remove the row")
    }

    /// The file's own name of a column, where it is not one of the documented names.
    private func name(of column: LossColumn) -> String? {
        map.places[column].map { header[$0] }.flatMap { column.names.contains($0) ? nil : $0 }
    }

    /// The number of a cell that may be empty; nil where it is, and where there is no such column.
    /// - Throws: `invalidInput`, naming the line.
    package func numberIfGiven(_ column: LossColumn, _ row: Row) throws -> Double? {
        let text = (text(column, row) ?? "").trimmingCharacters(in: .whitespaces)
        return text.isEmpty ? nil : try number(column, row)
    }

    /// The number in a column of the file's own; nil where the cell is empty.
    /// - Throws: `invalidInput`, naming the line, where it is no number, or not a positive one where that is wanted.
    package func number(in column: String, _ row: Row, positive: Bool) throws -> Double? {
        let place = try ColumnMap.place(column, in: header, file: file)
        let text = row.cells[place].trimmingCharacters(in: .whitespaces)
        if text.isEmpty { return nil }
        let value = TableNumber(text, decimal: marks[place], takesSuffix: true)?.value
        guard let value, abs(value) <= 1e30, !positive || value >= 1e-30 else {
            throw ScalebenchError(
                .invalidInput, "\(column) \"\(text)\" is not a \(positive ? "positive " : "")number",
                at: self.place(row),
                hint: positive
                    ? "settings are compared by ratios; for differences write --setting \(column):linear" : nil)
        }
        return value
    }

    /// The axis that a row states; nil where it states none.
    /// - Throws: `invalidInput` for a word that is not an axis.
    package func statedAxis(_ row: Row) throws -> ScaleAxis? {
        guard let word = text(.axis, row), !word.isEmpty else { return nil }
        guard let axis = ScaleAxis(rawValue: word) else {
            throw ScalebenchError(
                .invalidInput, "unknown axis \"\(word)\"", at: place(row),
                hint: NearestName.hint(
                    word, among: ScaleAxis.allCases.map(\.rawValue), otherwise: "use parameters, tokens or flops"))
        }
        return axis
    }
}
