// Labels in the names of files, folders and runs: `{candidate}-{params}-s{seed}` reads `adamw-10M-s0`.

import Foundation
package import ScalebenchCore

/// A pattern of names with places for labels.
package struct NamePattern: Sendable {
    package let text: String
    /// Bytes of the longest pattern, and of the longest name that is tried.
    private static let longest = 1000
    /// The label of each part; nil for those that are not kept.
    private let fields: [Field?]
    private let parts: [NamePart]
    private let components: Int

    private enum Field: String, CaseIterable {
        case candidate, params, parameters, tokens, flops, seed

        var part: NamePart {
            switch self {
            case .candidate: .text(isOptional: false)
            case .seed: .digits
            default: .size
            }
        }

        /// `params` and `parameters` are one label.
        var label: Field { self == .params ? .parameters : self }
    }

    /// - Throws: `invalidInput` for a field that is not known or comes twice, and for a pattern without fields.
    package init(_ text: String) throws(ScalebenchError) {
        let refused = { (message: String, hint: String?) in
            ScalebenchError(.invalidInput, message, at: "--name-pattern '\(text)'", hint: hint)
        }
        let names = Field.allCases.map(\.rawValue).filter { $0 != "parameters" }
        guard text.utf8.count <= Self.longest else {
            throw refused("the pattern has more than \(Self.longest) bytes", nil)
        }
        var parts: [NamePart] = [], fields: [Field?] = [], rest = text[...]
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == "*" {
                parts.append(.text(isOptional: true))
                fields.append(nil)
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw refused("a { is never closed", nil) }
                let name = String(rest[..<end])
                guard let field = Field(rawValue: name) else {
                    throw refused(
                        "no label is called \"\(name)\"",
                        NearestName.hint(
                            name, among: names,
                            otherwise: "labels: \(names.map { "{\($0)}" }.joined(separator: ", ")); * is any text"))
                }
                guard !fields.contains(where: { $0?.label == field.label }) else {
                    throw refused("{\(name)} comes twice", nil)
                }
                parts.append(field.part)
                fields.append(field)
                rest = rest[end...].dropFirst()
            } else {
                parts.append(.literal(character))
                fields.append(nil)
            }
        }
        guard fields.contains(where: { $0 != nil }) else {
            throw refused("the pattern has no label", "for example {candidate}-{params}-s{seed}")
        }
        self.text = text
        self.fields = fields
        self.parts = parts
        components = text.split(separator: "/").count
    }

    /// What a name says. The pattern is tried on the last component of a path, with and without the endings of a file,
    /// then on those above it: the files of a run often lie in a folder that has the run's name.
    /// - Throws: `invalidInput` where nothing in the name matches.
    package func facts(of name: String) throws -> RunFacts {
        let parts = name.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        for end in stride(from: parts.count, through: components, by: -1) {
            var part = parts[(end - components)..<end].joined(separator: "/")
            for _ in 0..<3 {
                if let facts = match(part) { return facts }
                let shorter = (part as NSString).deletingPathExtension
                if shorter == part { break }
                part = shorter
            }
        }
        throw ScalebenchError(
            .invalidInput, "no part of this name matches --name-pattern '\(text)'", at: name,
            hint: "{params}, {tokens} and {flops} are sizes such as 10M or 1.5e8, {seed} is a whole number, "
                + "{candidate} and * are any text without /")
    }

    private func match(_ name: String) -> RunFacts? {
        guard name.utf8.count <= Self.longest, let texts = NameMatch(parts, name).texts else { return nil }
        var facts = RunFacts()
        for case (let text, let field?) in zip(texts, fields) {
            guard read(text, field, into: &facts) else { return nil }
        }
        return facts
    }

    /// Returns false for a text that is no value of the field.
    private func read(_ text: String, _ field: Field, into facts: inout RunFacts) -> Bool {
        let origin = "{\(field.rawValue)} in the name"
        let size = ScaledNumber.parse(text).flatMap { $0 > 0 ? RunFacts.Stated($0, from: origin) : nil }
        switch field {
        case .candidate:
            facts.candidate = .init(text, from: origin)
            return text.count <= 200 && text.unicodeScalars.allSatisfy(SafeText.isHarmless)
        case .seed:
            facts.seed = Int(text).flatMap { ImportLabels.seeds.contains($0) ? .init($0, from: origin) : nil }
            return facts.seed != nil
        case .params, .parameters: facts.parameters = size
        case .tokens: facts.tokens = size
        case .flops: facts.flops = size
        }
        return size != nil
    }
}
