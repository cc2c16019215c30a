// How far a family's surface is trusted against the pairs' own walks. Some valleys move steadily, and the surface sees it
// coming; in other families every member goes its own way. The family's own rungs tell which: each of the top ones is
// predicted from those below by both, for pairs of members, and the mean log score of one rung counts as often as there
// are members, because pairs share them.

import Foundation

extension SettingsSurface {
    /// Rungs that are predicted, from the top; and pairs, evenly spread over all.
    private static let mostRungs = 2, mostPairs = 300
    /// A surprise counts no more than an event of this probability.
    private static let leastProbability = 0.01

    /// The weight of the surface in a mixture with the walk of a pair, from 0 to 1; one half where no rung can be
    /// predicted.
    package static func share(_ losses: [SweptLoss], _ model: GapModel = GapModel()) -> Double {
        let scales = Set(losses.map(\.scale)).sorted()
        let members = Double(Set(losses.map(\.member)).count)
        let gains = scales.indices.dropFirst(fewestScales).suffix(mostRungs).map { rung in
            gain(losses.filter { $0.scale < scales[rung] }, losses.filter { $0.scale == scales[rung] }, model)
        }
        return 1 / (1 + exp(-min(max(members * gains.reduce(0, +), -30), 30)))
    }

    /// The mean log score of the surface minus that of the walks, for the order of pairs at one rung.
    private static func gain(_ below: [SweptLoss], _ rung: [SweptLoss], _ model: GapModel) -> Double {
        guard rung.count >= 2, let surface = SettingsSurface(below) else { return 0 }
        let all = rung.indices.flatMap { a in rung.indices.dropFirst(a + 1).map { (a, $0) } }
        let pairs = all.filter { rung[$0.0].loss != rung[$0.1].loss }.evenlySpread(mostPairs)
        let pooled = surface.probabilitiesAhead(pairs, rung.map(\.settings), at: rung[0].scale)
        let seen = Dictionary(grouping: below, by: \.member)
        let scores = inParallel(pairs.count) { index -> Double? in
            let (a, b) = pairs[index]
            guard let own = probability(rung[a], rung[b], seen, model) else { return nil }
            let score = { (p: Double) in
                log(max(rung[a].loss < rung[b].loss ? p : 1 - p, leastProbability))
            }
            return score(pooled[index]) - score(own)
        }.compactMap { $0 }
        return scores.isEmpty ? 0 : scores.mean
    }

    /// P(the first is ahead at its scale), by the walk of the two alone; nil where they have too few scales in common.
    private static func probability(
        _ a: SweptLoss, _ b: SweptLoss, _ seen: [Int: [SweptLoss]], _ model: GapModel
    ) -> Double? {
        let rungs = (seen[a.member] ?? []).compactMap { own -> GapRung? in
            guard let other = seen[b.member]?.first(where: { $0.scale == own.scale }) else { return nil }
            let isKnown = own.variance > 0 || other.variance > 0
            return GapRung(
                scale: own.scale, lossesA: [own.loss], lossesB: [other.loss],
                sigmaA: isKnown ? own.loss * own.variance.squareRoot() : nil,
                sigmaB: isKnown ? other.loss * other.variance.squareRoot() : nil)
        }
        guard rungs.count >= 2 else { return nil }
        return try? model.probabilityABetter(rungs, at: a.scale)
    }

    /// P(one run of the first is below one of the second), for pairs of settings at one scale.
    private func probabilitiesAhead(_ pairs: [(Int, Int)], _ settings: [[Double]], at scale: Double) -> [Double] {
        let places = settings.map { [(place: place($0, at: scale), factor: 1.0)] }, count = settings.count
        var result = [Double](repeating: 0, count: pairs.count)
        for fit in fits {
            let (mean, covariance) = fit.value.posterior(places)
            let misfit = 2 * fit.value.scales.misfit * fit.value.scales.misfit
            for (index, (a, b)) in pairs.enumerated() {
                let variance =
                    covariance[a * count + a] + covariance[b * count + b] - 2 * covariance[a * count + b] + misfit
                result[index] +=
                    fit.weight * NormalDistribution.cumulative((mean[b] - mean[a]) / max(variance, 1e-18).squareRoot())
            }
        }
        return result
    }
}
