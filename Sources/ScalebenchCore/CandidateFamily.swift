// Recipes that differ only in a few numbers, from one file: how a recipe is tuned.

import Foundation

/// What a candidate file holds: one recipe, or a family of recipes that differ in the numbers it sweeps. See
/// Suites/README.md for how a file sweeps a number.
package struct CandidateFamily: Sendable {
    /// The name that the file gives, or the file's own.
    package var name: String
    /// The swept numbers by section of the file; empty for a single recipe.
    package var settings: [Setting]
    /// At least one recipe, in the order of the values; those of the last setting change fastest.
    package var members: [Member]

    /// One swept number.
    package struct Setting: Sendable, Hashable {
        /// The shortest end of the path that no other swept number has: `learningRate`, or `embeddings.learningRate`.
        /// Two numbers of the same rule are told apart by their keys: `learningRate.value`, `learningRate.exponent`.
        package var name: String
        /// The JSON path of the number, or of the rule that it belongs to.
        package var path: String
        /// Whether the members' values belong on a linear axis: the file says so, or one of them is not positive. A
        /// swept exponent spreads the values of its rule evenly in logarithm, so there only their sign counts.
        package var isLinear: Bool
        /// The range inside which the swept number may later be extended; nil where the file gives none.
        package var bounds: ClosedRange<Double>?

        package init(name: String, path: String, isLinear: Bool, bounds: ClosedRange<Double>? = nil) {
            self.name = name
            self.path = path
            self.isLinear = isLinear
            self.bounds = bounds
        }
    }

    /// One recipe of a family.
    package struct Member: Sendable, Hashable {
        /// The recipe. Its name is that of the family with the swept numbers, such as `adam[learningRate=0.004]`.
        package var candidate: Candidate
        /// Whether the file asks for it; the others are tried where the bottom lies at an end of the sweep.
        package var isAsked: Bool
        /// What each setting is at any scale; for a number in a rule this is the whole rule.
        package var values: [ScaledValue]

        package init(candidate: Candidate, isAsked: Bool = true, values: [ScaledValue]) {
            self.candidate = candidate
            self.isAsked = isAsked
            self.values = values
        }
    }
}

// MARK: - Reading

extension CandidateFamily {
    /// Reads a candidate file strictly; `defaultName` is used where the file gives no name.
    /// - Parameter folder: the file's folder; nil for a text that is no file, which cannot name an external trainer.
    package init(_ reader: ConfigReader, defaultName: String, folder: String? = nil) throws {
        let file = try SweptFile(reader, defaultName: defaultName, folder: folder)
        let places = file.sweeps.map { SweptPlace($0, in: reader.document) }
        let names = places.map { $0.name(among: places) }
        let texts = file.sweeps.map(\.texts)
        let choices = file.choices
        let candidates = try choices.map { try file.candidate($0) }
        let members = try zip(choices, candidates).map { choice, candidate in
            let document = file.document(choice)
            var member = Member(
                candidate: candidate, isAsked: file.isAsked(choice),
                values: try places.map { try $0.value(in: document, file: reader.file) })
            let swept = places.indices.map { "\(places[$0].label(names[$0]))=\(texts[$0][choice[$0]])" }
            if !swept.isEmpty { member.candidate.name += "[\(swept.joined(separator: ","))]" }
            return member
        }
        name = candidates[0].name
        settings = places.indices.map { index in
            Setting(
                name: names[index], path: Sweep.path(places[index].steps),
                isLinear: (!places[index].isShape && file.sweeps[index].spacing == .linear)
                    || members.contains { $0.values[index].value <= 0 },
                bounds: file.sweeps[index].bounds)
        }
        self.members = members
    }

    /// Reads the file at `path`; where it gives no name, the family has the file's name.
    package static func open(_ path: String) throws -> CandidateFamily {
        let name = (path as NSString).lastPathComponent, stem = (name as NSString).deletingPathExtension
        let folder = path.contains("/") ? (path as NSString).deletingLastPathComponent : "."
        return try CandidateFamily(
            try ConfigReader.open(path), defaultName: stem, folder: folder.isEmpty ? "/" : folder)
    }
}
