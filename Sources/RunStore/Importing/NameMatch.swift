// A name cut into the parts of a pattern. It is decided from the end which parts can follow which place, so that the time
// grows with the product of both lengths. A regular expression tries every division of the name between stars.

/// The parts of a pattern of names, in order.
enum NamePart {
    case literal(Character)
    /// Any text without a slash, and whether it may be empty.
    case text(isOptional: Bool)
    /// Decimal digits.
    case digits
    /// A size such as 10M, 1_000 or 1.5e8.
    case size
}

struct NameMatch {
    private let parts: [NamePart]
    private let name: [Character]
    /// canFollow[part][place]: whether the parts from this one on match all that follows the place.
    private var canFollow: [[Bool]]

    init(_ parts: [NamePart], _ name: String) {
        self.parts = parts
        self.name = Array(name)
        canFollow = Array(repeating: Array(repeating: false, count: self.name.count + 1), count: parts.count + 1)
        canFollow[parts.count][self.name.count] = true
        for part in parts.indices.reversed() {
            for place in (0...self.name.count).reversed() { canFollow[part][place] = matches(part, place) }
        }
    }

    /// The texts of all parts, each as long as the parts before it leave it; nil when the name does not match.
    var texts: [String]? {
        guard canFollow[0][0] else { return nil }
        var place = 0
        return parts.indices.map { part in
            let end = ends(part, from: place).last { canFollow[part + 1][$0] }!
            defer { place = end }
            return String(name[place..<end])
        }
    }

    private func matches(_ part: Int, _ place: Int) -> Bool {
        let next = canFollow[part + 1]
        switch parts[part] {
        case .text(isOptional: true) where next[place]: return true
        case .text, .digits: return belongs(place, to: parts[part]) && (next[place + 1] || canFollow[part][place + 1])
        case .literal: return belongs(place, to: parts[part]) && next[place + 1]
        case .size: return sizeEnds(from: place).contains { next[$0] }
        }
    }

    /// Where a part that begins at a place may end, in rising order.
    private func ends(_ part: Int, from place: Int) -> [Int] {
        switch parts[part] {
        case .literal: [place + 1]
        case .text(isOptional: true): Array(place...end(of: parts[part], from: place))
        case .text, .digits: Array((place + 1)...end(of: parts[part], from: place))
        case .size: sizeEnds(from: place)
        }
    }

    private func end(of part: NamePart, from place: Int) -> Int {
        var end = place
        while belongs(end, to: part) { end += 1 }
        return end
    }

    private func belongs(_ place: Int, to part: NamePart) -> Bool {
        guard place < name.count else { return false }
        switch part {
        case .literal(let character): return name[place] == character
        case .digits: return isDigit(place)
        case .text, .size: return name[place] != "/"
        }
    }

    private func isDigit(_ place: Int) -> Bool { place < name.count && name[place].isASCII && name[place].isNumber }

    /// Digits with separators, an exponent or none, a unit or none.
    private func sizeEnds(from place: Int) -> [Int] {
        guard isDigit(place) else { return [] }
        var ends: Set<Int> = [], end = place
        while isDigit(end) || (end < name.count && ".,_".contains(name[end])) {
            end += 1
            ends.insert(end)
        }
        if end < name.count, "eE".contains(name[end]) {
            end += 1
            if end < name.count, "+-".contains(name[end]) { end += 1 }
            while isDigit(end) {
                end += 1
                ends.insert(end)
            }
        }
        for end in ends where end < name.count && "kKmMbBgGtT".contains(name[end]) { ends.insert(end + 1) }
        return ends.sorted()
    }
}
