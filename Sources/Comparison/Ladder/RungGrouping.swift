// Decides which runs are one rung, for tables of results, backtests and rungs that are held out. Candidates of one
// ladder seldom cost exactly the same, so runs of nearly equal scale are one rung.

import Foundation

/// The rule for which runs belong to one rung.
package enum RungGrouping {
    /// Scales within this factor of each other are one rung.
    package static let scaleTolerance = 1.025
    /// Runs of one candidate at one scale whose tokens differ by more than this factor are two rungs.
    package static let tokenTolerance = 1.1

    /// The place of a run: its candidate, scale and tokens.
    package struct Place: Sendable, Hashable {
        package var candidate: String
        /// The scale in units of the ladder's axis.
        package var scale: Double
        /// Training tokens of the run, on a ladder over FLOPs; nil where they are not known.
        package var tokens: Double?

        package init(candidate: String, scale: Double, tokens: Double? = nil) {
            self.candidate = candidate
            self.scale = scale
            self.tokens = tokens
        }
    }

    /// Whether two scales lie within `scaleTolerance` of each other.
    package static func isSameScale(_ a: Double, _ b: Double) -> Bool { abs(log(a / b)) <= log(scaleTolerance) }

    /// Whether `scale` lies below the rung at `other`.
    package static func isBelow(_ scale: Double, _ other: Double) -> Bool { scale < other / scaleTolerance }

    /// Whether two numbers of tokens lie within `tokenTolerance` of each other. Unknown tokens equal only unknown ones.
    package static func areSameTokens(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return abs(log(a / b)) <= log(tokenTolerance)
    }

    /// Groups runs into rungs. Runs of nearly equal scale are one rung, unless a candidate was trained there on
    /// different numbers of tokens, which are then separate rungs.
    /// - Returns: indices into `places`, rung by rung, in ascending order of scale and then tokens, also inside a rung.
    package static func rungs(_ places: [Place]) -> [[Int]] {
        let apart = severalLengths(places)
        let order = places.indices.sorted {
            (places[$0].scale, places[$0].tokens ?? 0, $0) < (places[$1].scale, places[$1].tokens ?? 0, $1)
        }
        var groups: [[Int]] = []
        for index in order {
            let own = places[index]
            let near = groups.indices.reversed().prefix { own.scale <= places[groups[$0][0]].scale * scaleTolerance }
            let fitting = near.first { group in
                let first = groups[group][0]
                let mayDiffer = !apart.contains(first) && !apart.contains(index)
                return mayDiffer || areSameTokens(places[first].tokens, own.tokens)
            }
            if let fitting { groups[fitting].append(index) } else { groups.append([index]) }
        }
        return groups
    }

    /// The runs whose candidate was trained on different numbers of tokens at about their scale.
    private static func severalLengths(_ places: [Place]) -> Set<Int> {
        var found: Set<Int> = []
        for own in Dictionary(grouping: places.indices, by: { places[$0].candidate }).values {
            var window: [Int] = []
            for index in own.sorted(by: { (places[$0].scale, $0) < (places[$1].scale, $1) }) {
                if let first = window.first, places[index].scale > places[first].scale * scaleTolerance { window = [] }
                window.append(index)
                if !areSameTokens(places[index].tokens, places[window[0]].tokens) { found.formUnion(window) }
                if found.contains(window[0]) { found.insert(index) }
            }
        }
        return found
    }
}
