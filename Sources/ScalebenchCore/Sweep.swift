// A number of a candidate file that is given as several: a list, or two ends and a count.

import Foundation

/// One `{ "sweep": … }` of a candidate file.
struct Sweep {
    /// The keys that lead to it; an index of a list is a step such as `[2]`.
    var steps: [String]
    /// The numbers as the file spells them, so that whole ones stay whole.
    var numbers: [JSONValue]
    /// Whether the file lists the numbers, so that an error can name one by its index.
    var isListed: Bool
    var spacing: Spacing
    /// How many of the numbers the file asks for; those after them are for a bottom that lies at an end of these.
    var asked = 0
    /// The range inside which the numbers may be extended; nil where the file gives none.
    var bounds: ClosedRange<Double>?

    /// How the numbers are best laid out on an axis. The names are those used in JSON.
    enum Spacing: String, CaseIterable { case log, linear }

    /// The most values of one sweep, and the most members of a family.
    static let limit = 100

    /// The numbers as doubles.
    var doubles: [Double] { numbers.compactMap(\.finiteNumber) }

    /// The numbers for the names of members: to four significant digits where that keeps them apart. Whole numbers lose
    /// no digit, because 16380 would look like another batch than 16384.
    var texts: [String] {
        let short = doubles.map { number in
            let text = number == number.rounded() ? nil : Double(String(format: "%.4g", number))
            return JSONValue.number(text ?? number).canonicalText
        }
        return Set(short).count == short.count ? short : doubles.map { JSONValue.number($0).canonicalText }
    }
}

// MARK: - Reading

extension Sweep {
    /// Reads the object at `steps` strictly.
    init(_ value: JSONValue, at steps: [String], file: String) throws {
        let reader = try ConfigReader(value, file: file, path: Self.path(steps))
        self.steps = steps
        spacing = try reader.choice("spacing", default: .log)
        switch reader.value("sweep") ?? .null {
        case .array(let values):
            (numbers, isListed) = (values, true)
            try Self.checkList(values, reader)
        case .object:
            (numbers, isListed) = (try Self.range(try reader.object("sweep"), spacing), false)
        case let other:
            throw ScalebenchError(
                .invalidInput, "expected a list of numbers or a range, found \(other.kind)",
                at: reader.location(of: "sweep"),
                hint: #"write [0.002, 0.004] or { "from": 0.001, "to": 0.064, "count": 7 }"#)
        }
        let within = reader.value("within")
        try reader.finish()
        try checkRepeats(reader)
        bounds = try within.map { try Self.bounds($0, around: doubles, reader) }
        asked = numbers.count
        numbers += extensions.map { Int(exactly: $0).map(JSONValue.integer) ?? .number($0) }
    }

    /// The numbers that go on at both ends as the sweep does there, up to its bounds.
    private var extensions: [Double] {
        let sorted = doubles.sorted()
        guard let bounds, let first = sorted.first, let last = sorted.last else { return [] }
        func further(from end: Double, before: Double) -> [Double] {
            var result: [Double] = [], here = end
            while result.count < Self.mostExtensions {
                let next = spacing == .log && end > 0 && before > 0 ? here * (end / before) : here + (end - before)
                // Bounds that are written with fewer digits still hold their own number.
                guard
                    bounds.contains(next) || abs(next - bounds.lowerBound) < 1e-3 * abs(next)
                        || abs(next - bounds.upperBound) < 1e-3 * abs(next)
                else { break }
                here = next
                result.append(Double(String(format: "%.4g", next)) ?? next)
            }
            return result
        }
        return further(from: first, before: sorted[1]) + further(from: last, before: sorted[sorted.count - 2])
    }

    /// At either end.
    private static let mostExtensions = 10

    private static func checkList(_ values: [JSONValue], _ reader: ConfigReader) throws {
        for (index, value) in values.enumerated() where value.finiteNumber == nil {
            throw ScalebenchError(
                .invalidInput, "expected a finite number, found \(value.kind)",
                at: reader.location(of: "sweep[\(index)]"),
                hint: "a sweep lists plain numbers; a rule stays outside and its value is swept")
        }
        guard values.count < 2 || values.count > limit else { return }
        throw ScalebenchError(
            .invalidInput,
            values.isEmpty ? "the sweep is empty" : "a sweep has 2 to \(limit) values, this one has \(values.count)",
            at: reader.location(of: "sweep"),
            hint: values.count > limit ? "sweep fewer values" : "add values, or write the number without a sweep")
    }

    /// The numbers of `{ "from", "to", "count" }`, both ends included.
    private static func range(_ reader: ConfigReader, _ spacing: Spacing) throws -> [JSONValue] {
        guard reader.document.value(at: ["spacing"]) == nil else {
            throw ScalebenchError(
                .invalidInput, "the spacing stands in the wrong object", at: reader.location(of: "spacing"),
                hint: #"write { "sweep": { … }, "spacing": "linear" }"#)
        }
        let from = try reader.number("from", in: -1e100...1e100), to = try reader.number("to", in: -1e100...1e100)
        let count = try reader.integer("count", in: 2...limit)
        try reader.finish()
        for (key, end) in [("from", from), ("to", to)] where spacing == .log && end <= 0 {
            throw ScalebenchError(
                .invalidInput, "\(JSONValue.number(end).canonicalText) has no place on a logarithmic scale",
                at: reader.location(of: key),
                hint: #"use a positive number, or add "spacing": "linear" beside "sweep""#)
        }
        guard from < to else {
            throw ScalebenchError(
                .invalidInput, "the range ends before it begins", at: reader.location(of: "to"),
                hint: "make \"to\" larger than \"from\"")
        }
        return (0..<count).map { index in
            let fraction = Double(index) / Double(count - 1)
            let number: Double =
                switch index {
                case 0: from
                case count - 1: to
                default: rounded(spacing == .log ? from * pow(to / from, fraction) : from + (to - from) * fraction)
                }
            return Int(exactly: number).map(JSONValue.integer) ?? .number(number)
        }
    }

    /// To twelve significant digits: 0.002 rather than 0.0020000000000000005, so that the range shares its runs with a
    /// list of the same numbers.
    private static func rounded(_ number: Double) -> Double { Double(String(format: "%.12g", number)) ?? number }

    private func checkRepeats(_ reader: ConfigReader) throws {
        var seen: Set<Double> = []
        for (index, number) in doubles.enumerated() where !seen.insert(number).inserted {
            throw ScalebenchError(
                .invalidInput, "\(JSONValue.number(number).canonicalText) is swept twice",
                at: reader.location(of: isListed ? "sweep[\(index)]" : "sweep"), hint: "give every value once")
        }
    }

    private static func bounds(
        _ value: JSONValue, around numbers: [Double], _ reader: ConfigReader
    ) throws -> ClosedRange<Double> {
        let location = reader.location(of: "within")
        guard case .array(let ends) = value, ends.count == 2, let low = ends[0].finiteNumber,
            let high = ends[1].finiteNumber, low < high
        else {
            throw ScalebenchError(
                .invalidInput, "expected the two ends of a range", at: location,
                hint: "write the smallest and the largest number, such as [0.0001, 0.1]")
        }
        for number in numbers where !(low...high).contains(number) {
            throw ScalebenchError(
                .invalidInput, "the swept value \(JSONValue.number(number).canonicalText) lies outside", at: location,
                hint: "widen the range, or drop the value")
        }
        return low...high
    }
}

// MARK: - Finding

extension Sweep {
    /// The sections of a candidate file in the order in which people describe a recipe. JSON does not keep the order of
    /// a file's keys, and settings need one that is always the same.
    private static let sections = ["trainer", "model", "optimizer", "schedule", "batchTokens", "repeats"]

    /// The sweeps of the file that `reader` reads: by section, and by name inside a section.
    static func all(in reader: ConfigReader) throws -> [Sweep] {
        var result: [Sweep] = []
        try collect(reader.document, at: [], file: reader.file, into: &result)
        return result
    }

    private static func collect(
        _ value: JSONValue, at steps: [String], file: String, into result: inout [Sweep]
    ) throws {
        switch value {
        case .array(let values):
            for (index, value) in values.enumerated() {
                try collect(value, at: steps + ["[\(index)]"], file: file, into: &result)
            }
        case .object(let fields) where isSweep(fields, at: steps):
            result.append(try Sweep(value, at: steps, file: file))
        case .object(let fields):
            let order = { (key: String) in steps.isEmpty ? sections.firstIndex(of: key) ?? sections.count : 0 }
            for (key, value) in fields.sorted(by: { (order($0.key), $0.key) < (order($1.key), $1.key) }) {
                try collect(value, at: steps + [key], file: file, into: &result)
            }
        default: break
        }
    }

    /// The settings of an external trainer are the user's own and may have a key of this name, so there an object is a
    /// sweep only if it has the form of one. The top object of a file is never one.
    private static func isSweep(_ fields: [String: JSONValue], at steps: [String]) -> Bool {
        guard let value = fields["sweep"], !steps.isEmpty else { return false }
        guard steps.starts(with: ["trainer", "settings"]) else { return true }
        return ["a list", "an object"].contains(value.kind)
            && fields.keys.allSatisfy { ["sweep", "within", "spacing"].contains($0) }
    }

    /// The path that errors name.
    static func path(_ steps: some Sequence<String>) -> String {
        steps.reduce("") { $0.isEmpty || $1.hasPrefix("[") ? $0 + $1 : "\($0).\($1)" }
    }
}
