// What a loop that tries one change after another should do with the last one: keep it, discard it, or run it again.
//
// A loop that keeps whatever made a noisy number fall keeps noise. Of many changes that do nothing, the luckiest looks
// good. So a change is kept only when it is better with a probability that allows for the number of decisions
// (Bonferroni: over all of them, one that does nothing is kept with at most `falseKeeps`).

import Foundation
public import ScalebenchCore
public import ScalingLaws

/// The decision on one change: candidate B of a pair against A, what there was before.
public struct ChangeDecision: Codable, Sendable, Equatable {
    /// What to do with the change.
    public enum Advice: String, Codable, Sendable { case keep, discard, again }

    public var advice: Advice
    /// The name of the change.
    public var change: String
    /// The name of what it is compared with.
    public var against: String
    /// The largest rung that both were trained at, at which the change is judged.
    public var rung: String
    /// Loss of the change − loss of the other at that rung, relative to the latter, with its seed noise; null where the
    /// noise is not known.
    @OrNull public var relativeGap: Estimate?
    /// The probability that the change is better at that rung; null where the seed noise is not known.
    @OrNull public var probabilityBetter: Double?
    /// The probability that is needed to keep it.
    public var needed: Double
    /// How many decisions the loop takes, or has taken so far, this one included.
    public var tried: Int
    /// The probability that the change is better at the target; null without a forecast.
    @OrNull public var probabilityBetterAtTarget: Double?
    /// Whether the change is better at the rung, and worse at the target with the probability that the suite's rule calls a
    /// risk (`crossoverRiskProbability`).
    public var mayFade: Bool
    /// How many seeds of each would decide if the gap stays what it is; null where the advice is not `again`.
    @OrNull public var seedsNeeded: Int?

    /// The probability that any of all changes tried is kept although it does nothing.
    public static let falseKeeps = 0.05
    /// No advice asks for more seeds than this: a gap that needs them is too small for a loop.
    static let mostSeeds = 64
}

extension ChangeDecision {
    /// The decision on the first pair of a result.
    /// - Parameter tried: the decisions of the loop, this one included; at least 1.
    /// - Throws: `invalidInput` where the pair was trained at no rung together.
    public init(_ result: CompareResult, tried: TriedChanges) throws {
        guard let pair = result.pairs.first,
            let rung = result.ladder.last(where: { rung in rung.candidates.prefix(2).allSatisfy { $0.runs > 0 } })
        else {
            throw ScalebenchError(
                .invalidInput, "the two candidates were trained at no rung together",
                hint: "a decision on a change needs a rung that both were trained at")
        }
        change = pair.b
        against = pair.a
        self.rung = rung.label
        self.tried = tried.count
        needed = 1 - Self.falseKeeps * tried.share
        probabilityBetterAtTarget = pair.probabilityABetter.map { 1 - $0 }
        mayFade = false
        advice = .again
        let (a, b) = (rung.candidates[0], rung.candidates[1])
        if a.diverged < b.diverged || a.losses.isEmpty || b.losses.isEmpty {
            advice = b.diverged > a.diverged ? .discard : a.diverged > b.diverged ? .keep : .again
            return
        }
        guard let here = Evidence(pair, rung, result.ladder) else {
            seedsNeeded = 2
            return
        }
        relativeGap = here.relativeGap
        probabilityBetter = here.probabilityBetter
        let rule = result.suite?.thresholds ?? VerdictThresholds()
        mayFade = here.gap < 0 && 1 - (probabilityBetterAtTarget ?? 1) >= rule.crossoverRiskProbability
        let seeds = here.seeds(for: needed)
        if here.probabilityBetter >= needed {
            advice = .keep
        } else if here.gap >= 0 || -here.relativeGap.interval90.lower < rule.equivalenceMargin || seeds > Self.mostSeeds
        {
            advice = .discard
        } else {
            seedsNeeded = seeds
        }
    }

    /// The gap at one rung with its noise.
    private struct Evidence {
        let gap: Double
        let relativeGap: Estimate
        private let deviation: Double
        private let distribution: StudentDistribution
        private let seeds: Int

        /// The evidence; it is nil where the seed noise is not known.
        init?(_ pair: PairResult, _ rung: RungResult, _ ladder: [RungResult]) {
            guard let interval = pair.rungGaps.last(where: { $0.label == rung.label })?.gap,
                let loss = rung.candidates[0].meanLoss
            else { return nil }
            gap = interval.point
            // The estimate is normal; half of its 90 % interval is 1.645 deviations.
            deviation =
                (interval.interval90.upper - interval.interval90.lower) / 2 / NormalDistribution.quantile(0.95)
            guard deviation > 0 else { return nil }
            // The noise is pooled over the runs of both at all rungs; how well it is known decides how far its tails reach.
            let degrees = ladder.flatMap { $0.candidates.prefix(2) }.reduce(0) { $0 + max(0, $1.losses.count - 1) }
            guard degrees > 0 else { return nil }
            distribution = StudentDistribution(degrees: Double(degrees))
            relativeGap = distribution.estimate(centre: gap / loss, scale: deviation / loss)
            seeds = rung.candidates.prefix(2).map(\.losses.count).min() ?? 1
        }

        var probabilityBetter: Double { distribution.cumulative(-gap / deviation) }

        /// The seeds of each candidate that reach a probability if the gap stays what it is.
        func seeds(for probability: Double) -> Int {
            let ratio = distribution.quantile(probability) * deviation / max(-gap, 1e-300)
            let needed = (Double(seeds) * ratio * ratio).rounded(.up)
            return needed < 1e6 ? max(seeds + 1, Int(needed)) : .max
        }
    }
}
