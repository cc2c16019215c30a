// Makes a ranking from candidate records and run records. It is pure: equal input gives an equal board.
//
// 1. Records of one recipe become one candidate. A candidate whose runs allow no verdict is listed without a rank, with
//    the reason.
// 2. Every candidate is judged against the reference by the compare's own rule; the joint distribution of the gaps
//    gives the probability of being best.
// 3. The candidates are sorted by expected loss. Each one, in this order, shares the rank of the first of the group
//    above unless a verdict on these two says that it is worse.

import Foundation
package import ScalebenchCore
package import ScalingLaws

extension Leaderboard {
    /// Ranks the candidates of one board.
    /// - Parameters:
    ///   - entries: the candidate records of one board, in any order.
    ///   - records: the records of their runs, as far as there are any.
    ///   - reference: the name of a ranked candidate; nil for the first recorded one that was trained at the target, or
    ///     else the first.
    /// - Throws: `invalidInput` for records of different boards or a reference that cannot be ranked, `notFound` for
    ///   one that is unknown.
    package init(
        _ entries: [CandidateRecord], records: [RunID: RunRecord], reference: String? = nil,
        priors: GapPriors = .shipped
    ) throws {
        guard let first = entries.first else {
            throw ScalebenchError(.invalidInput, "a leaderboard needs at least one candidate")
        }
        guard entries.allSatisfy({ $0.board == first.board }) else {
            throw ScalebenchError(
                .invalidInput, "candidates of different suites, versions or data sets cannot be ranked together")
        }
        // A synthetic candidate's losses do not depend on the data: with one of them, no floor is known.
        let floor = entries.allSatisfy { $0.knownFloor != nil } ? first.knownFloor : nil
        let judge = Judge(thresholds: first.suite.thresholds, priors: priors, knownFloor: floor)
        let all = BoardCandidate.all(entries)
        var obstacles = all.map { $0.obstacle(records) }
        let standing = try Self.chooseReference(
            reference, among: all, obstacles: obstacles, records: records
        ).map { index in
            // The reference comes first, as in every ladder.
            var order = [index] + all.indices.filter { $0 != index && obstacles[$0] == nil }
            for other in order.dropFirst() {
                let common = Self.commonRungs(all[index], all[other], records)
                guard common < 2 else { continue }
                let rungs = Quantity.count(common, "rung")
                obstacles[other] = (.tooFewRungs, "\(rungs) with a loss in common with \(all[index].label)")
            }
            order.removeAll { obstacles[$0] != nil }
            return Standing(order.map { all[$0] }, records, judge)
        }
        let target = first.candidate.places[first.candidate.places.count - 1]
        self.init(
            suite: first.suite, suiteHash: first.suiteHash, question: first.question, axis: first.axis,
            targetLabel: target.label, targetScale: standing?.ladder.target.scale,
            reference: standing?.candidates[0].label, ranking: try standing?.ranking() ?? [],
            notRanked: zip(all, obstacles).compactMap { candidate, obstacle in
                obstacle.map { NotRanked(candidate, reason: $0.reason, explanation: $0.explanation, records: records) }
            })
    }

    private static func chooseReference(
        _ name: String?, among all: [BoardCandidate],
        obstacles: [(reason: Reason, explanation: String)?], records: [RunID: RunRecord]
    ) throws -> Int? {
        let possible = all.indices.filter { obstacles[$0] == nil }
        guard let name else {
            return possible.first { all[$0].isTrainedAtTarget(records) } ?? possible.first
        }
        if let index = possible.first(where: { all[$0].label == name }) { return index }
        if let index = all.firstIndex(where: { $0.label == name }), let obstacle = obstacles[index] {
            throw ScalebenchError(
                .invalidInput, "the reference \"\(name)\" cannot be ranked: \(obstacle.explanation)",
                hint: "choose another --reference")
        }
        let labels = possible.map { all[$0].label }
        throw ScalebenchError(
            .notFound, "no candidate \"\(name)\" to refer to",
            hint: NearestName.hint(name, among: labels, otherwise: "candidates: \(labels.joined(separator: ", "))"))
    }

    private static func commonRungs(_ a: BoardCandidate, _ b: BoardCandidate, _ records: [RunID: RunRecord]) -> Int {
        let ladder = Ladder([a.runs, b.runs], records: records)
        return ladder.rungs.count { rung in rung.points.allSatisfy { $0.meanLoss != nil } }
    }
}

extension BoardCandidate {
    fileprivate func isTrainedAtTarget(_ records: [RunID: RunRecord]) -> Bool {
        runs.places[runs.places.count - 1].runs.contains { records[$0.id]?.finalEvaluation?.natsPerToken != nil }
    }
}

/// The candidates that can be ranked, the reference first.
private struct Standing {
    let candidates: [BoardCandidate]
    let ladder: Ladder
    private let noise: LadderNoise
    private let judge: Judge
    private let records: [RunID: RunRecord]

    /// A candidate against the reference.
    private struct Versus {
        var pair: PairLadder
        /// The verdict with its numbers; nil for the same runs under two names.
        var assessment: Judge.Assessment?
        var gaps: GapDistribution

        var forecast: GapForecast? { assessment?.forecast }
    }

    init(_ candidates: [BoardCandidate], _ records: [RunID: RunRecord], _ judge: Judge) {
        self.candidates = candidates
        self.records = records
        self.judge = judge
        ladder = Ladder(candidates.map(\.runs), records: records)
        noise = LadderNoise(ladder)
    }

    func ranking() throws -> [Leaderboard.Row] {
        let versus = try candidates.indices.dropFirst().map(againstReference)
        let best = BestOf.probabilities(versus.map(\.gaps))
        let base = referenceLoss(versus)
        var rows = [row(0, nil, loss: base, best: best[0])]
        for (index, one) in zip(candidates.indices.dropFirst(), versus) {
            rows.append(row(index, one, loss: loss(index, one, base: base), best: best[index]))
        }
        let order = rows.indices.sorted {
            let left = rows[$0].loss?.point ?? .infinity, right = rows[$1].loss?.point ?? .infinity
            return (left, $0) < (right, $1)
        }
        return try ranked(rows, order)
    }

    private func againstReference(_ index: Int) throws -> Versus {
        let pair = PairLadder(ladder, a: 0, b: index, noise: noise)
        if pair.candidatesAreIdentical {
            return Versus(pair: pair, gaps: GapDistribution(draws: [0], probabilityPositive: 0.5))
        }
        let assessment = try judge.assess(pair)
        guard let posterior = assessment.posterior else {
            preconditionFailure("a candidate that lost by divergence alone is not ranked")
        }
        let sigma = pair.sigmaAtTarget
        return Versus(
            pair: pair, assessment: assessment,
            gaps: posterior.gapDistribution(at: pair.targetScale, sigmaA: sigma.a, sigmaB: sigma.b))
    }

    // MARK: - Losses

    /// The mean loss of the runs at the target; nil without a loss there. The estimate adds seed noise; nil where that
    /// is unknown.
    private func observedLoss(_ index: Int) -> (mean: Double, estimate: Estimate?)? {
        let points = ladder.target.points[index]
        guard let mean = points.meanLoss else { return nil }
        let count = Double(points.compactMap(\.loss).count)
        let estimate = noise.sigma(candidate: index, scale: ladder.target.scale).map { sigma in
            Estimate(normalMean: mean, deviation: sigma / count.squareRoot())
        }
        return (mean, estimate)
    }

    private func referenceLoss(_ versus: [Versus]) -> Estimate? {
        observedLoss(0)?.estimate ?? versus.lazy.compactMap { $0.forecast?.lossA }.first
    }

    /// The observed loss; without one, the reference's loss plus the gap, because errors that both share cancel in the
    /// gap.
    private func loss(_ index: Int, _ versus: Versus, base: Estimate?) -> Estimate? {
        if let observed = observedLoss(index)?.estimate { return observed }
        guard let forecast = versus.forecast, let base else { return base }
        if observedLoss(0) != nil { return forecast.expectedGap.shifted(by: base.point) }
        return forecast.lossB.shifted(by: base.point + forecast.expectedGap.point - forecast.lossB.point)
    }

    // MARK: - Ranks

    private func ranked(_ rows: [Leaderboard.Row], _ order: [Int]) throws -> [Leaderboard.Row] {
        var result: [Leaderboard.Row] = []
        var leader = order[0], rank = 1
        for (position, index) in order.enumerated() {
            if position > 0, try isWorse(index, than: leader) {
                leader = index
                rank = position + 1
            }
            result.append(rows[index])
            result[position].rank = rank
        }
        for index in result.indices {
            result[index].isRankShared = result.count { $0.rank == result[index].rank } > 1
        }
        return result
    }

    private func isWorse(_ index: Int, than leader: Int) throws -> Bool {
        let pair = PairLadder(ladder, a: leader, b: index, noise: noise)
        guard !pair.candidatesAreIdentical, pair.ladderRungs.count >= 2 else { return false }
        return try judge.assess(pair).verdict == .aBetter
    }

    // MARK: - Rows

    private func row(_ index: Int, _ versus: Versus?, loss: Estimate?, best: Double) -> Leaderboard.Row {
        let candidate = candidates[index]
        let observed = observedLoss(index)?.mean
        let points = (ladder.rungs + [ladder.target]).flatMap { $0.points[index] }
        let flops = ladder.target.flopsByCandidate!
        let isTwin = versus != nil && versus?.assessment == nil
        return Leaderboard.Row(
            rank: 0, isRankShared: false, candidate: candidate.label, otherNames: Array(candidate.names.dropFirst()),
            notes: candidate.runs.notes, recipe: candidate.runs.recipe, isReference: index == 0,
            basis: observed == nil ? .predicted : .observed, loss: loss, observedLoss: observed,
            probabilityBest: best,
            probabilityBetterThanReference: isTwin ? 0.5 : versus?.forecast.map { 1 - $0.probabilityABetter },
            gap: isTwin ? Estimate(exactly: 0) : versus?.forecast?.expectedGap,
            computeMultiplier: isTwin ? Estimate(exactly: 1) : versus?.forecast?.computeMultiplier,
            scalingExponent: scalingExponent(index), targetComputeRatio: flops[index] / flops[0],
            runs: points.count, diverged: points.count { $0.diverged }, cost: candidate.cost(records),
            date: candidate.date)
    }

    /// Minus the least-squares slope of ln loss over ln FLOPs; nil with fewer than two rungs.
    private func scalingExponent(_ index: Int) -> Double? {
        let places = ladder.rungs.compactMap { rung in
            rung.points[index].meanLoss.map { (x: log(rung.flopsByCandidate![index]), y: log($0)) }
        }
        guard places.count >= 2 else { return nil }
        let x = places.map(\.x).mean, y = places.map(\.y).mean
        let spread = places.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
        return -places.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
    }
}

extension Leaderboard.NotRanked {
    fileprivate init(
        _ candidate: BoardCandidate, reason: Leaderboard.Reason, explanation: String, records: [RunID: RunRecord]
    ) {
        self.init(
            candidate: candidate.label, otherNames: Array(candidate.names.dropFirst()), notes: candidate.runs.notes,
            recipe: candidate.runs.recipe, reason: reason, explanation: explanation, cost: candidate.cost(records),
            date: candidate.date)
    }
}
