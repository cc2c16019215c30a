// The document that `scalebench backtest --json` writes.

package import ScalebenchCore

/// What was scored; null where the input held none of it.
package struct BacktestResult: Codable, Sendable {
    package var schemaVersion = 3
    @OrNull package var decisions: DecisionReport?
    @OrNull package var levels: LevelReport?
    @OrNull package var curves: CurveReport?
    @OrNull package var seeds: SeedReport?

    package init() {}
}
