// Scores the seed noise: the standard deviation of one run is estimated from the first few seeds of two candidates, as
// a compare would do, and compared with the hidden seeds. There are three estimates: pooled over candidates and rungs
// (SeedNoise, as in every compare), the deviation of the rung's own seeds (what people do), and the prior alone
// (without any seed).

import Foundation
package import ScalingLaws

/// The scores of the seed backtest, as JSON writes them.
package struct SeedReport: Codable, Sendable {
    /// The scores of one method on one source, from a number of seeds.
    package struct Score: Codable, Sendable {
        /// The source of the ladders.
        package var source: String
        /// The way to estimate the noise: "pooled", "ownSeeds" or "prior".
        package var method: String
        /// The number of visible seeds per candidate and rung.
        package var seeds: Int
        /// The number of combinations of candidate and rung. The key is `arms`.
        package var candidateRungs: Int
        /// The number of estimates. A candidate at a rung has several, from different choices of visible seeds.
        package var forecasts: Int
        /// The median of the estimated σ divided by the standard deviation of the hidden seeds. Below 1, noise is
        /// understated.
        package var medianRatio: Double
        /// The factor, up or down, within which half of all estimates are right.
        package var factor50: ScoredFigure
        /// The factor, up or down, within which 90 % of all estimates are right.
        package var factor90: Double
        /// The share of hidden runs inside the 90 % interval about the mean of the visible ones, as the mean over
        /// candidates at a rung.
        package var coverage90: ScoredFigure

        private enum CodingKeys: String, CodingKey {
            case source, method, seeds
            case candidateRungs = "arms"
            case forecasts, medianRatio, factor50, factor90, coverage90
        }
    }

    /// The scores by source, number of seeds and method.
    package var scores: [Score]
}

/// The seed backtest.
package enum SeedBacktest {
    private static let visible = [2, 3, 5]
    /// A rung with fewer hidden seeds is left out, because they do not show the true deviation well enough.
    private static let fewestHidden = 5
    private static let mostBlocks = 4

    private struct Answer: Sendable {
        var candidate: String
        var ratio: [String: Double]
        var held: [String: Double]
    }

    /// The whole report; nil where no rung has enough seeds.
    package static func report(_ ladders: [ReplicatedLadder], prior: SeedNoisePrior = .shipped) -> SeedReport? {
        let bySource = Dictionary(grouping: ladders, by: \.source)
        let scores = bySource.keys.sorted().flatMap { source -> [SeedReport.Score] in
            visible.flatMap { seeds -> [SeedReport.Score] in
                let own = bySource[source] ?? []
                let answers = inParallel(own.count) { index in
                    forecasts(own[index], name: String(index), seeds, prior)
                }.flatMap { $0 }
                return answers.isEmpty
                    ? []
                    : ["pooled", "ownSeeds", "prior"].map { score(answers, source: source, method: $0, seeds: seeds) }
            }
        }
        return scores.isEmpty ? nil : SeedReport(scores: scores)
    }

    /// The estimates for every candidate, paired with the next one of its ladder, from several choices of visible
    /// seeds.
    private static func forecasts(
        _ ladder: ReplicatedLadder, name: String, _ seeds: Int, _ prior: SeedNoisePrior
    ) -> [Answer] {
        let candidates = ladder.candidates.filter { candidate in
            candidate.rungs.contains { $0.losses.count >= seeds + fewestHidden }
        }
        return candidates.indices.flatMap { index -> [Answer] in
            let candidate = candidates[index], other = candidates[(index + 1) % candidates.count]
            let most = candidate.rungs.map { $0.losses.count / seeds }.max() ?? 0
            return (0..<min(most, mostBlocks)).flatMap { block -> [Answer] in
                var groups = visibleGroups(candidate, number: 0, block: block, seeds: seeds)
                if candidates.count > 1 { groups += visibleGroups(other, number: 1, block: block, seeds: seeds) }
                let pooled = SeedNoise(groups: groups, prior: prior)
                let unseen = SeedNoise(
                    groups: groups.map { SeedGroup(candidate: $0.candidate, scale: $0.scale, losses: [$0.losses[0]]) },
                    prior: prior
                )
                return candidate.rungs.compactMap { rung -> Answer? in
                    guard let range = range(rung.losses.count, block, seeds),
                        rung.losses.count - seeds >= fewestHidden
                    else { return nil }
                    let shown = Array(rung.losses[range])
                    let hidden = rung.losses.indices.filter { !range.contains($0) }.map { rung.losses[$0] }
                    // Rounded losses can be equal by chance, so a deviation counts as at least 1e-7 of the loss.
                    let truth = max(hidden.variance.squareRoot(), 1e-7 * shown.mean)
                    let said = [
                        "pooled": pooled.sigma(at: rung.scale, candidate: 0),
                        "ownSeeds": max(shown.variance.squareRoot(), 1e-7 * shown.mean),
                        "prior": unseen.sigma(at: rung.scale),
                    ]
                    let held = said.mapValues { sigma in
                        let reach = 1.644854 * sigma * (1 + 1 / Double(seeds)).squareRoot()
                        return Double(hidden.count { abs($0 - shown.mean) <= reach }) / Double(hidden.count)
                    }
                    return Answer(
                        candidate: "\(name) \(candidate.name) \(rung.scale)", ratio: said.mapValues { $0 / truth },
                        held: held)
                }
            }
        }
    }

    private static func visibleGroups(
        _ candidate: ReplicatedCandidate, number: Int, block: Int, seeds: Int
    ) -> [SeedGroup] {
        candidate.rungs.compactMap { rung in
            range(rung.losses.count, block, seeds).map {
                SeedGroup(candidate: number, scale: rung.scale, losses: Array(rung.losses[$0]))
            }
        }
    }

    /// The visible seeds of one choice; a rung with fewer choices starts again at its first. It is nil where there are
    /// too few seeds.
    private static func range(_ count: Int, _ block: Int, _ seeds: Int) -> Range<Int>? {
        let blocks = count / seeds
        guard blocks > 0 else { return nil }
        let first = block % blocks * seeds
        return first..<(first + seeds)
    }

    private static func score(
        _ answers: [Answer], source: String, method: String, seeds: Int
    ) -> SeedReport.Score {
        let ratios = answers.compactMap { $0.ratio[method] }
        let distances = ratios.map { abs(log($0)) }
        let families = Dictionary(grouping: answers, by: \.candidate)
        func perArm(_ value: (Answer) -> Double) -> [(family: String, value: Double)] {
            families.map { ($0.key, $0.value.map(value).mean) }.sorted { $0.0 < $1.0 }
        }
        let held = perArm { $0.held[method] ?? 0 }
        func quantile(_ share: Double) -> Double {
            let sorted = distances.sorted()
            return exp(sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)])
        }
        return SeedReport.Score(
            source: source, method: method, seeds: seeds, candidateRungs: families.count, forecasts: answers.count,
            medianRatio: Estimate(draws: ratios).point,
            factor50: ScoredFigure(
                value: quantile(0.5),
                interval90: FamilyBootstrap.interval90(answers.map(\.candidate)) { chosen in
                    exp(Estimate(draws: chosen.map { distances[$0] }).point)
                }),
            factor90: quantile(0.9),
            coverage90: ScoredFigure(
                value: held.map(\.value).mean, interval90: FamilyBootstrap.interval90OfMean(held)))
    }
}
