// What a perfect reader of the prefix expects. m are the odds of the sources, z is the topic, and every hidden choice
// is summed out:
//     p(word | words, z) = Σ_k m_k · p_k(word | words, z)            the source of a word
//     p(token | prefix) = Σ_z P(z, prefix + token) / Σ_z P(z, prefix)    the topic, by Bayes
// where P(z, prefix) = p(z) · Π p(finished words) · Σ p(words that begin with the started one). The prefix shows where
// words end, hence which words were finished. No model that sees the prefix can predict better.
// Masses are whole parts of 2^52, exact in a Double; the products over words are rounded.

import Foundation

extension WordLanguage {
    /// Reads a document token by token and knows the exact probability of the next.
    package struct Reader {
        private let language: WordLanguage
        private var words: [Int] = []
        /// P(z, finished words), scaled to a sum of one.
        private var topics: [Double]
        private var outlook: Outlook
        /// The words that begin with the tokens of the started word, and the number of those tokens.
        private var started: Range<Int>
        private var depth = 0

        package init(_ language: WordLanguage) {
            self.language = language
            topics = [Double](repeating: 1 / Double(language.spec.topics.count), count: language.spec.topics.count)
            outlook = language.outlook(after: [])
            started = language.lexicon.spellings.indices
        }

        /// p(token | the tokens read so far).
        package func probability(of token: UInt32) -> Double {
            total(joint(language.lexicon.narrowed(started, at: depth, to: token))) / total(joint(started))
        }

        /// Reads one more token, which must be possible here; returns its probability.
        @discardableResult
        package mutating func read(_ token: UInt32) -> Double {
            let narrowed = language.lexicon.narrowed(started, at: depth, to: token)
            precondition(!narrowed.isEmpty, "no word is spelled like this")
            let joint = joint(narrowed), sum = total(joint)
            let probability = sum / total(self.joint(started))
            if token >= language.spec.spelling.inner {
                words.append(narrowed.lowerBound)
                topics = joint.map { $0 / sum }
                outlook = language.outlook(after: words)
                started = language.lexicon.spellings.indices
                depth = 0
            } else {
                started = narrowed
                depth += 1
            }
            return probability
        }

        /// P(z, finished words, next word in `range`) for every z, up to a common factor.
        private func joint(_ range: Range<Int>) -> [Double] {
            let common = outlook.mass(of: range)
            return topics.indices.map { topic in
                let ends = language.topicWords[topic].ends
                let mass = common + outlook.topic * (ends[range.upperBound] - ends[range.lowerBound])
                return topics[topic] * Double(mass) * 0x1p-52
            }
        }

        private func total(_ values: [Double]) -> Double { values.reduce(0, +) }
    }

    /// −ln p(token | tokens before it) of every token of a document, in nats.
    package func surprisal(of document: [UInt32]) -> [Double] {
        var reader = Reader(self)
        return document.map { -log(reader.read($0)) }
    }

    /// The same for a reader that takes the last `context` tokens for the beginning of the document: it sees the words
    /// that begin among them, and the started one.
    func surprisal(of document: [UInt32], context: Int) -> [Double] {
        var starts: [Int] = []
        return document.indices.map { place in
            if place == 0 || document[place - 1] >= spec.spelling.inner { starts.append(place) }
            let first = starts.first { $0 >= place - context } ?? starts[starts.count - 1]
            var reader = Reader(self)
            for token in document[first..<place] { reader.read(token) }
            return -log(reader.probability(of: document[place]))
        }
    }

    /// What finished words say about the next one. `words` are masses in parts of 2^52 that do not depend on the topic;
    /// `topic` is a factor for the topic's own odds, which are in parts of 2^20.
    fileprivate struct Outlook {
        var words: [(word: Int, mass: Int)] = []
        var topic = 0

        func mass(of range: Range<Int>) -> Int {
            words.reduce(0) { range.contains($1.word) ? $0 + $1.mass : $0 }
        }
    }

    fileprivate func outlook(after words: [Int]) -> Outlook {
        let one = 1 << Self.oddsBits, word = 1 << Self.wordBits
        var outlook = Outlook()
        for (source, declared) in spec.sources.enumerated() {
            let mass = sourceOdds.share(source)
            let odds = rankOdds[source]
            switch declared.kind {
            case .topic: outlook.topic += mass * one
            case .successor(let context, let count):
                guard let row = row(source, context, after: words) else {
                    outlook.topic += mass * one
                    continue
                }
                for rank in 0..<count {
                    outlook.words.append((successor(rank, of: row), mass * odds.share(rank) * word))
                }
            case .recency:
                for distance in 1..<(words.count + 1) {
                    outlook.words.append((words[words.count - distance], mass * odds.share(distance - 1) * word))
                }
                outlook.topic += mass * (one - odds.ends[words.count])
            case .induction:
                if let continuation = continuation(after: words) {
                    outlook.words.append((continuation, mass * one * word))
                } else {
                    outlook.topic += mass * one
                }
            }
        }
        return outlook
    }
}
