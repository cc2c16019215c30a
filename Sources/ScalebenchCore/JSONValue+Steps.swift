// Parts of a JSON document, found by the keys and indexes that lead to them.

extension JSONValue {
    /// The value as a finite number; nil for anything else.
    var finiteNumber: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number) where number.isFinite: number
        default: nil
        }
    }

    /// The value behind `steps`, each of which is a key or an index such as `[2]`; nil where there is none.
    func value(at steps: ArraySlice<String>) -> JSONValue? {
        guard let step = steps.first else { return self }
        switch self {
        case .object(let fields): return fields[step]?.value(at: steps.dropFirst())
        case .array(let values):
            guard let index = Self.index(step), values.indices.contains(index) else { return nil }
            return values[index].value(at: steps.dropFirst())
        default: return nil
        }
    }

    /// The same document with `value` behind `steps`; unchanged where they lead nowhere.
    func replacing(_ steps: ArraySlice<String>, with value: JSONValue) -> JSONValue {
        guard let step = steps.first else { return value }
        switch self {
        case .object(var fields):
            fields[step] = fields[step]?.replacing(steps.dropFirst(), with: value)
            return .object(fields)
        case .array(var values):
            guard let index = Self.index(step), values.indices.contains(index) else { return self }
            values[index] = values[index].replacing(steps.dropFirst(), with: value)
            return .array(values)
        default: return self
        }
    }

    private static func index(_ step: String) -> Int? {
        step.hasPrefix("[") && step.hasSuffix("]") ? Int(step.dropFirst().dropLast()) : nil
    }
}
