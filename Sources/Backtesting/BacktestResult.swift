// The document that `scalebench backtest --json` writes.

package import ScalebenchCore
import ScalingLaws

/// The scores of a backtest.
package struct BacktestResult: Codable, Sendable {
    /// The number of this document's layout.
    package var schemaVersion = 3
    /// The scores on decisions between two candidates; null where the input has none.
    @OrNull package var decisions: DecisionReport?
    /// The scores on families of candidates that differ in numbers; null where the input has none.
    @OrNull package var sweeps: SweepReport?
    /// The scores on forecasts of a single loss; null where the input has none.
    @OrNull package var levels: LevelReport?
    /// The scores on forecasts of a run's end; null where the input has no curves.
    @OrNull package var curves: CurveReport?
    /// The scores on the seed noise; null where no rung has enough seeds.
    @OrNull package var seeds: SeedReport?

    package init() {}
}

extension BacktestInput {
    /// The scores of everything that is here; nil where nothing can be scored.
    /// - Parameters:
    ///   - usesShipped: judges with the shipped priors instead of priors fitted without each source.
    ///   - isOwn: whether the ladders come from the user's own store, whose decisions are listed one by one.
    ///   - progress: is called with a line that says what is being done.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func scored(
        usesShipped: Bool, isOwn: Bool, progress: (String) -> Void = { _ in }
    ) throws -> BacktestResult? {
        let backtest = DecisionBacktest(decisions, staged: stagedPairs), seeds = SeedBacktest.report(replicates)
        guard !backtest.cases.isEmpty || !curves.isEmpty || seeds != nil || !sweeps.isEmpty else { return nil }
        var result = BacktestResult()
        if !backtest.cases.isEmpty {
            progress("judging \(backtest.cases.count) decisions …")
            result.decisions = try backtest.report(priors: usesShipped ? .shipped : nil, withOutcomes: isOwn)
            result.levels = try LevelBacktest.report(levels)
        }
        if !curves.isEmpty {
            progress("forecasting curves …")
            result.curves = curves.report(usesShipped: usesShipped)
        }
        if !sweeps.isEmpty {
            progress("fitting the surfaces of \(sweeps.count) sweeps …")
            result.sweeps = try SweepBacktest(sweeps).report()
        }
        result.seeds = seeds
        return result
    }
}
