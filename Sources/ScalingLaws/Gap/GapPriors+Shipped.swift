// The priors that scalebench ships. `scalebench backtest LADDERS --fit-priors FILE` fitted the misfit, the slope of the
// quiet kind and the growth on the public decision ladders (1,529 decisions of six sources); they are rounded. The rest
// is structure, chosen by leave-one-source-out scores (LOG.md). With each source left out, the accuracy is 0.906, the
// Brier score 0.065, and 67 % of decisions are claimed at 0.95 or more with 1.2 % of them wrong.

extension GapPriors {
    /// Most gaps are quiet: they hardly move, and bend at random. One in twenty has a trend, as when a learning rate or
    /// a batch size is off and drifts with scale; one in twenty is smooth, as between two power laws: it hardly bends,
    /// and rungs lie close to it.
    public static let shipped = GapPriors(
        gap: TrendPriors(
            misfit: ScalePrior(median: 0.0066, spread: 0.95, upperDegrees: 0.5),
            constant: 0.25,
            kinds: [
                TrendKind(share: 0.9, slope: ScalePrior(median: 0.0025, spread: 0.55), curvature: 4, damping: 0.5),
                TrendKind(share: 0.05, slope: ScalePrior(median: 0.025, spread: 1), curvature: 0.8, damping: 0.15),
                TrendKind(
                    share: 0.05, slope: ScalePrior(median: 0.02, spread: 1), curvature: 0.25, damping: 0,
                    misfit: ScalePrior(median: 0.001, spread: 1)),
            ],
            misfitGrid: LogarithmicGrid(1e-4, 0.1, count: 10),
            slopeGrid: LogarithmicGrid(2.5e-4, 0.5, count: 10), offset: OffsetScales(slope: 4, curvature: 1.4)),
        gapFloors: [WeightedValue(0, weight: 0.7), WeightedValue(0.5, weight: 0.3)],
        growth: 0.45,
        level: TrendPriors(
            misfit: ScalePrior(median: 0.005, spread: 1),
            constant: 2,
            kinds: [0.1, 0.3, 1].map {
                TrendKind(share: 1.0 / 3, slope: ScalePrior(median: 0.25, spread: 0.7), curvature: $0, damping: 0)
            },
            misfitGrid: LogarithmicGrid(5e-4, 0.2, count: 8),
            slopeGrid: LogarithmicGrid(0.03, 2, count: 6), offset: OffsetScales(slope: 0.4, curvature: 1.4)),
        levelFloors: [0.2, 0.4, 0.6, 0.75, 0.87].map { WeightedValue($0, weight: 0.2) })
}
