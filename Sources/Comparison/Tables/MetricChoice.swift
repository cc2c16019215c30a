// Which metric of a table is judged. A long table has a column that names the metric of each row, a wide one has a column
// for each metric.

import Foundation
import ScalebenchCore

/// The columns of a table for one of its metrics.
struct MetricChoice: Sendable {
    let map: ColumnMap
    /// The metric that the user names; nil where the table has only one.
    let metric: String?
    /// The value of the column of metrics that rows must have.
    private let value: String?

    init(_ text: TableText, _ reading: TableReading, file: String) throws {
        metric = reading.metric
        guard let metric else {
            map = try ColumnMap(text, reading, file: file)
            value = nil
            return
        }
        let others = try Self.withoutLoss(text, reading, file: file)
        let values = Self.values(text, others)
        if let value = values.first(where: { $0 == metric })
            ?? values.first(where: { $0.lowercased() == metric.lowercased() })
        {
            map = try ColumnMap(text, reading, file: file)
            self.value = value
            return
        }
        guard let place = try? ColumnMap.place(metric, in: text.header, file: file) else {
            let known = values.isEmpty ? Self.wide(text, others) : values
            throw ScalebenchError(
                .notFound, "no metric \"\(metric)\"", at: file,
                hint: NearestName.hint(
                    metric, among: known,
                    otherwise: known.isEmpty
                        ? "columns: \(text.header.joined(separator: ", "))"
                        : "metrics: \(known.prefix(12).joined(separator: ", "))"))
        }
        var map = others
        map.setLoss(place)
        self.map = map
        value = nil
    }

    /// The rows of the metric.
    func rows(_ rows: [(line: Int, cells: [String])]) -> [(line: Int, cells: [String])] {
        guard let value, let place = map.places[.metric] else { return rows }
        return rows.filter { $0.cells[place] == value }
    }

    /// All metrics of a table, in its order.
    /// - Throws: `invalidInput` where there is none.
    static func all(_ text: TableText, _ reading: TableReading, file: String) throws -> [String] {
        let others = try withoutLoss(text, reading, file: file)
        let values = values(text, others)
        let names = values.isEmpty ? wide(text, others) : values
        guard names.isEmpty else { return names }
        throw ScalebenchError(
            .invalidInput, "no column is known to be a metric", at: "\(file):1",
            hint: "name the columns: --metric first,second; columns: \(text.header.joined(separator: ", "))")
    }

    private static func withoutLoss(_ text: TableText, _ reading: TableReading, file: String) throws -> ColumnMap {
        var reading = reading
        reading.columns.removeAll { LossColumn.called($0.role) == .loss }
        reading.columns.append((role: "loss", name: "-"))
        return try ColumnMap(text, reading, file: file)
    }

    private static func values(_ text: TableText, _ map: ColumnMap) -> [String] {
        guard let place = map.places[.metric] else { return [] }
        var known: Set<String> = []
        return text.rows.map { $0.cells[place] }.filter { !$0.isEmpty && known.insert($0).inserted }
    }

    private static func wide(_ text: TableText, _ map: ColumnMap) -> [String] {
        let taken = Set(map.places.values)
        return text.header.indices.filter { place in
            !taken.contains(place) && MetricWords.isResult(text.header[place])
                && text.rows.contains { $0.cells[place].contains(where: \.isNumber) }
        }.map { text.header[$0] }
    }
}
