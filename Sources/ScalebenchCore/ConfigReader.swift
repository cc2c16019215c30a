// Strict reading of configuration: every key that is read is a key that is allowed, all others are errors.
// `Codable` drops unknown keys silently, so a misspelt "learningrate" would train the wrong recipe.

package import Foundation

/// One object of a configuration file, together with where it stands. Reading a key makes it a valid key;
/// `finish()` then refuses what nobody asked for.
package final class ConfigReader {
    /// The file as the user named it.
    package let file: String
    /// The JSON path of this object, such as `optimizer.learningRate`; empty at the top.
    package let path: String
    private let fields: [String: JSONValue]
    private var asked: [String] = ["$schema"]

    private init(file: String, path: String, fields: [String: JSONValue]) {
        self.file = file
        self.path = path
        self.fields = fields
    }

    /// The object in `value`, which stands at `path` of `file`.
    package convenience init(_ value: JSONValue, file: String, path: String = "") throws {
        guard case .object(let fields) = value else {
            throw ScalebenchError(
                .invalidInput, "expected an object, found \(value.kind)", at: Self.join(file, path),
                hint: "write { … } here")
        }
        self.init(file: file, path: path, fields: fields)
    }

    /// The top object of a JSON or JSON5 text.
    package static func parse(_ data: Data, file: String) throws -> ConfigReader {
        let value: JSONValue
        do {
            value = try JSONInput.decode(JSONValue.self, from: data, allowsJSON5: true)
        } catch is JSONInput.NotUTF8 {
            throw ScalebenchError(.invalidInput, "not UTF-8 text", at: file, hint: "save it as UTF-8")
        } catch {
            throw ScalebenchError(
                .invalidInput, "not valid JSON", at: file, hint: "check commas, quotes and brackets near there",
                cause: Self.place(ofFailureIn: data))
        }
        return try ConfigReader(value, file: file)
    }

    /// The top object of the file at `path`.
    package static func open(_ path: String) throws -> ConfigReader {
        try parse(try InputFile.read(path), file: path)
    }

    /// Throws for a key that no read asked for, naming the nearest one that was.
    package func finish() throws {
        for key in fields.keys.sorted() where !asked.contains(key) {
            let valid = Set(asked).subtracting(["$schema"]).sorted()
            throw ScalebenchError(
                .invalidInput, "unknown key \"\(key)\"", at: location(of: key),
                hint: NearestName.hint(
                    key, among: valid, otherwise: "valid keys: \(valid.joined(separator: ", "))"))
        }
    }

    /// `file:path.key`, for errors.
    package func location(of key: String? = nil) -> String {
        Self.join(file, key.map { path.isEmpty ? $0 : "\(path).\($0)" } ?? path)
    }

    /// This object as it stands in the file. What is taken from it here is not counted as read.
    package var document: JSONValue { .object(fields) }

    package func has(_ key: String) -> Bool {
        asked.append(key)
        return fields[key] != nil
    }
}

// MARK: - Typed reads

extension ConfigReader {
    /// The raw value, or nil where the key is absent.
    package func value(_ key: String) -> JSONValue? {
        asked.append(key)
        return fields[key]
    }

    /// The value as `type`; `fallback` where the key is absent, an error where there is none.
    private func read<T>(
        _ key: String, _ expected: String, default fallback: T?, _ convert: (JSONValue) -> T?
    ) throws -> T {
        guard let raw = value(key) else {
            if let fallback { return fallback }
            throw ScalebenchError(
                .invalidInput, "missing key \"\(key)\"", at: location(), hint: "add \"\(key)\": \(expected)")
        }
        guard let converted = convert(raw) else {
            throw ScalebenchError(
                .invalidInput, "expected \(expected), found \(raw.kind)", at: location(of: key))
        }
        return converted
    }

    package func string(_ key: String, default fallback: String? = nil) throws -> String {
        try read(key, "a string", default: fallback) { if case .string(let text) = $0 { text } else { nil } }
    }

    package func bool(_ key: String, default fallback: Bool? = nil) throws -> Bool {
        try read(key, "true or false", default: fallback) { if case .bool(let flag) = $0 { flag } else { nil } }
    }

    /// A whole number inside `range`.
    package func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws -> Int {
        let result = try read(key, "a whole number", default: fallback) { raw -> Int? in
            switch raw {
            case .integer(let number): number
            case .number(let number): Int(exactly: number)
            default: nil
            }
        }
        guard range.contains(result) else {
            throw ScalebenchError(
                .invalidInput, "\(result) is out of range", at: location(of: key),
                hint: "use a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return result
    }

    /// A finite number inside `range`.
    package func number(_ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil) throws -> Double
    {
        let result = try read(key, "a number", default: fallback) { raw -> Double? in
            switch raw {
            case .integer(let number): Double(number)
            case .number(let number): number
            default: nil
            }
        }
        guard range.contains(result) else {
            throw ScalebenchError(
                .invalidInput, "\(result) is out of range", at: location(of: key),
                hint: "use a number from \(JSONValue.number(range.lowerBound).canonicalText) to "
                    + JSONValue.number(range.upperBound).canonicalText)
        }
        return result
    }

    /// One of the names in `table`; the error lists them.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice? = nil
    ) throws -> Choice where Choice.RawValue == String {
        let name = try string(key, default: fallback?.rawValue)
        guard let choice = Choice(rawValue: name) else {
            let valid = Choice.allCases.map(\.rawValue)
            throw ScalebenchError(
                .invalidInput, "unknown \(key) \"\(name)\"", at: location(of: key),
                hint: "use one of: \(valid.joined(separator: ", "))")
        }
        return choice
    }

    /// The object at `key`, or nil where the key is absent.
    package func object(ifPresent key: String) throws -> ConfigReader? {
        guard let raw = value(key) else { return nil }
        return try ConfigReader(raw, file: file, path: path.isEmpty ? key : "\(path).\(key)")
    }

    package func object(_ key: String) throws -> ConfigReader {
        guard let reader = try object(ifPresent: key) else {
            throw ScalebenchError(
                .invalidInput, "missing key \"\(key)\"", at: location(), hint: "add \"\(key)\": { … }")
        }
        return reader
    }

    /// The objects of the list at `key`; at least one.
    package func objects(_ key: String) throws -> [ConfigReader] {
        let values = try read(key, "a list", default: nil) { raw -> [JSONValue]? in
            if case .array(let values) = raw { values } else { nil }
        }
        guard !values.isEmpty else {
            throw ScalebenchError(
                .invalidInput, "the list is empty", at: location(of: key), hint: "add at least one entry")
        }
        return try values.enumerated().map { index, value in
            try ConfigReader(value, file: file, path: (path.isEmpty ? key : "\(path).\(key)") + "[\(index)]")
        }
    }

    /// The numbers of the list at `key`, or nil where the key is absent or null; every one finite and inside `range`.
    package func numbers(ifPresent key: String, in range: ClosedRange<Double>) throws -> [Double]? {
        guard let raw = value(key), raw != .null else { return nil }
        guard case .array(let values) = raw else {
            throw ScalebenchError(.invalidInput, "expected a list of numbers, found \(raw.kind)", at: location(of: key))
        }
        return try values.enumerated().map { index, value in
            let number: Double? =
                switch value {
                case .integer(let number): Double(number)
                case .number(let number): number
                default: nil
                }
            guard let number, range.contains(number) else {
                throw ScalebenchError(
                    .invalidInput, "expected a number from \(range.lowerBound) to \(range.upperBound)",
                    at: location(of: "\(key)[\(index)]"))
            }
            return number
        }
    }

    /// The strings of the list at `key`.
    package func strings(_ key: String, default fallback: [String]? = nil) throws -> [String] {
        try read(key, "a list of strings", default: fallback) { raw in
            guard case .array(let values) = raw else { return nil }
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            return texts.count == values.count ? texts : nil
        }
    }
}

// MARK: - Helpers

extension ConfigReader {
    private static func join(_ file: String, _ path: String) -> String {
        path.isEmpty ? file : "\(file):\(path)"
    }

    /// Line and column of a parse failure. Foundation says nothing of the place for JSON5, so the text is read once more
    /// as plain JSON; where it uses JSON5's liberties before the mistake, that place is one of those.
    private static func place(ofFailureIn data: Data) -> String? {
        do {
            _ = try JSONSerialization.jsonObject(with: data)
            return nil
        } catch {
            let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? ""
            guard let match = detail.firstMatch(of: /(.*) around character (\d+)/), let offset = Int(match.2) else {
                return nil
            }
            let before = data.prefix(offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
            return "\(match.1.lowercased()) near line \(line), column \(column), read as plain JSON"
        }
    }
}
