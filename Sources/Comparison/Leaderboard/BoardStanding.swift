// The candidates of a board that can be ranked, judged against the reference and against the leaders of their ranks.

import Foundation
import ScalebenchCore
import ScalingLaws

/// The candidates that can be ranked, the reference first.
struct BoardStanding: Sendable {
    let candidates: [BoardCandidate]
    let ladder: Ladder
    private let pooled: PooledEvidence
    private let judge: Judge
    private let records: [RunID: RunRecord]
    private let fromBaselines: Set<RunID>

    /// A candidate against the reference.
    private struct Versus: Sendable {
        var pair: PairLadder
        /// The verdict with its numbers; nil for the same runs under two names.
        var assessment: Judge.Assessment?
        var gaps: GapDistribution

        var forecast: GapForecast? { assessment?.forecast }
    }

    init(
        _ candidates: [BoardCandidate], _ records: [RunID: RunRecord], _ judge: Judge, fromBaselines: Set<RunID>
    ) {
        self.candidates = candidates
        self.records = records
        self.fromBaselines = fromBaselines
        self.judge = judge
        ladder = Ladder(tuned: candidates.map(\.runs), records: records)
        pooled = PooledEvidence(ladder)
    }

    /// The rows in the order of their ranks, and the best of them; nil with fewer than three.
    func ranking() throws -> (rows: [Leaderboard.Row], best: BestResult?) {
        let versus = try inParallel(candidates.count - 1) { index in
            Result { try againstReference(index + 1) }
        }.map { try $0.get() }
        let gaps = BestOf.withoutLuck(versus.map(\.gaps)), best = BestOf.probabilities(gaps)
        let base = referenceLoss(versus)
        var rows = [row(0, nil, loss: base, best: best[0])]
        for (index, one) in zip(candidates.indices.dropFirst(), versus) {
            rows.append(row(index, one, loss: loss(index, one, base: base), best: best[index]))
        }
        let order = rows.indices.sorted {
            let left = rows[$0].loss?.point ?? .infinity, right = rows[$1].loss?.point ?? .infinity
            return (left, $0) < (right, $1)
        }
        let standings = rows.indices.map { index -> (BestResult.Standing, Int?) in
            let gap = index == 0 ? nil : Estimate(draws: gaps[index - 1].expected)
            let row = rows[index]
            return (
                .init(candidate: row.candidate, probabilityBest: best[index], expectedGapToReference: gap), index
            )
        }
        let all = BestResult(standings, gaps: gaps, notJudged: [], decisive: judge.thresholds.decisiveProbability)
        return (try ranked(rows, order), rows.count > 2 ? all : nil)
    }

    private func againstReference(_ index: Int) throws -> Versus {
        let pair = PairLadder(ladder, a: 0, b: index, pooled)
        let assessment = pair.candidatesAreIdentical ? nil : try judge.assess(pair)
        guard case .judged(let gaps) = judge.entrant(pair, assessment) else {
            preconditionFailure("a candidate that lost by divergence alone is not ranked")
        }
        return Versus(pair: pair, assessment: assessment, gaps: gaps)
    }

    // MARK: - Losses

    /// The mean loss of the runs at the target; nil without a loss there. The estimate adds seed noise; nil where that
    /// is unknown.
    private func observedLoss(_ index: Int) -> (mean: Double, estimate: Estimate?)? {
        let points = ladder.target.points[index]
        guard let mean = points.meanLoss else { return nil }
        let count = Double(points.compactMap(\.loss).count)
        let estimate = pooled.noise.sigma(candidate: index, scale: ladder.target.scale).map { sigma in
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
        let shared = Dictionary(result.map { ($0.rank, false) }) { _, _ in true }
        for index in result.indices { result[index].isRankShared = shared[result[index].rank] ?? false }
        return result
    }

    private func isWorse(_ index: Int, than leader: Int) throws -> Bool {
        let pair = PairLadder(ladder, a: leader, b: index, pooled)
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
        let family = candidate.runs.family.map { Leaderboard.Family($0, records) }
        return Leaderboard.Row(
            rank: 0, isRankShared: false, candidate: candidate.label, otherNames: Array(candidate.names.dropFirst()),
            notes: candidate.runs.notes, recipe: candidate.runs.recipe, isReference: index == 0,
            basis: observed == nil ? .predicted : .observed, loss: loss, observedLoss: observed,
            probabilityBest: best,
            probabilityBetterThanReference: isTwin ? 0.5 : versus?.forecast.map { 1 - $0.probabilityABetter },
            gap: isTwin ? Estimate(exactly: 0) : versus?.forecast?.expectedGap,
            computeMultiplier: isTwin ? Estimate(exactly: 1) : versus?.forecast?.computeMultiplier,
            scalingExponent: scalingExponent(index), targetComputeRatio: flops[index] / flops[0],
            runs: family?.runs ?? points.count,
            baselineRuns: candidate.runs.runIDs.count(where: fromBaselines.contains),
            diverged: family?.diverged ?? points.count { $0.diverged }, cost: candidate.cost(records),
            date: candidate.date, family: family)
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
