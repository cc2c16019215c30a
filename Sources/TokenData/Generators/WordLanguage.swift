// A synthetic language whose every probability is known.
//
// A document draws a hidden topic z evenly. Each word then chooses one of the sources with fixed odds and is taken from
// it: a word of the topic, a fixed habit of the last words (of whole words or of their classes), the repetition of an
// earlier word, or the continuation of an earlier phrase. Where a source has no word to offer (the document is too
// short so far, or the phrase has not occurred), the word comes from the topic. Words are spelled in tokens. A document
// is `documentTokens` long, even if it ends inside a word, and does not depend on the one before.
//
// Draws are comparisons of whole numbers, so that tokens do not depend on a machine's arithmetic.
// WordLanguage+Probability.swift computes the probabilities.

import ScalebenchCore

/// The generator behind `"type": "wordLanguage"`. Document i is a function of (spec, split, i) alone.
package struct WordLanguage: Sendable {
    /// The version of the algorithm, which rises whenever the same spec gives other tokens.
    package static let algorithmVersion = 1
    /// The odds of the topics' words are in parts of 2^20, all others in parts of 2^16: products stay below 2^53.
    static let wordBits = 20
    static let oddsBits = 16

    package let spec: Spec
    let lexicon: Lexicon
    let sourceOdds: IntegerShares
    /// Words of each topic.
    let topicWords: [IntegerShares]
    /// Words of the language as a whole, from which successors are drawn.
    private let commonWords: IntegerShares
    /// For each source, the odds of its successors, or of the distances from 1.
    let rankOdds: [IntegerShares]

    package init(_ spec: Spec) {
        self.spec = spec
        let lexicon = Lexicon(spec)
        let byRank = IntegerShares.zipf(count: spec.words.count, offset: spec.words.zipfOffset)
        let weights = lexicon.ranks.map { byRank[$0] }
        self.lexicon = lexicon
        sourceOdds = IntegerShares(spec.sources.map { $0.weight << 20 }, bits: Self.oddsBits)
        commonWords = IntegerShares(weights, bits: Self.wordBits)
        topicWords = (0..<spec.topics.count).map { topic in
            IntegerShares(
                weights.enumerated().map { word, weight in
                    let draw = scatter(scatter(UInt64(spec.seed) ^ 0x746F_7069_63) ^ UInt64(topic << 32 | word))
                    return draw % UInt64(spec.topics.rarity) == 0 ? weight * spec.topics.boost : weight
                }, bits: Self.wordBits)
        }
        rankOdds = spec.sources.map { source in
            switch source.kind {
            case .successor(_, let count):
                IntegerShares(IntegerShares.zipf(count: count, offset: 1), bits: Self.oddsBits)
            case .recency(let offset):
                IntegerShares(
                    IntegerShares.zipf(count: spec.documentTokens, offset: offset + 1), bits: Self.oddsBits)
            case .topic, .induction: IntegerShares([1], bits: Self.oddsBits)
            }
        }
    }

    /// All words as tokens, sorted.
    package var words: [[UInt32]] { lexicon.spellings }

    /// p(word | topic) for a word that comes from the topic.
    package func topicProbability(of word: Int, topic: Int) -> Double {
        Double(topicWords[topic].share(word)) / Double(1 << Self.wordBits)
    }

    /// The word's place in the frequency list, 0 the most frequent.
    package func rank(of word: Int) -> Int { lexicon.ranks[word] }

    /// The words that source number `source` may give after `words`, likeliest first. It is nil if the source is not a
    /// table of successors, or if `words` are too few for it.
    package func successors(source: Int, after words: [Int]) -> [Int]? {
        guard case .successor(let context, let count) = spec.sources[source].kind,
            let row = row(source, context, after: words)
        else { return nil }
        return (0..<count).map { successor($0, of: row) }
    }
}

// MARK: - Sampling

extension WordLanguage {
    /// Writes document `index` of a split into `tokens`, whose count is the document's length.
    package func sample(
        _ split: DatasetWriter.SplitName, document index: Int, into tokens: UnsafeMutableBufferPointer<UInt32>
    ) {
        // The streams of the splits never meet: the top bit tells them apart.
        var random = Philox(seed: UInt64(spec.seed), stream: UInt64(index) | (split == .validation ? 1 << 63 : 0))
        let topic = topicWords[Int(random.next() >> 32) & (spec.topics.count - 1)]
        var words: [Int] = []
        words.reserveCapacity(tokens.count)
        var position = 0
        while position < tokens.count {
            let draw = random.next()
            let source = sourceOdds.entry(at: Int(draw & 0xFFFF))
            let word =
                choose(source, Int((draw >> 16) & 0xFFFF), after: words)
                ?? topic.entry(at: Int((draw >> 32) & 0xF_FFFF))
            words.append(word)
            for token in lexicon.spellings[word] where position < tokens.count {
                tokens[position] = token
                position += 1
            }
        }
    }

    /// A whole document.
    package func document(_ split: DatasetWriter.SplitName, _ index: Int) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: spec.documentTokens) { tokens, count in
            let whole = UnsafeMutableBufferPointer(rebasing: tokens[..<spec.documentTokens])
            whole.initialize(repeating: 0)
            sample(split, document: index, into: whole)
            count = spec.documentTokens
        }
    }

    /// The word that a source gives after `words`; nil where the word comes from the topic.
    private func choose(_ source: Int, _ draw: Int, after words: [Int]) -> Int? {
        switch spec.sources[source].kind {
        case .topic: return nil
        case .successor(let context, _):
            guard let row = row(source, context, after: words) else { return nil }
            return successor(rankOdds[source].entry(at: draw), of: row)
        case .recency:
            let distance = rankOdds[source].entry(at: draw) + 1
            return distance <= words.count ? words[words.count - distance] : nil
        case .induction: return continuation(after: words)
        }
    }

    /// The key of the row of successors for this context; nil where `words` are too few.
    func row(_ source: Int, _ context: [Spec.Feature], after words: [Int]) -> UInt64? {
        var key: UInt64 = 0
        for feature in context {
            guard feature.distance <= words.count else { return nil }
            key = (key << 16) | UInt64(lexicon.ranks[words[words.count - feature.distance]] % feature.classes)
        }
        return scatter(scatter(UInt64(spec.seed) &+ (UInt64(source + 1) << 48)) ^ key)
    }

    /// The successor of `rank` in a row, drawn from the common words.
    func successor(_ rank: Int, of row: UInt64) -> Int {
        commonWords.entry(at: Int(scatter(row &+ UInt64(rank)) >> UInt64(64 - Self.wordBits)))
    }

    /// The word that followed the last earlier occurrence of the last word; nil where there is none.
    func continuation(after words: [Int]) -> Int? {
        guard let last = words.last, let earlier = words.dropLast().lastIndex(of: last) else { return nil }
        return words[earlier + 1]
    }
}
