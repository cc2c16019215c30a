// What a table was taken for, in the words of a result.

import Foundation
import ScalebenchCore

extension LossTable {
    /// How the table was read.
    package var input: InputResult {
        InputResult(
            format: layout.format.rawValue, delimiter: layout.delimiter.map(String.init),
            columns: Dictionary(
                uniqueKeysWithValues: map.places.filter { $0.key != .runName }.map {
                    ($0.key.optionName, header[$0.value])
                }),
            metric: judged.name, loss: judged.form.rawValue, note: note)
    }

    /// The findings that the reading of the table calls for.
    package var findings: [Finding] {
        let decimals = marks.foundCommas ? ", and --decimal point that commas stand between thousands" : ""
        let guess = note.map {
            Finding(
                "tableReading", .note, $0,
                advice: "where this is wrong, --columns says which column is which, such as loss=COLUMN\(decimals)")
        }
        return [guess, judged.finding, unfinished.finding].compactMap { $0 }
    }

    /// Everything that was found out, in one sentence; nil where nothing was.
    private var note: String? {
        let written = [format, decimals, share].compactMap { $0 }
        let columns = map.guessed.filter { $0 != .runName }.compactMap(column)
        let parts =
            (written.isEmpty ? [] : [written.joined(separator: ", ")]) + columns + [spelled, unused].compactMap { $0 }
        return parts.isEmpty ? nil : "The table is read as follows: " + parts.joined(separator: "; ")
    }

    private func column(_ column: LossColumn) -> String? {
        guard let place = map.places[column] else { return nil }
        let unit = map.units[column].map { ", in units of \(Quantity.short($0))" } ?? ""
        return "\(column.optionName) is \"\(header[place])\"\(unit)"
    }

    private var format: String? {
        let characters = layout.isUTF16 ? " in UTF-16" : ""
        switch layout.format {
        case .json: return "JSON" + characters
        case .jsonLines: return "JSON lines" + characters
        case .delimited:
            if layout.delimiter == "," { return layout.isUTF16 ? "UTF-16" : nil }
            let name = layout.delimiter == "\t" ? "tabs" : "\"\(layout.delimiter.map(String.init) ?? "")\""
            return "\(name) between cells" + characters
        }
    }

    private var decimals: String? { marks.foundCommas ? "decimal commas" : nil }

    private var share: String? {
        guard let place = map.places[.loss], let row = rows.first(where: { $0.cells[place].hasSuffix("%") }) else {
            return nil
        }
        return "\"\(row.cells[place])\" is a share of 1"
    }

    /// The first number that ends with a word, or has marks between its thousands.
    private var spelled: String? {
        for column in LossColumn.allCases where column.isNumber {
            guard let place = map.places[column] else { continue }
            let grouping = marks[place] == .point ? UInt8(ascii: ",") : UInt8(ascii: ".")
            guard let row = rows.first(where: { Self.isSpelled($0.cells[place], grouping) }),
                let number = TableNumber(row.cells[place], decimal: marks[place], takesSuffix: true),
                !number.isPercent
            else { continue }
            return "\"\(row.cells[place])\" is \(Quantity.short(number.value))"
        }
        return nil
    }

    private static func isSpelled(_ cell: String, _ grouping: UInt8) -> Bool {
        guard let last = cell.utf8.last, last != UInt8(ascii: " ") else { return false }
        return last >= UInt8(ascii: "A") || cell.utf8.contains { $0 == grouping || "' _".utf8.contains($0) }
    }

    /// A column that might have been meant as the loss: beside a training loss called loss there is often another one.
    private var unused: String? {
        guard let place = map.places[.loss], map.guessesOtherNames else { return nil }
        if map.guessed.contains(.loss) {
            let taken = Set(map.places.values)
            let others = header.indices.filter { !taken.contains($0) && MetricWords.isResult(header[$0]) }
            return others.first.map { "\"\(header[$0])\" is not judged (--metric)" }
        }
        guard header[place] == LossColumn.loss.rawValue else { return nil }
        let other = header.indices.first { $0 != place && LossColumn.loss.mayBeCalled(HeaderName(header[$0])) }
        return other.map { "loss is \"loss\", and \"\(header[$0])\" is not used (--columns 'loss=\(header[$0])')" }
    }
}
