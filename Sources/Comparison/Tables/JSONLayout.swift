// The layouts that pandas, and tools that follow it, give to a table in one JSON object.

import ScalebenchCore

/// Turns one JSON document into records.
enum JSONLayout {
    /// The records of an object: `orient` split, table, columns, index or list of pandas, a table of Weights & Biases or
    /// MLflow (as split), or an object around a list of records.
    /// - Throws: `invalidInput` for another layout.
    static func records(of value: JSONValue, file: String) throws -> [JSONValue] {
        guard case .object(let fields) = value else { throw unknown(file) }
        if case .array(let names) = fields["columns"], case .array(let rows) = fields["data"] {
            return try rows.map { try record(names, $0, file) }
        }
        let lists = fields.values.compactMap { field -> [JSONValue]? in
            guard case .array(let items) = field, !items.isEmpty, items.allSatisfy(\.isObject) else { return nil }
            return items
        }
        if case .array(let items) = fields["data"], items.allSatisfy(\.isObject) { return items }
        if lists.count == 1 { return lists[0] }
        if !fields.isEmpty, fields.values.allSatisfy(\.isList) { return try ofLists(fields, file) }
        if !fields.isEmpty, fields.values.allSatisfy(\.isObject) { return try ofObjects(fields, file) }
        return [value]
    }

    private static func record(_ names: [JSONValue], _ row: JSONValue, _ file: String) throws -> JSONValue {
        guard case .array(let cells) = row, cells.count == names.count else {
            throw ScalebenchError(
                .invalidInput, "a row of \"data\" has not as many cells as \"columns\"", at: file)
        }
        let keys = names.map { name -> String in if case .string(let text) = name { text } else { name.canonicalText } }
        return .object(Dictionary(zip(keys, cells)) { first, _ in first })
    }

    /// `{"loss": [3.1, 2.9], …}`.
    private static func ofLists(_ fields: [String: JSONValue], _ file: String) throws -> [JSONValue] {
        let columns = fields.compactMapValues { value -> [JSONValue]? in
            if case .array(let items) = value { items } else { nil }
        }
        let counts = Set(columns.values.map(\.count))
        guard counts.count == 1, let count = counts.first else {
            throw ScalebenchError(.invalidInput, "the columns have different numbers of rows", at: file)
        }
        return (0..<count).map { row in .object(columns.mapValues { $0[row] }) }
    }

    /// `{"loss": {"0": 3.1, "1": 2.9}, …}`, or `{"0": {"loss": 3.1, …}, …}` where the inner names are those of columns.
    private static func ofObjects(_ fields: [String: JSONValue], _ file: String) throws -> [JSONValue] {
        let inner = fields.mapValues { value -> [String: JSONValue] in
            if case .object(let one) = value { one } else { [:] }
        }
        let outerNames = Set(fields.keys.flatMap(LossColumn.all(called:)))
        let innerNames = Set(inner.values.flatMap { $0.keys.flatMap(LossColumn.all(called:)) })
        guard outerNames.count != innerNames.count else { throw unknown(file) }
        if outerNames.count < innerNames.count { return sorted(fields.keys).map { fields[$0]! } }
        let rows = sorted(inner.values.reduce(into: Set<String>()) { $0.formUnion($1.keys) })
        return rows.map { row in .object(inner.compactMapValues { $0[row] }) }
    }

    /// Names of rows in their order: as numbers where they are numbers.
    private static func sorted(_ names: some Sequence<String>) -> [String] {
        names.sorted { first, second in
            if let one = Double(first), let other = Double(second) { return one < other }
            return first < second
        }
    }

    private static func unknown(_ file: String) -> ScalebenchError {
        ScalebenchError(
            .invalidInput, "a layout of JSON that is not read", at: file,
            hint: "write one object per run: DataFrame.to_json(FILE, orient=\"records\")")
    }
}

extension JSONValue {
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }
    fileprivate var isList: Bool { if case .array = self { true } else { false } }
}
