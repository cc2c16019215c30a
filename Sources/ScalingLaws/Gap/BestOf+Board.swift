// The winner's curse, taken off the gaps of many candidates to one reference.

extension BestOf {
    /// The same gaps with the luck of the best, and the bad luck of the worst, taken off: at the top rung every
    /// candidate, the reference included, is drawn towards the others as `BoardPrior` says, and its gap beyond moves
    /// with that. They are returned as they are with fewer than three gaps, that is four candidates.
    ///
    /// The error of the reference is common to all gaps. Its variance is taken as the smallest that a gap shows.
    package static func withoutLuck(_ gaps: [GapDistribution]) -> [GapDistribution] {
        let starts = gaps.compactMap(\.start)
        let ofReference = starts.map { min($0.varianceOfA, $0.variance) }.min() ?? 0
        func observation(_ start: GapDistribution.Start) -> BoardPrior.Observation {
            BoardPrior.Observation(value: start.mean, variance: start.variance - ofReference)
        }
        let reference = BoardPrior.Observation(value: 0, variance: ofReference)
        guard let prior = BoardPrior([reference] + starts.map(observation)) else { return gaps }
        let base = prior.posterior(reference)
        return gaps.map { gap in
            guard let start = gap.start else { return gap }
            let own = prior.posterior(observation(start))
            return gap.restarted(mean: own.mean - base.mean, variance: own.variance + base.variance)
        }
    }
}
