// The best of several candidates and who beats whom, from the gaps of all to one reference.

import ScalingLaws

extension BestResult {
    private static let mostHeadToHead = 8

    /// The verdict on standings in any order, by the probability that decides.
    /// - Parameters:
    ///   - standings: each with the place of its candidate: 0 for the reference of `gaps`, 1 for the first of them; nil
    ///     for a candidate that lost by divergence.
    ///   - gaps: those to one reference, the luck of the best taken off.
    init(
        _ standings: [(standing: Standing, place: Int?)], gaps: [GapDistribution], notJudged: [String], decisive: Double
    ) {
        // The sort is stable: of equal probabilities the earlier candidate comes first.
        let standings = standings.sorted { $0.standing.probabilityBest > $1.standing.probabilityBest }
        let candidates = standings.map(\.standing)
        let likeliest = standings.filter { $0.place != nil }.prefix(Self.mostHeadToHead)
        var held = 0.0
        let contenders = candidates.prefix { standing in
            defer { held += standing.probabilityBest }
            // The sum over all may fall short of 1 by rounding.
            return held < decisive && standing.probabilityBest > 0
        }.map(\.candidate)
        self.init(
            winner: candidates.first.flatMap { $0.probabilityBest >= decisive ? $0.candidate : nil },
            contenders: contenders, candidates: candidates, notJudged: notJudged,
            headToHead: likeliest.count < 2 ? nil : HeadToHead(Array(likeliest), gaps))
    }
}

extension BestResult.HeadToHead {
    /// - Parameter standings: candidates with a place among `gaps`.
    fileprivate init(_ standings: [(standing: BestResult.Standing, place: Int?)], _ gaps: [GapDistribution]) {
        let duels = BestOf.duels(gaps, among: standings.compactMap(\.place))
        self.init(
            candidates: standings.map(\.standing.candidate),
            probabilityBetter: duels.indices.map { row in
                duels[row].indices.map { column in row == column ? nil : duels[row][column] }
            })
    }
}
