// What a source says of a run besides its curve: whose it is and how large. Trackers keep this under names of the user's
// own choice, so each fact has the names that are usual for it.

import Foundation
package import ScalebenchCore

/// The labels of a run as far as a source states them, each with the place that does.
package struct RunFacts: Sendable {
    package var candidate: Stated<String>?
    package var seed: Stated<Int>?
    package var parameters: Stated<Double>?
    package var tokens: Stated<Double>?
    package var flops: Stated<Double>?

    /// A value and where it comes from.
    package struct Stated<Value: Sendable>: Sendable {
        package var value: Value
        package var origin: String

        package init(_ value: Value, from origin: String) {
            self.value = value
            self.origin = origin
        }
    }

    package init() {}

    /// The same, completed by what `other` states and this does not.
    package func completed(by other: RunFacts) -> RunFacts {
        var result = self
        result.candidate = candidate ?? other.candidate
        result.seed = seed ?? other.seed
        result.parameters = parameters ?? other.parameters
        result.tokens = tokens ?? other.tokens
        result.flops = flops ?? other.flops
        return result
    }

    // MARK: - Settings as trackers keep them

    /// The usual names, the likeliest first, without case and the marks between words; some count in other units.
    private static let candidateNames = [
        "candidate", "recipe", "method", "variant", "optimizer", "optimizername", "optim", "config",
    ]
    private static let parameterNames: [(name: String, unit: Double)] = [
        ("parameters", 1), ("params", 1), ("nparams", 1), ("numparams", 1), ("numparameters", 1), ("nparameters", 1),
        ("parametercount", 1), ("paramcount", 1), ("modelparameters", 1), ("modelparams", 1), ("totalparams", 1),
        ("totalparameters", 1), ("modelsize", 1), ("numparamsm", 1e6), ("nparamsm", 1e6), ("paramsm", 1e6),
    ]
    private static let tokenNames: [(name: String, unit: Double)] = [
        ("tokens", 1), ("traintokens", 1), ("trainingtokens", 1), ("totaltokens", 1), ("ntokens", 1), ("numtokens", 1),
        ("tokensseen", 1), ("numinputtokensseen", 1), ("consumedtokens", 1), ("tokenbudget", 1), ("totaltokensm", 1e6),
    ]
    private static let flopNames: [(name: String, unit: Double)] = [
        ("flops", 1), ("totalflops", 1), ("totalflos", 1), ("trainflops", 1), ("trainingflops", 1),
        ("totaltrainingflops", 1), ("totalgflops", 1e9),
    ]
    private static let seedNames = ["seed", "randomseed", "trainseed", "rngseed", "manualseed"]
    /// The key that holds the value itself where a setting is a group: `optimizer/type`, and W&B's `seed/value`.
    private static let valueKeys: Set<String> = ["value", "type", "name", "class", "target"]

    /// - Parameters:
    ///   - settings: values by their paths, such as `model/n_params` or `trainer.seed`.
    ///   - place: how the origin calls them, such as `MLflow's params`.
    package init(_ settings: [(key: String, value: String)], from place: String) {
        let settings = settings.map { Setting($0.key, $0.value) }
        func first<Value>(_ names: [String], _ read: (Setting, Int) -> Value?) -> Stated<Value>? {
            for (index, name) in names.enumerated() {
                let named = settings.filter { $0.name == name && read($0, index) != nil }
                guard let best = named.min(by: Setting.isLikelier) else { continue }
                return read(best, index).map { Stated($0, from: "\(best.key) in \(place)") }
            }
            return nil
        }
        func size(_ names: [(name: String, unit: Double)]) -> Stated<Double>? {
            first(names.map(\.name)) { setting, index in
                ScaledNumber.parse(setting.value).flatMap { $0 > 0 ? $0 * names[index].unit : nil }
            }
        }
        candidate = first(Self.candidateNames) { setting, _ in Self.candidate(setting.value) }
        seed = first(Self.seedNames) { setting, _ in
            Double(setting.value).flatMap { Int(exactly: $0) }.flatMap { ImportLabels.seeds.contains($0) ? $0 : nil }
        }
        parameters = size(Self.parameterNames)
        tokens = size(Self.tokenNames)
        flops = size(Self.flopNames)
    }

    /// A name of a candidate; nil for a text that can hardly be one, such as a configuration written out.
    private static func candidate(_ text: String) -> String? {
        let name = text.trimmingCharacters(in: .whitespaces)
        let isName =
            !name.isEmpty && name.count <= 80 && !name.contains { "{}[]()".contains($0) }
            && name.unicodeScalars.allSatisfy(SafeText.isHarmless)
        return isName && !["none", "null"].contains(name.lowercased()) ? name : nil
    }

    /// The unit of a series that counts tokens or FLOPs so far; nil for any other.
    static func unit(ofTokens series: String) -> Double? { tokenNames.first { $0.name == Setting.name(series) }?.unit }
    static func unit(ofFLOPs series: String) -> Double? { flopNames.first { $0.name == Setting.name(series) }?.unit }

    /// Which columns of a table tell the runs in it apart.
    static func tellsRunsApart(_ column: String) -> Bool {
        let name = Setting.name(column)
        return candidateNames.contains(name) || seedNames.contains(name) || parameterNames.contains { $0.name == name }
    }

    /// One setting of a run.
    private struct Setting {
        let key: String
        let value: String
        let parts: [String]
        let name: String

        init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
            var parts = Self.parts(key)
            while parts.count > 1, RunFacts.valueKeys.contains(Self.plain(parts.last!)) { parts.removeLast() }
            self.parts = parts
            name = Self.plain(parts.last ?? "")
        }

        static func parts(_ key: String) -> [String] { key.split { "/.".contains($0) }.map(String.init) }
        static func plain(_ word: String) -> String { word.lowercased().filter { $0.isLetter || $0.isNumber } }
        static func name(_ key: String) -> String { plain(parts(key).last ?? "") }

        /// Of several with one name: the least nested, then the trainer's own, as in `trainer/seed` beside `data/seed`.
        static func isLikelier(_ first: Setting, _ second: Setting) -> Bool {
            let rank = { (one: Setting) in
                (one.parts.count, one.parts.first?.hasPrefix("train") == true ? 0 : 1, one.key)
            }
            return rank(first) < rank(second)
        }
    }
}

extension JSONValue {
    /// Every text, number and truth value by its path, in the order of paths.
    package var settings: [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        collect("", into: &result)
        return result
    }

    private func collect(_ path: String, into result: inout [(key: String, value: String)]) {
        switch self {
        case .string(let text): result.append((path, text))
        case .integer, .number, .bool: result.append((path, canonicalText))
        case .object(let fields):
            for key in fields.keys.sorted() {
                fields[key]!.collect(path.isEmpty ? key : "\(path)/\(key)", into: &result)
            }
        case .null, .array: break
        }
    }
}
