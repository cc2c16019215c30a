// "Did you mean …?"

/// Finds the valid name that a misspelt one most likely meant.
package enum NearestName {
    /// The name of `names` with the fewest edits from `word`, ignoring case; nil if none is close.
    package static func of(_ word: String, among names: [String]) -> String? {
        let limit = max(2, word.count / 3)
        let scored = names.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }), best.distance <= limit
        else { return nil }
        return best.name
    }

    /// A hint that names the nearest of `names`, or what to do instead where none is near.
    package static func hint(_ word: String, among names: [String], otherwise: String) -> String {
        of(word, among: names).map { "did you mean \"\($0)\"?" } ?? otherwise
    }

    /// Levenshtein distance in characters.
    package static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first), second = Array(second)
        var row = Array(0...second.count)
        for (i, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in second.enumerated() {
                let substitution = diagonal + (character == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[second.count]
    }
}
