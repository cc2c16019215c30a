// Which number of a recipe a sweep changes: one that stands alone, or a part of a rule.

/// The number of a recipe that a sweep belongs to.
struct SweptPlace: Equatable {
    /// The steps to the number, or to the rule that the swept number is a part of.
    let steps: [String]
    /// The swept key of that rule, such as `value` or `exponent`; nil for a number that stands alone.
    let part: String?

    init(_ sweep: Sweep, in document: JSONValue) {
        let parent = sweep.steps.dropLast()
        // An external trainer's settings have no rules: what looks like one means whatever the program makes of it.
        if sweep.steps.first != "trainer", document.value(at: parent + ["value"]) != nil {
            (steps, part) = (Array(parent), sweep.steps.last)
        } else {
            (steps, part) = (sweep.steps, nil)
        }
    }

    /// Whether the sweep changes how a rule depends on scale rather than the value that it begins with.
    var isShape: Bool { part != nil && part != "value" }

    /// The shortest end of the path that no other place of `places` has; the key of the rule is added where the rule has
    /// two.
    func name(among places: [SweptPlace]) -> String {
        let others = places.map(\.steps).filter { $0 != steps }
        let end = steps.indices.reversed().map { steps[$0...] }.first { end in
            !end[end.startIndex].hasPrefix("[") && !others.contains { $0.ends(with: end) }
        }
        let name = Sweep.path(end ?? steps[...])
        return places.count { $0.steps == steps } > 1 ? "\(name).\(part ?? "")" : name
    }

    /// How the names of members call the swept number: a number that is no value has its key, so that nobody takes an
    /// exponent for a learning rate.
    func label(_ name: String) -> String {
        guard let part, isShape, !name.hasSuffix(".\(part)") else { return name }
        return "\(name).\(part)"
    }

    /// What stands at this place of a document without sweeps.
    func value(in document: JSONValue, file: String) throws -> ScaledValue {
        let key = steps[steps.count - 1], value = document.value(at: steps[...]) ?? .null
        // The candidate has been read, so the number is known to be in range.
        return try ConfigReader(.object([key: value]), file: file, path: Sweep.path(steps.dropLast()))
            .scaledValue(key, in: -Double.infinity...Double.infinity)
    }
}

extension [String] {
    fileprivate func ends(with end: ArraySlice<String>) -> Bool { suffix(end.count) == end }
}
