// What to type where a table lacks a column that is needed, or has it under a name that nobody knows.

import Foundation
import ScalebenchCore

extension LossTable {
    /// The hint for a table without candidates: the columns that might name them, or what the names of runs hold.
    var candidateHint: String {
        let texts = header.indices.filter(mayNameCandidates).map { header[$0] }
        if let first = texts.first {
            return "say which column names the candidates, for example --columns 'candidate=\(first)'"
                + (texts.count > 1 ? " (or \(texts.dropFirst().prefix(5).joined(separator: ", ")))" : "")
        }
        guard let place = map.places[.runName], let example = rows.first?.cells[place] else {
            return "name them with --columns candidate=COLUMN; found: \(columnNames)"
        }
        let name = header[place]
        guard let separator = "-_/ ".first(where: { example.contains($0) }) else {
            return "\"\(name)\" names runs, such as \(example): add a column candidate"
        }
        return
            "\"\(name)\" names runs, such as \(example). If their first part names the candidate: python3 -c \"import pandas; "
            + "t = pandas.read_csv('\(ForeignFormat.names(file).file)'); t['candidate'] = t['\(name)'].str.split('\(separator)').str[0]; "
            + "t.to_csv('\(ForeignFormat.names(file).table)', index=False)\""
    }

    /// The hint for a table without losses.
    var lossHint: String {
        let free = header.indices.filter { !map.places.values.contains($0) && isNumeric($0) }.map { header[$0] }
        let metrics = free.filter(MetricWords.isResult)
        if metrics.count > 1 {
            return "choose one, for example --metric '\(metrics[0])'; in compare, --metric all judges each"
        }
        let likely = free.first { MetricWords.direction(of: $0) != nil } ?? free.first
        return (likely.map { "say which column holds them, for example --columns 'loss=\($0)'; " } ?? "")
            + "found: \(columnNames)"
    }

    /// The hint for a table whose scales are not known.
    var scaleHint: String {
        let partly = [LossColumn.parameters, .tokens, .flops].first { has($0) && !isFull($0) }
        if let partly, let row = rowsWithout(partly).first {
            return "\(partly.optionName) is empty at \(place(row)); fill it in, or choose another --axis"
        }
        return "add a column params, tokens, flops or scale, or say which one it is: --columns params=COLUMN; found: "
            + columnNames
    }

    /// Whether a column holds numbers in every row that has a cell.
    private func isNumeric(_ place: Int) -> Bool {
        rows.contains { !$0.cells[place].isEmpty }
            && rows.allSatisfy { $0.cells[place].isEmpty || TableNumber($0.cells[place], takesSuffix: true) != nil }
    }

    /// Whether a column without a known meaning holds a few different words again and again.
    private func mayNameCandidates(_ place: Int) -> Bool {
        guard !map.places.values.contains(place), !header[place].isEmpty else { return false }
        let values = Set(rows.map { $0.cells[place] })
        let areWords = values.allSatisfy { $0.contains(where: \.isLetter) && TableNumber($0, takesSuffix: true) == nil }
        return values.count > 1 && values.count <= max(2, rows.count / 2) && areWords
    }
}
