import Foundation
import ScalingLaws
import Testing

struct BestOfTests {
    /// A normal gap, as 2,047 evenly spaced quantiles.
    private func gap(_ mean: Double, _ deviation: Double) -> GapDistribution {
        let draws = (1..<2048).map { mean + deviation * NormalDistribution.quantile(Double($0) / 2048) }
        return GapDistribution(draws: draws, probabilityPositive: NormalDistribution.cumulative(mean / deviation))
    }

    @Test(arguments: [(0.0, 1.0), (0.3, 0.2), (-0.1, 0.05), (2, 1)])
    func oneCandidateIsBestAsOftenAsItBeatsTheReference(mean: Double, deviation: Double) {
        let result = BestOf.probabilities([gap(mean, deviation)])
        #expect(abs(result[0] - NormalDistribution.cumulative(mean / deviation)) < 1e-3)
        #expect(abs(result[0] + result[1] - 1) < 1e-12)
    }

    @Test(arguments: [2, 5, 19]) func exchangeableCandidatesAreEquallyLikely(count: Int) {
        let result = BestOf.probabilities(Array(repeating: gap(0, 1), count: count))
        let share = 1 / Double(count + 1)
        #expect(result.allSatisfy { abs($0 - share) < 0.05 * share }, "\(result)")
        #expect(abs(result.reduce(0, +) - 1) < 1e-12)
    }

    /// Losses are independent: the reference's is N(0, 1), the others' N(m, 1), so gaps are N(m, 2), correlated by ½.
    @Test func agreesWithIndependentNormalLosses() {
        let means = [-0.5, 0.2, 1.0, -0.2]
        let result = BestOf.probabilities(means.map { gap($0, 2.0.squareRoot()) })
        var generator = SplitMix(seed: 7)
        var wins = [Double](repeating: 0, count: means.count + 1)
        let rounds = 200_000
        for _ in 0..<rounds {
            let losses = [generator.normal()] + means.map { $0 + generator.normal() }
            wins[losses.indices.min { losses[$0] < losses[$1] }!] += 1 / Double(rounds)
        }
        for (got, expected) in zip(result, wins) { #expect(abs(got - expected) < 0.006, "\(result) \(wins)") }
    }

    /// A candidate of which little is known must not change how likely the others are relative to each other.
    @Test func anUncertainCandidateLeavesTheOthersInProportion() {
        let result = BestOf.probabilities([gap(0.0005, 0.004), gap(-0.05, 0.02)])
        #expect(abs(result[0] / (result[0] + result[1]) - 0.55) < 0.04, "\(result)")
    }

    @Test func aTwinOfTheReferenceSharesItsProbability() {
        let twin = GapDistribution(draws: [0], probabilityPositive: 0.5)
        let result = BestOf.probabilities([twin, gap(0, 1)])
        #expect(abs(result[0] - 0.25) < 1e-3)
        #expect(result[0] == result[1])
    }

    @Test func certainGapsGiveCertainAnswers() {
        let worse = GapDistribution(draws: [0.1, 0.2], probabilityPositive: 1)
        let better = GapDistribution(draws: [-0.1, -0.2], probabilityPositive: 0)
        #expect(BestOf.probabilities([]) == [1])
        #expect(BestOf.probabilities([worse]) == [1, 0])
        #expect(BestOf.probabilities([worse, better]) == [0, 0, 1])
    }

    // MARK: - Duels

    /// Losses of spread 1/√2 around their means: gaps to the reference are N(m, 1), and so are those of any other two.
    @Test func duelsAgreeWithIndependentNormalLosses() {
        let means = [0, -0.5, 0.2, 1.0], gaps = means.dropFirst().map { gap($0, 1) }
        let order = [2, 0, 3, 1], duels = BestOf.duels(gaps, among: order)
        for row in order.indices {
            for column in order.indices {
                let expected = NormalDistribution.cumulative(means[order[column]] - means[order[row]])
                #expect(
                    abs(duels[row][column] - expected) < 0.004, "\(row) \(column): \(duels[row][column]) \(expected)")
                #expect(abs(duels[row][column] + duels[column][row] - 1) < 1e-12)
            }
        }
    }

    @Test func twinsAndCertainGapsHaveDuelsToo() {
        let twin = GapDistribution(draws: [0], probabilityPositive: 0.5)
        let better = GapDistribution(draws: [-0.1, -0.2], probabilityPositive: 0)
        #expect(BestOf.duels([twin, better], among: [0, 1, 2]) == [[0.5, 0.5, 0], [0.5, 0.5, 0], [1, 1, 0.5]])
        #expect(BestOf.duels([], among: [0]) == [[0.5]])
    }
}
