// The same language written down a second time, as plainly as possible: the latent choices (the topic, the source of
// every word, the rank within a source) are summed out by enumeration, over all word sequences whose spelling begins
// with the document. It takes the words, the topics' odds and the rows of successors from the generator, so it checks
// the mixture, the fallback, the pointers, the spelling and the posterior, not the hash.

import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct WordLanguageReferenceTests {
    private let language: WordLanguage

    init() throws { language = WordLanguage(try wordSpec(tinySpec)) }

    @Test func summingOutEveryLatentGivesTheStatedProbability() {
        for document in documents(language, 0..<300) {
            let probability = [0, 1].reduce(0) { $0 + 0.5 * mass(of: document[...], after: [], topic: $1) }
            let stated = exp(-language.surprisal(of: document).reduce(0, +))
            // The language itself rounds its odds to 65536ths.
            #expect(abs(stated / probability - 1) < 1e-3, "document \(document)")
        }
    }

    /// The topics' words are one to five times as likely as 1 / (rank + 1) says, and both kinds exist.
    @Test func topicsBoostTheirWords() {
        for topic in 0..<2 {
            let ratios = language.words.indices.map {
                language.topicProbability(of: $0, topic: topic) * Double(language.rank(of: $0) + 1)
            }
            for ratio in ratios {
                let boost = ratio / ratios.min()!
                #expect(abs(boost - 1) < 1e-3 || abs(boost - 5) < 1e-2)
            }
            #expect(
                abs(language.words.indices.reduce(0) { $0 + language.topicProbability(of: $1, topic: topic) } - 1)
                    < 1e-9)
        }
    }

    /// p(the rest of the document | finished words, topic), summed over every next word whose spelling fits.
    private func mass(of rest: ArraySlice<UInt32>, after words: [Int], topic: Int) -> Double {
        if rest.isEmpty { return 1 }
        return language.words.indices.reduce(0) { sum, word in
            let spelling = language.words[word]
            guard rest.prefix(spelling.count).elementsEqual(spelling.prefix(rest.count)) else { return sum }
            let p = probability(of: word, after: words, topic: topic)
            return sum + p * mass(of: rest.dropFirst(spelling.count), after: words + [word], topic: topic)
        }
    }

    /// p(word | words, topic), source by source: weights 3, 2, 2, 2, 2 of 11.
    private func probability(of word: Int, after words: [Int], topic: Int) -> Double {
        let fresh = language.topicProbability(of: word, topic: topic)
        var sum = 3 * fresh
        for source in [1, 2] {
            guard let row = language.successors(source: source, after: words) else {
                sum += 2 * fresh
                continue
            }
            for (successor, odds) in zip(row, [2.0 / 3, 1.0 / 3]) where successor == word { sum += 2 * odds }
        }
        // Recency: 1 / (d + 1) for d = 1 … 5.
        let odds = (1...5).map { 1 / Double($0 + 1) }
        for distance in 1...5 {
            let share = 2 * odds[distance - 1] / odds.reduce(0, +)
            if distance > words.count {
                sum += share * fresh
            } else if words[words.count - distance] == word {
                sum += share
            }
        }
        // Induction: after the last earlier occurrence of the last word.
        var follower: Int?
        for earlier in words.indices.dropLast() where words[earlier] == words.last { follower = words[earlier + 1] }
        sum += follower.map { $0 == word ? 2 : 0 } ?? 2 * fresh
        return sum / 11
    }
}
