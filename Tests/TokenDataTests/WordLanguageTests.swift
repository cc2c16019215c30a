import Foundation
import ScalebenchCore
import Testing
import TokenData

@Suite struct WordLanguageTests {
    private let tiny: WordLanguage

    init() throws { tiny = WordLanguage(try wordSpec(tinySpec)) }

    /// Every document of five tokens that the tiny language can spell.
    private func everyDocument() -> [[UInt32]] {
        var documents: [[UInt32]] = [[]]
        for _ in 0..<5 {
            documents = documents.flatMap { prefix -> [[UInt32]] in
                var reader = WordLanguage.Reader(tiny)
                for token in prefix { reader.read(token) }
                return (0..<4).filter { reader.probability(of: $0) > 0 }.map { prefix + [$0] }
            }
        }
        return documents
    }

    @Test func wordsAreUniqueAndEndInAnEnding() throws {
        for language in [tiny, WordLanguage(try defaultSpec())] {
            let inner = language.spec.spelling.inner
            #expect(language.words.count == language.spec.words.count)
            #expect(Set(language.words).count == language.words.count)
            for word in language.words {
                #expect(word.last! >= inner && word.dropLast().allSatisfy { $0 < inner })
                #expect(word.last! < language.spec.vocabularySize)
            }
        }
    }

    @Test func conditionalsSumToOneAfterEveryPrefix() {
        for document in everyDocument() {
            var reader = WordLanguage.Reader(tiny)
            for token in document {
                #expect(abs((0..<4).reduce(0) { $0 + reader.probability(of: $1) } - 1) < 1e-12)
                let stated = reader.probability(of: token)
                #expect(reader.read(token) == stated)
            }
        }
    }

    /// Documents are drawn with the stated probabilities: 400,000 documents are compared with the stated probability of
    /// every possible one. With n possible documents, chi-squared has a mean of n − 1 and a variance of 2(n − 1); one
    /// wrong weight makes it many times as large.
    @Test func drawnDocumentsHaveTheStatedProbabilities() {
        let draws = 400_000
        var counts: [[UInt32]: Int] = [:]
        for document in documents(tiny, 0..<draws) { counts[document, default: 0] += 1 }
        var chiSquared = 0.0, total = 0.0, cells = 0.0, rare = (seen: 0.0, expected: 0.0)
        for document in everyDocument() {
            let expected = exp(-tiny.surprisal(of: document).reduce(0, +)) * Double(draws)
            let seen = Double(counts.removeValue(forKey: document) ?? 0)
            total += expected
            if expected < 5 {
                rare = (rare.seen + seen, rare.expected + expected)
            } else {
                chiSquared += (seen - expected) * (seen - expected) / expected
                cells += 1
            }
        }
        #expect(counts.isEmpty)
        #expect(abs(total / Double(draws) - 1) < 1e-9)
        #expect(cells > 50)
        #expect(abs(rare.seen - rare.expected) < 5 * rare.expected.squareRoot() + 1)
        #expect(abs(chiSquared - cells) < 5 * (2 * cells).squareRoot())
    }

    @Test func documentsDependOnTheirNumberAndSplitOnly() {
        let forward = documents(tiny, 0..<40)
        #expect(documents(tiny, 20..<40) == Array(forward[20...]))
        #expect(documents(tiny, 0..<40, split: .validation) != forward)
    }

    /// The tokens change only with `algorithmVersion` or the spec, and this hash changes with them.
    @Test func defaultCorpusIsTheSameEverywhere() throws {
        let language = WordLanguage(try defaultSpec())
        let bytes = documents(language, 0..<1000).joined().flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(ContentHash.sha256(Data(bytes)) == "bcad027a36187fa81cb05480ccc6c16c6eeb9c806e55e8b08913307f18cb3daa")
    }

    /// On the default corpus: conditionals sum to one, and the surprisal of what was drawn agrees in the mean with the
    /// entropy of the conditionals it was drawn from.
    @Test func surprisalAgreesWithTheEntropyOfTheConditionals() throws {
        let language = WordLanguage(try defaultSpec())
        var differences: [Double] = []
        for document in documents(language, 0..<40, split: .validation) {
            var reader = WordLanguage.Reader(language)
            for token in document {
                let p = (0..<UInt32(language.spec.vocabularySize)).map { reader.probability(of: $0) }
                #expect(abs(p.reduce(0, +) - 1) < 1e-12)
                let entropy = p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
                differences.append(-log(reader.read(token)) - entropy)
            }
        }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        #expect(abs(mean) < 4 * (variance / count).squareRoot())
    }

    @Test func specIsReadStrictly() {
        for (right, wrong) in [
            ("\"seed\": 7", "\"sead\": 7"), ("\"count\": 2", "\"count\": 3"), ("\"recency\"", "\"recent\""),
            ("\"weight\": 3", "\"weight\": 0"), ("\"zipfOffset\": 1", "\"zipfOffset\": 0"),
            ("\"count\": 5", "\"count\": 500"),
        ] {
            let text = tinySpec.replacingOccurrences(of: right, with: wrong)
            #expect(text != tinySpec)
            #expect(error { _ = try wordSpec(text) }?.code == .invalidInput, "\(wrong)")
        }
    }
}
