// The priors that scalebench ships.

extension GapPriors {
    /// Fitted on the public decision ladders of all sources.
    package static let shipped = GapPriors(
        gap: TrendPriors(
            misfit: ScalePrior(median: 0.0053, spread: 0.85, upperDegrees: 4),
            constant: 0.25,
            kinds: [
                TrendKind(share: 0.95, slope: ScalePrior(median: 0.00092, spread: 0.88), curvature: 4),
                TrendKind(share: 0.05, slope: ScalePrior(median: 0.025, spread: 1), curvature: 0.6),
            ],
            misfitGrid: LogarithmicGrid(1e-4, 0.1, count: 10),
            slopeGrid: LogarithmicGrid(2.5e-4, 0.5, count: 10)),
        gapFloors: [WeightedValue(0, weight: 0.5), WeightedValue(0.5, weight: 0.5)],
        growth: 0.5,
        level: TrendPriors(
            misfit: ScalePrior(median: 0.005, spread: 1),
            constant: 2,
            kinds: [0.1, 0.3, 1].map {
                TrendKind(share: 1.0 / 3, slope: ScalePrior(median: 0.25, spread: 0.7), curvature: $0)
            },
            misfitGrid: LogarithmicGrid(5e-4, 0.2, count: 8),
            slopeGrid: LogarithmicGrid(0.03, 2, count: 6)),
        levelFloors: [0.2, 0.4, 0.6, 0.75, 0.87].map { WeightedValue($0, weight: 0.2) })
}
