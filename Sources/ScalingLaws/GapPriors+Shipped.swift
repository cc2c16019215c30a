// The priors that scalebench ships.

extension GapPriors {
    /// Fitted on the public decision ladders of all sources.
    package static let shipped = GapPriors(
        gap: TrendPriors(
            misfit: ScalePrior(median: 0.003, spread: 1),
            slope: ScalePrior(median: 0.02, spread: 1.2),
            constants: [0.003, 0.02, 0.1, 0.6].map { WeightedValue($0, weight: 0.25) },
            curvatures: [WeightedValue(1.5, weight: 1)],
            misfitGrid: LogarithmicGrid(2e-4, 0.2, count: 11),
            slopeGrid: LogarithmicGrid(1e-3, 1, count: 10)),
        level: TrendPriors(
            misfit: ScalePrior(median: 0.005, spread: 1),
            slope: ScalePrior(median: 0.25, spread: 0.7),
            constants: [WeightedValue(2, weight: 1)],
            curvatures: [0.1, 0.3, 1].map { WeightedValue($0, weight: 1.0 / 3) },
            misfitGrid: LogarithmicGrid(5e-4, 0.2, count: 8),
            slopeGrid: LogarithmicGrid(0.03, 2, count: 6)),
        floors: [0.2, 0.4, 0.6, 0.75, 0.87].map { WeightedValue($0, weight: 0.2) })
}
