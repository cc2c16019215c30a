// The scores of the curve backtest, as a document.

package import ScalingLaws

/// The scores of the curve backtest, as JSON writes them. Errors are shares of the true value.
package struct CurveReport: Codable, Sendable {
    /// The scores of forecasts from one fraction of the runs.
    package struct Figure: Codable, Sendable {
        /// The fraction of the run that was shown.
        package var fraction: Double
        /// The number of forecasts.
        package var forecasts: Int
        /// The mean of |forecast/truth − 1|, with an interval from resampling recipes.
        package var meanError: ScoredFigure
        /// The median of |forecast/truth − 1|.
        package var medianError: Double
        /// The share of truths inside the 50 % interval; left out for methods without intervals.
        package var coverage50: Double?
        /// The share of truths inside the 80 % interval; left out for methods without intervals.
        package var coverage80: Double?
        /// The share of truths inside the 90 % interval; left out for methods without intervals.
        package var coverage90: Double?
    }

    /// One method of forecasting, with its scores.
    package struct Method: Codable, Sendable {
        /// The method's name.
        package var name: String
        /// The means over sources, one per fraction.
        package var macro: [Figure]
        /// The scores of each source, by its name, one per fraction.
        package var sources: [String: [Figure]]
    }

    /// Errors on parts of curves that the table itself marks as hidden. The error of a task is the root mean square of
    /// ln(forecast/truth).
    package struct HeldOut: Codable, Sendable {
        /// The source of the tasks.
        package var source: String
        /// The method of forecasting.
        package var method: String
        /// The number of tasks.
        package var tasks: Int
        /// The mean error over tasks.
        package var meanError: Double
        /// The median error over tasks.
        package var medianError: Double
    }

    /// The number of curves.
    package var curves: Int
    /// The number of ladders of curves.
    package var ladders: Int
    /// The number of pairs of ladders whose gap is forecast.
    package var pairs: Int
    /// "leaveOneSourceOut" where the priors were fitted without the source that they are scored on, else "shipped".
    package var priors: String
    /// Forecasts of the final loss from a run's start and the smaller rungs.
    package var withLadder: [Method]
    /// Forecasts of L_B/L_A at the end of two runs, from the start of both and the smaller rungs.
    package var paired: [Method]
    /// Forecasts of the final loss from a run's own start alone.
    package var alone: [Method]
    /// Errors on parts of curves that a table marks as hidden.
    package var heldOut: [HeldOut]
    /// The values that fit all sources best, from which the shipped values come.
    package var fitted: Fitted

    /// The values that fit all sources best.
    package struct Fitted: Codable, Sendable {
        /// The priors of forecasts from a ladder.
        package var template: Medians
        /// The priors of forecasts of pairs.
        package var paired: Medians
        /// The error of forecasts from one curve alone.
        package var extrapolation: ExtrapolationError
    }

    /// The medians of a template's priors.
    package struct Medians: Codable, Sendable {
        /// The median of the prior of the misfit.
        package var misfit: Double
        /// The median of the prior of the slope.
        package var slope: Double

        init(_ priors: TrendPriors) {
            misfit = priors.misfit.median
            slope = priors.slope.median
        }
    }

    /// Mean error of a method at a fraction in one source, or over all of them; nil where there is none.
    package func meanError(_ methods: [Method], _ name: String, _ fraction: Double, source: String? = nil) -> Double? {
        let method = methods.first { $0.name == name }
        let figures = source.map { method?.sources[$0] ?? [] } ?? method?.macro ?? []
        return figures.first { $0.fraction == fraction }?.meanError.value
    }
}
