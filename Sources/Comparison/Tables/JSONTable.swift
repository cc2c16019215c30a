// Tables in JSON: one object per row, in a list or line by line, or one document in another layout of pandas. The objects
// are found by their brackets and decoded a few at a time, so that a long list never becomes one large value.

import Foundation
import ScalebenchCore

/// Reads tables of JSON.
enum JSONTable {
    typealias Table = (header: [String], rows: [(line: Int, cells: [String])])

    /// Bytes of one object, and of a document that is a single one. Its value takes some thirty times as much memory.
    private static let longestRecord = 1 << 20, longestDocument = 32 << 20
    /// Objects that are decoded together.
    private static let batch = 500

    /// Whether a text begins like an object or a list.
    static func begins(_ data: Data) -> Bool {
        let start = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
        return start.first { !" \t\r\n".utf8.contains($0) }.map { "{[".utf8.contains($0) } ?? false
    }

    static func read(_ data: Data, file: String) throws -> (Table, TableText.Layout) {
        let records = try JSONRecords(data, file: file)
        let layout = TableText.Layout(format: records.isList ? .json : .jsonLines)
        guard records.places.count == 1, let only = records.places.first else {
            return (try table(of: records, file: file), layout)
        }
        guard only.bytes.count <= longestDocument else {
            throw ScalebenchError(
                .invalidInput, "one JSON object of more than \(longestDocument >> 20) MiB", at: file,
                hint: "write one object per run: DataFrame.to_json(FILE, orient=\"records\")")
        }
        let value = try decode(records.data[only.bytes], at: file)
        let rows = try JSONLayout.records(of: value, file: file)
        var grid = Grid(file: file)
        for (index, row) in rows.enumerated() { try grid.add(row, line: index + 1) }
        return (grid.table, TableText.Layout(format: .json))
    }

    private static func table(of records: JSONRecords, file: String) throws -> Table {
        var grid = Grid(file: file), rest = records.places[...]
        while !rest.isEmpty {
            let some = rest.prefix(batch)
            rest = rest.dropFirst(batch)
            for place in some where place.bytes.count > longestRecord {
                throw ScalebenchError(
                    .invalidInput, "an object of \(place.bytes.count) bytes", at: "\(file):\(place.line)",
                    hint: "an object holds one run's numbers, in at most \(longestRecord) bytes")
            }
            for (place, value) in zip(some, try values(some, records, file: file)) {
                try grid.add(value, line: records.isList ? place.index : place.line)
            }
        }
        return grid.table
    }

    /// The values of some objects: all at once, and one by one where that fails, to name the place.
    private static func values(
        _ places: ArraySlice<JSONRecords.Place>, _ records: JSONRecords, file: String
    ) throws -> [JSONValue] {
        let list = Data("[".utf8) + Data(places.map { records.data[$0.bytes] }.joined(separator: Data(",".utf8)))
        if let values = try? JSONInput.decode([JSONValue].self, from: list + Data("]".utf8)) { return values }
        return try places.map { try decode(records.data[$0.bytes], at: "\(file):\($0.line)") }
    }

    private static func decode(_ data: Data, at place: String) throws -> JSONValue {
        do {
            // Python writes NaN and Infinity as bare words, which JSON5 reads.
            return try JSONInput.decode(JSONValue.self, from: Data(data), allowsJSON5: true)
        } catch {
            throw ScalebenchError(.invalidInput, "not JSON", at: place, hint: "write it with a JSON library")
        }
    }

    /// The rows so far; a column that a row brings is empty in those before it.
    private struct Grid {
        let file: String
        private var columns: [String: Int] = [:]
        private var header: [String] = []
        private var rows: [(line: Int, cells: [String])] = []

        init(file: String) { self.file = file }

        mutating func add(_ record: JSONValue, line: Int) throws {
            var cells = [String](repeating: "", count: header.count)
            for (name, text) in record.leaves {
                if columns[name] == nil {
                    columns[name] = header.count
                    header.append(name)
                }
                let place = columns[name]!
                if place >= cells.count { cells += Array(repeating: "", count: place + 1 - cells.count) }
                cells[place] = text
            }
            guard header.count <= DelimitedText.mostCellsOfRow,
                (rows.count + 1) * header.count <= DelimitedText.mostCells
            else {
                throw ScalebenchError(
                    .invalidInput,
                    "more than \(DelimitedText.mostCells) cells, or \(DelimitedText.mostCellsOfRow) in a row",
                    at: file, hint: "leave out the columns and rows that are not needed")
            }
            rows.append((line, cells))
        }

        var table: Table {
            let width = header.count
            return (header, rows.map { ($0.line, $0.cells + Array(repeating: "", count: width - $0.cells.count)) })
        }
    }
}

extension JSONValue {
    /// The cells of a record, sorted by name. A nested object gives names with points, as `pandas.json_normalize` does.
    fileprivate var leaves: [(name: String, text: String)] {
        guard case .object(let fields) = self else { return [] }
        return fields.sorted { $0.key < $1.key }.flatMap { key, value -> [(name: String, text: String)] in
            if case .object = value { return value.leaves.map { ("\(key).\($0.name)", $0.text) } }
            return [(key, value.cell)]
        }
    }

    /// The value as the cell of a table.
    private var cell: String {
        switch self {
        case .null: ""
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): "\(number)"
        case .bool, .array, .object: canonicalText
        }
    }
}
