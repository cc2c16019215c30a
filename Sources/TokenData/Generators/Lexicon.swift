// The words of a generated language: how they are spelled and how frequent they are.

/// Words in the order of their spellings, so that the words that begin alike are neighbours.
struct Lexicon: Sendable {
    /// The spellings are sorted and all different, and none is the beginning of another.
    let spellings: [[UInt32]]
    /// The rank of each word in the frequency list, 0 the most frequent.
    let ranks: [Int]

    init(_ spec: WordLanguage.Spec) {
        let spelling = spec.spelling
        let choices = IntegerShares(IntegerShares.zipf(count: spelling.choices, offset: 1), bits: 16)
        var taken = Set<[UInt32]>()
        var words: [(spelling: [UInt32], rank: Int)] = []
        for rank in 0..<spec.words.count {
            var attempt = 0
            var word: [UInt32] = []
            repeat {
                var state = scatter(UInt64(spec.seed) ^ (UInt64(rank) << 32 | UInt64(attempt) << 8))
                func draw() -> Int {
                    state = scatter(state)
                    return Int(state >> 48)
                }
                // Zipf's law of abbreviation: the mean length grows with the logarithm of the rank. Failed attempts
                // (the short spellings run out) make a word longer.
                let magnitude = Int.bitWidth - (rank + 1).leadingZeroBitCount
                let length = 1 + draw() % max(1, magnitude / 2) + attempt / 8
                var previous = spelling.inner
                word = (1..<max(1, min(length, spelling.longest))).map { _ in
                    previous = Self.follower(of: previous, choices.entry(at: draw()), below: spelling.inner, spec)
                    return UInt32(previous)
                }
                let ending = Self.follower(
                    of: previous, choices.entry(at: draw()) + 4096, below: spelling.endings, spec)
                word.append(UInt32(spelling.inner + ending))
                attempt += 1
            } while !taken.insert(word).inserted
            words.append((word, rank))
        }
        words.sort { $0.spelling.lexicographicallyPrecedes($1.spelling) }
        spellings = words.map(\.spelling)
        ranks = words.map(\.rank)
    }

    /// The `choice`-th token that may follow `previous`.
    private static func follower(of previous: Int, _ choice: Int, below count: Int, _ spec: WordLanguage.Spec) -> Int {
        let row = scatter(UInt64(spec.seed) &+ UInt64(1 + previous % spec.spelling.classes) << 20)
        return Int(scatter(row ^ UInt64(choice)) % UInt64(count))
    }

    /// The words in `range` that go on with `token`; all words in `range` agree in their first `depth` tokens.
    func narrowed(_ range: Range<Int>, at depth: Int, to token: UInt32) -> Range<Int> {
        func first(_ belongs: (UInt32) -> Bool) -> Int {
            var low = range.lowerBound, high = range.upperBound
            while low < high {
                let middle = (low + high) / 2
                if belongs(spellings[middle][depth]) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        return first { $0 >= token }..<first { $0 > token }
    }
}
