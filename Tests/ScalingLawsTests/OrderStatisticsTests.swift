import ScalingLaws
import Testing

struct OrderStatisticsTests {
    /// Lists of every kind have the values of the sorted list at the ranks that were asked for, and hold the same values.
    @Test func valuesAtRanksAreThoseOfTheSortedList() {
        var random = SplitMix(seed: 1)
        for count in [1, 2, 15, 17, 100, 2048] {
            let up = (0..<count).map(Double.init)
            let lists: [[Double]] = [
                up, up.reversed(), up.map { _ in 1 }, up.map { $0.truncatingRemainder(dividingBy: 3) },
                up.map { min($0, Double(count) - $0) }, up.map { _ in random.normal() },
                up.map { _ in random.normal().rounded() },
                up.map { $0 < 5 ? -.infinity : random.uniform() < 0.1 ? .infinity : $0 },
            ]
            for list in lists {
                let sorted = list.sorted()
                let some = [0, count / 20, count / 20 + 1, count / 2, count - 1].map { min($0, count - 1) }.sorted()
                for ranks in [[], [count - 1], [0], some] {
                    let found = list.sorted(atRanks: ranks)
                    #expect(ranks.allSatisfy { found[$0] == sorted[$0] })
                    #expect(found.sorted() == sorted)
                }
            }
        }
    }

    /// A list that makes the choice of the middle of three as bad as it can be is sorted in the end, and so is one with NaN.
    @Test func badListsEnd() {
        var bad: [Double] = []
        for value in 0..<5000 {
            bad.append(Double(value))
            bad.swapAt(bad.count / 2, bad.count - 1)
        }
        #expect(bad.sorted(atRanks: [2500])[2500] == 2500)
        #expect((bad + [.nan] + bad).sorted(atRanks: [10, 5000]).count == 10001)
    }
}
