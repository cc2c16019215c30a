// The result of `scalebench fit`, as `--json` writes it: a law with intervals, its forecasts, and findings.

package import Comparison
package import Foundation
package import ScalebenchCore
package import ScalingLaws

/// One fitted law. Every number that does not exist is null, and a finding says why.
package struct LawResult: Codable, Sendable {
    /// The number of this document's layout.
    package var schemaVersion = 2
    /// The version of scalebench that wrote the document.
    package var scalebenchVersion: String
    /// How the table was read.
    package var input: InputResult
    /// The number of runs.
    package var observations: Int
    /// The sum over runs of the Huber loss of ln(fitted/observed).
    package var objective: Double
    /// The size of ln(fitted/observed) at which the Huber loss turns from square to linear.
    package var huberDelta: Double
    /// Whether the fit converged.
    package var hasConverged: Bool
    /// The median of |ln(fitted/observed)|.
    package var medianResidual: Double
    /// The floor E, which no scale removes, in the losses' unit.
    package var floor: Figure
    /// The terms of the law, one per scale; the loss is the floor plus their sum.
    package var terms: [Term]
    /// The number of fits to resampled runs that did not fail; every interval comes from them.
    package var replicates: Int
    /// FLOPs per parameter and token, by which budgets are split.
    package var flopsPerPair: Double
    /// The best split of each requested budget.
    package var optima: [Optimum]
    /// The loss at each requested scale.
    package var predictions: [Prediction]
    /// The law from the smallest run to twice the largest run or target; empty unless the law has one scale.
    package var curve: [Prediction]
    /// The best split of budgets from the smallest run's FLOPs to twice the largest run's or budget; empty unless the
    /// law is in parameters and tokens.
    package var frontier: [Optimum]
    /// What to know before trusting the numbers.
    package var findings: [Finding]

    /// A number with the 90 % interval from resampled runs.
    package struct Figure: Codable, Sendable {
        /// The number.
        package var value: Double
        /// Its 90 % interval; null where fewer than 95 % of the replicates, or fewer than 100 of them, have this
        /// number.
        @OrNull package var interval90: Interval?
    }

    /// One term of the law: coefficient · scale^(−exponent).
    package struct Term: Codable, Sendable {
        /// What the scale counts.
        package var scale: ScaleAxis
        /// The coefficient, in the losses' unit for a scale of 1.
        package var coefficient: Figure
        /// The exponent.
        package var exponent: Figure
    }

    /// The best split of one budget.
    package struct Optimum: Codable, Sendable {
        /// The budget in training FLOPs.
        package var flops: Double
        /// The number of parameters with the smallest loss.
        package var parameters: Figure
        /// The number of training tokens that the budget then pays.
        package var tokens: Figure
        /// The loss there.
        package var loss: Figure
    }

    /// The law's loss at one scale.
    package struct Prediction: Codable, Sendable {
        /// The scale, in units of the law's axis.
        package var scale: Double
        /// The loss, in the losses' unit.
        package var loss: Figure
    }

    /// The document: keys sorted, nulls written, a newline at the end.
    package func json() throws -> Data {
        try JSONDocument.pretty(self)
    }
}

/// The choices for fitting a law, and the forecasts that are asked of it.
package struct LawQuery: Sendable {
    /// The size of ln(fitted/observed) at which the Huber loss turns from square to linear.
    package var delta = 1e-3
    /// The number of times that the runs are resampled.
    package var replicates = 1000
    /// Budgets in FLOPs to split between parameters and tokens.
    package var budgets: [Double] = []
    /// FLOPs per parameter and token.
    package var flopsPerPair = 6.0
    /// Scales to forecast at, for a law in one scale.
    package var targets: [Double] = []

    package init() {}
}

extension LawResult {
    /// Fits the law of a table.
    /// - Throws: `invalidInput` when nothing can be fitted, or the query does not go with the law's scales.
    package init(_ table: LawTable, _ query: LawQuery) throws {
        guard query.budgets.isEmpty || table.axes == [.parameters, .tokens] else {
            throw ScalebenchError(
                .invalidInput, "a budget is split between parameters and tokens; this law is in \(table.names)",
                at: table.file, hint: "leave out --budget, or give runs with both")
        }
        guard query.targets.isEmpty || table.axes.count == 1 else {
            throw ScalebenchError(
                .invalidInput, "--target-scale goes with a law in one scale; this one is in \(table.names)",
                at: table.file, hint: "use --budget, or choose --over parameters")
        }
        let fitter = ScaleLawFitter(scales: table.scales, losses: table.losses, delta: query.delta)
        guard let fit = fitter.fit() else {
            throw ScalebenchError(.invalidInput, "no law fits these losses", at: table.file)
        }
        let replicates = fitter.bootstrap(fit, count: query.replicates)
        func figure(_ value: (ScaleLaw) -> Double?) -> Figure? {
            let draws = replicates.compactMap(value).filter(\.isFinite)
            // Where more than 5 % of the replicates lack the number, their interval would look too narrow.
            let interval =
                draws.count * 20 >= replicates.count * 19 && draws.count >= 100
                ? Estimate(draws: draws).interval90 : nil
            return value(fit.law).map { Figure(value: $0, interval90: interval) }
        }
        func best(_ law: ScaleLaw, _ budget: Double) -> (parameters: Double, tokens: Double)? {
            law.optimum(flops: budget, perPair: query.flopsPerPair)
        }
        func optimum(_ budget: Double) -> Optimum? {
            guard let parameters = figure({ best($0, budget)?.parameters }),
                let tokens = figure({ best($0, budget)?.tokens }),
                let loss = figure({ law in best(law, budget).map { law.loss(at: [$0.parameters, $0.tokens]) } })
            else { return nil }
            return Optimum(flops: budget, parameters: parameters, tokens: tokens, loss: loss)
        }
        func prediction(_ scale: Double) -> Prediction {
            Prediction(scale: scale, loss: figure { $0.loss(at: [scale]) }!)
        }
        let law = fit.law
        let residuals = zip(table.scales, table.losses).map { abs(log(law.loss(at: $0) / $1)) }
        self.init(
            scalebenchVersion: ScalebenchVersion.current, input: table.input, observations: table.losses.count,
            objective: fit.objective,
            huberDelta: query.delta, hasConverged: fit.hasConverged, medianResidual: Estimate(draws: residuals).point,
            floor: figure { $0.floor }!,
            terms: table.axes.enumerated().map { k, axis in
                Term(
                    scale: axis, coefficient: figure { $0.terms[k].coefficient }!,
                    exponent: figure { $0.terms[k].exponent }!)
            }, replicates: replicates.count,
            flopsPerPair: query.flopsPerPair,
            optima: query.budgets.compactMap(optimum), predictions: query.targets.map(prediction),
            curve: table.axes.count == 1
                ? Self.places(table.scales.map { $0[0] } + query.targets).map(prediction) : [],
            frontier: table.axes.count == 2
                ? Self.places(table.scales.map { query.flopsPerPair * $0[0] * $0[1] } + query.budgets)
                    .compactMap(optimum) : [],
            findings: [])
        findings = LawFindings.all(table, query: query, fit: fit, result: self)
    }

    /// The scales that pictures draw: from the smallest value to twice the largest, evenly spaced in the logarithm.
    private static func places(_ values: [Double]) -> [Double] {
        LogarithmicGrid(values.min() ?? 1, 2 * (values.max() ?? 1), count: 41).values
    }
}
