// What one rung is.

import Comparison
import Testing

struct RungGroupingTests {
    private func rungs(_ runs: [(String, Double, Double?)]) -> [[Int]] {
        RungGrouping.rungs(runs.map { .init(candidate: $0.0, scale: $0.1, tokens: $0.2) })
    }

    @Test func nearlyEqualScalesAreOneRung() {
        #expect(rungs([("a", 1e7, nil), ("b", 1.02e7, nil), ("b", 1.03e7, nil)]) == [[0, 1], [2]])
        // A candidate's own runs too: so close together they say nothing of a trend.
        #expect(rungs([("a", 1.01e7, nil), ("b", 1e7, nil), ("a", 1e7, nil), ("a", 1e8, nil)]) == [[1, 2, 0], [3]])
        #expect(rungs([]) == [])
    }

    @Test func lengthsOfOneCandidateAreRungsOfTheirOwn() {
        // The same FLOPs with few and with many tokens; another candidate has one of the two lengths.
        let runs: [(String, Double, Double?)] = [("a", 6e17, 1e9), ("a", 6e17, 1e10), ("b", 6.02e17, 1.05e9)]
        #expect(rungs(runs) == [[0, 2], [1]])
        // Where no candidate has two lengths, candidates that differ in theirs still share a rung.
        #expect(rungs([("a", 6e17, 1e9), ("b", 6e17, 2e9)]) == [[0, 1]])
    }

    @Test func belowMeansNotTheSameRung() {
        #expect(RungGrouping.isBelow(0.97, 1) && !RungGrouping.isBelow(0.98, 1))
        #expect(RungGrouping.isSameScale(0.98, 1) && !RungGrouping.isSameScale(0.97, 1))
        #expect(RungGrouping.areSameTokens(nil, nil) && !RungGrouping.areSameTokens(nil, 1))
    }
}
