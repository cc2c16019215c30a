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
        if let command = dictionariesCommand { return command }
        let free = freeNumbers.map { header[$0] }, metrics = free.filter(MetricWords.isResult)
        if metrics.count > 1 {
            return "choose one, for example --metric '\(metrics[0])'; in compare, --metric all judges each"
        }
        if let better = metrics.first, MetricWords.direction(of: better) == .maximize {
            return "judge the error of \(better) with --metric '\(better)' --maximize"
        }
        if let command = meltCommand(free) { return command }
        let likely = metrics.first ?? free.first
        return (likely.map { "say which column holds them, for example --columns 'loss=\($0)'; " } ?? "")
            + "found: \(columnNames)"
    }

    /// The columns of numbers that are not known to be anything.
    private var freeNumbers: [Int] {
        header.indices.filter { !map.places.values.contains($0) && !header[$0].isEmpty && isNumeric($0) }
    }

    /// What unpacks the dictionaries of Python that cells hold, as in a table of what the W&B API returns; nil for others.
    private var dictionariesCommand: String? {
        guard let row = rows.first else { return nil }
        let packed = header.indices.filter { row.cells[$0].hasPrefix("{'") }.map { "'\(header[$0])'" }
        guard !packed.isEmpty else { return nil }
        let (name, table) = ForeignFormat.names(file)
        let frame =
            "pandas.concat([t.drop(columns=p)] + [pandas.json_normalize([ast.literal_eval(c) for c in t[k]]) for k in p], axis=1)"
        let read = "import ast; t = pandas.read_csv('\(name)', index_col=0); p = [\(packed.joined(separator: ", "))]; "
        return ForeignFormat.python(frame, table, read)
    }

    /// What turns a table with a column of losses for each candidate into one with a row for each run; nil for others.
    private func meltCommand(_ free: [String]) -> String? {
        let known = Set(map.places.values).sorted().map { header[$0] }
        guard !has(.candidate), free.count > 1, !known.isEmpty,
            (free + known).allSatisfy({ !$0.contains { "'\"\\$`".contains($0) } })
        else { return nil }
        let (name, table) = ForeignFormat.names(file)
        let keys = known.map { "'\($0)'" }.joined(separator: ", ")
        return "if each of \(free.prefix(4).joined(separator: ", ")) holds the losses of one candidate, "
            + ForeignFormat.python(
                "pandas.read_csv('\(name)').melt([\(keys)], var_name='candidate', value_name='loss')", table)
    }

    /// The hint for a table whose scales are not known.
    var scaleHint: String {
        let partly = [LossColumn.parameters, .tokens, .flops].first { has($0) && !isFull($0) }
        if let partly, let row = rowsWithout(partly).first {
            return "\(partly.optionName) is empty at \(place(row)); fill it in, or choose another --axis"
        }
        let likely = freeNumbers.first { place in
            rows.contains { (TableNumber($0.cells[place], takesSuffix: true)?.value ?? 0) >= Self.leastScale }
        }
        if let likely { return "say what counts the runs' size, for example --columns 'params=\(header[likely])'" }
        return "add a column params, tokens, flops or scale, or say which one it is: --columns params=COLUMN; found: "
            + columnNames
    }

    /// Smaller numbers are hardly parameters.
    private static let leastScale = 1e4

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
