// The result of `scalebench fit`, as `--json` writes it: a law with intervals, what it recommends, and what to mind.

package import Comparison
package import Foundation
package import ScalebenchCore
package import ScalingLaws

/// One fitted law. Every number that does not exist is null, and a finding says why.
package struct LawResult: Codable, Sendable {
    package var schemaVersion = 2
    package var scalebenchVersion: String
    package var observations: Int
    /// Σ Huber of ln(fitted/observed), summed over observations; and where Huber turns from square to linear.
    package var objective: Double
    package var huberDelta: Double
    package var hasConverged: Bool
    /// Of |ln(fitted/observed)|.
    package var medianResidual: Double
    /// E: what no scale removes.
    package var floor: Figure
    package var terms: [Term]
    /// Bootstrap fits that ended; they give every interval.
    package var replicates: Int
    /// FLOPs per parameter and token, for the optima.
    package var flopsPerPair: Double
    package var optima: [Optimum]
    package var predictions: [Prediction]
    /// For a law in one scale: the law from the smallest run to beyond the largest.
    package var curve: [Prediction]
    /// For a law in parameters and tokens: the best split of budgets around those of the runs.
    package var frontier: [Optimum]
    package var findings: [Finding]

    /// A number with the 90 % interval from resampled runs.
    package struct Figure: Codable, Sendable {
        package var value: Double
        @OrNull package var interval90: Interval?
    }

    /// coefficient · scale^(−exponent).
    package struct Term: Codable, Sendable {
        package var scale: ScaleAxis
        package var coefficient: Figure
        package var exponent: Figure
    }

    /// The best split of one budget.
    package struct Optimum: Codable, Sendable {
        package var flops: Double
        package var parameters: Figure
        package var tokens: Figure
        package var loss: Figure
    }

    package struct Prediction: Codable, Sendable {
        package var scale: Double
        package var loss: Figure
    }

    /// The document, keys sorted, nulls written, a newline at the end.
    package func json() throws -> Data {
        try JSONDocument.pretty(self)
    }
}

/// What is asked of a law.
package struct LawQuery: Sendable {
    package var delta = 1e-3
    package var replicates = 1000
    /// Budgets to split between parameters and tokens.
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
            // An interval that a twentieth of the replicates could not join would flatter.
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
            scalebenchVersion: ScalebenchVersion.current, observations: table.losses.count, objective: fit.objective,
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

    /// Where pictures draw: from the smallest value to twice the largest, evenly in the logarithm.
    private static func places(_ values: [Double]) -> [Double] {
        LogarithmicGrid(values.min() ?? 1, 2 * (values.max() ?? 1), count: 41).values
    }
}
