// The document that `scalebench backtest --json` writes.

package import ScalebenchCore
import ScalingLaws

/// What was scored; null where the input held none of it.
package struct BacktestResult: Codable, Sendable {
    package var schemaVersion = 3
    @OrNull package var decisions: DecisionReport?
    @OrNull package var levels: LevelReport?
    @OrNull package var curves: CurveReport?
    @OrNull package var seeds: SeedReport?

    package init() {}
}

extension BacktestInput {
    /// The scores of everything that is here; nil where nothing can be scored.
    /// - Parameters:
    ///   - usesShipped: judges with the shipped priors instead of fitting them without each source.
    ///   - isOwn: whether the ladders are those of one's own store, whose decisions are listed one by one.
    ///   - progress: hears what is being done.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package func scored(
        usesShipped: Bool, isOwn: Bool, progress: (String) -> Void = { _ in }
    ) throws -> BacktestResult? {
        let backtest = DecisionBacktest(decisions), seeds = SeedBacktest.report(replicates)
        guard !backtest.cases.isEmpty || !curves.isEmpty || seeds != nil else { return nil }
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
        result.seeds = seeds
        return result
    }
}
