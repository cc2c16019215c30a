// The document of the curve backtest.

package import ScalingLaws

/// What the curve backtest found; plain values, ready for JSON.
package struct CurveReport: Codable, Sendable {
    /// Forecasts after one fraction of the runs.
    package struct Figure: Codable, Sendable {
        package var fraction: Double
        package var forecasts: Int
        /// Mean of |forecast/truth − 1|, its interval from resampling recipes.
        package var meanError: ScoredFigure
        package var medianError: Double
        /// Share of truths inside the 50, 80 and 90 % intervals; null for methods without intervals.
        package var coverage50: Double?
        package var coverage80: Double?
        package var coverage90: Double?
    }

    package struct Method: Codable, Sendable {
        package var name: String
        /// The mean over sources.
        package var macro: [Figure]
        package var sources: [String: [Figure]]
    }

    /// Errors on parts of curves that the table itself marks as hidden: root mean square of ln(forecast/truth).
    package struct HeldOut: Codable, Sendable {
        package var source: String
        package var method: String
        package var tasks: Int
        package var meanError: Double
        package var medianError: Double
    }

    package var curves: Int
    package var ladders: Int
    /// Pairs of ladders whose gap is forecast.
    package var pairs: Int
    /// "leaveOneSourceOut" or, where only one source is present, "shipped".
    package var priors: String
    package var withLadder: [Method]
    /// Of L_B/L_A at the end of two runs, from the start of both.
    package var paired: [Method]
    package var alone: [Method]
    package var heldOut: [HeldOut]
    /// What fits all sources best: where shipped values come from.
    package var fitted: Fitted

    package struct Fitted: Codable, Sendable {
        package var template: Medians
        package var paired: Medians
        /// Of forecasts from one curve alone.
        package var extrapolation: ExtrapolationError
    }

    /// Of a template's priors.
    package struct Medians: Codable, Sendable {
        package var misfit: Double
        package var slope: Double

        init(_ priors: TrendPriors) {
            misfit = priors.misfit.median
            slope = priors.kinds[0].slope.median
        }
    }

    /// Mean error of a method at a fraction in one source, or over all of them; nil when there is none.
    package func meanError(_ methods: [Method], _ name: String, _ fraction: Double, source: String? = nil) -> Double? {
        let method = methods.first { $0.name == name }
        let figures = source.map { method?.sources[$0] ?? [] } ?? method?.macro ?? []
        return figures.first { $0.fraction == fraction }?.meanError.value
    }
}
