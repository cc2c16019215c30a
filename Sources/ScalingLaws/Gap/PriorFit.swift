// The fit of the gap's priors to ladders whose outcome is known. Each case's grid of evidences and forecasts is
// computed once, so that a trial of other priors only reweights it.
// The median and spread of the misfit, and of the slope of the first kind of trend, are fitted by the log score of the
// sign; then the growth is fitted by the coverage of the gap. All else (grids, kinds, floors, level) is given.
// Backtesting chooses the cases and leaves out the source that is scored.

import Foundation

/// A ladder and the outcome above it.
package struct PriorFitCase: Sendable {
    package var rungs: [GapRung]
    package var target: GapRung
    /// The case's relative weight; cases of one run family are not independent.
    package var weight: Double

    package init(rungs: [GapRung], target: GapRung, weight: Double) {
        self.rungs = rungs
        self.target = target
        self.weight = weight
    }
}

/// Cases prepared for fitting under the structure of some priors.
package struct PriorFit: Sendable {
    private struct Prepared: Sendable {
        /// Log evidence, P(A better) and the forecast of d with its deviation, each per floor and grid point.
        var logEvidence: [Float] = []
        var probability: [Float] = []
        var mean: [Float] = []
        var deviation: [Float] = []
        /// The observed d per floor; NaN where a loss is at or below the floor.
        var observed: [Double] = []
        var aIsBetter = false
        var weight = 0.0
        /// Decades between the top rung and the target.
        var distance = 0.0
    }

    private let start: GapPriors
    private let gridSize: Int
    private let cases: [Prepared]

    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package init(_ input: [PriorFitCase], start: GapPriors = .shipped) throws {
        self.start = start
        let scales = start.gap.scales
        gridSize = scales.count
        cases = try input.map { try Self.prepare($0, start.gapFloors, scales) }
    }

    /// The priors that describe the cases at `indices` best; the same for equal input.
    package func fit(_ indices: [Int]) -> GapPriors {
        let anchor = parameters(start)
        let best = NelderMead.minimum(
            start: anchor, steps: [0.6, 0.6, 0.6, 0.6], maximumEvaluations: 160, pointTolerance: 0.02,
            valueTolerance: 1e-4
        ) { trial in
            // The cases hardly identify spreads, so a weak penalty keeps the parameters near their start.
            let pull = zip(trial, anchor).enumerated().reduce(0) { sum, pair in
                sum + (pair.offset % 2 == 1 ? 0.004 : 0.001) * pow(pair.element.0 - pair.element.1, 2)
            }
            return logScore(priors(trial), indices) + pull
        }
        var fitted = priors(best)
        fitted.growth = growth(fitted, indices)
        return fitted
    }

    /// P(A better) of one run of each at the target under `priors` of the same structure, per index.
    package func probabilities(_ priors: GapPriors, _ indices: [Int]) -> [Double] {
        let logPrior = logPrior(priors)
        return indices.map { probability(cases[$0], logPrior) }
    }

    private static func prepare(
        _ input: PriorFitCase, _ floors: [WeightedValue], _ scales: [TrendScales]
    ) throws -> Prepared {
        let ladder = try GapLadder(input.rungs), target = try GapLadder([input.target])
        let place = ladder.position(of: input.target.scale, tokens: input.target.tokens)
        let lossA = target.meanA[0] * target.unit / ladder.unit, lossB = target.meanB[0] * target.unit / ladder.unit
        var prepared = Prepared()
        prepared.aIsBetter = lossA < lossB
        prepared.weight = input.weight
        prepared.distance = max(place.x, 0)
        for floor in floors {
            let observations = ladder.gaps(floor.value), noise = ladder.gapNoise(floor.value)
            let jacobian = ladder.logJacobian(floor.value)
            for scale in scales {
                let fit = TrendFit(
                    scale.times(1 / (1 - floor.value)), positions: ladder.positions, observations: observations,
                    noise: noise)
                let p = fit.predict(place, misfit: true)
                prepared.logEvidence.append(Float(fit.logEvidence + jacobian))
                prepared.probability.append(Float(GapPosterior.probabilityPositive(p.mean, p.variance)))
                prepared.mean.append(Float(p.mean))
                prepared.deviation.append(Float(p.variance.squareRoot()))
            }
            let isAbove = min(lossA, lossB) > floor.value
            prepared.observed.append(isAbove ? log((lossB - floor.value) / (lossA - floor.value)) : .nan)
        }
        return prepared
    }

    // MARK: - Parameters

    private func parameters(_ priors: GapPriors) -> [Double] {
        let slope = priors.gap.kinds[0].slope
        return [log(priors.gap.misfit.median), log(priors.gap.misfit.spread), log(slope.median), log(slope.spread)]
    }

    private func priors(_ parameters: [Double]) -> GapPriors {
        var priors = start
        priors.gap.misfit.median = exp(parameters[0])
        priors.gap.misfit.spread = exp(parameters[1])
        priors.gap.kinds[0].slope.median = exp(parameters[2])
        priors.gap.kinds[0].slope.spread = exp(parameters[3])
        return priors
    }

    // MARK: - Scores

    private func logPrior(_ priors: GapPriors) -> [Float] {
        let grid = priors.gap.logWeights
        return priors.gapFloors.flatMap { floor in grid.map { Float($0 + log(floor.weight)) } }
    }

    /// Normalised posterior weights of a case's floors and grid points.
    private func weights(_ prepared: Prepared, _ logPrior: [Float]) -> [Float] {
        var result = zip(prepared.logEvidence, logPrior).map { $0 + $1 }
        let top = result.max() ?? 0
        var total: Float = 0
        for i in result.indices {
            let excess = result[i] - top
            result[i] = excess > -20 ? exp(excess) : 0
            total += result[i]
        }
        for i in result.indices { result[i] /= total }
        return result
    }

    private func probability(_ prepared: Prepared, _ logPrior: [Float]) -> Double {
        let p = zip(weights(prepared, logPrior), prepared.probability).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        return min(max(Double(p), 0), 1)
    }

    /// Weighted mean of −ln P(what happened), each at most ln 1000, so that one surprise does not decide the priors.
    private func logScore(_ priors: GapPriors, _ indices: [Int]) -> Double {
        let logPrior = logPrior(priors)
        var sum = 0.0, total = 0.0
        for index in indices {
            let p = probability(cases[index], logPrior)
            sum -= cases[index].weight * log(max(cases[index].aIsBetter ? p : 1 - p, 1e-3))
            total += cases[index].weight
        }
        return total > 0 ? sum / total : 0
    }

    /// The growth with which the 50, 80 and 90 % intervals of the gap cover best.
    private func growth(_ priors: GapPriors, _ indices: [Int]) -> Double {
        let logPrior = logPrior(priors)
        // Nine equally likely normal deviates stand for the growth.
        let nodes = (0..<9).map { NormalDistribution.quantile((Double($0) + 0.5) / 9) }
        let weightsByCase = indices.map { weights(cases[$0], logPrior) }
        var best = (loss: Double.infinity, growth: 0.0)
        for growth in stride(from: 0.0, through: 1.2, by: 0.05) {
            var covered = [0.0, 0.0, 0.0], total = 0.0
            for (index, weights) in zip(indices, weightsByCase) {
                guard let place = place(cases[index], weights: weights, growth: growth, nodes: nodes) else { continue }
                total += cases[index].weight
                for (k, share) in [0.5, 0.8, 0.9].enumerated() where abs(place - 0.5) <= share / 2 {
                    covered[k] += cases[index].weight
                }
            }
            guard total > 0 else { return start.growth }
            let loss = zip(covered, [0.5, 0.8, 0.9]).reduce(0) { $0 + pow($1.0 / total - $1.1, 2) }
            if loss < best.loss { best = (loss, growth) }
        }
        return best.growth
    }

    /// The quantile of the observed gap in its forecast, in (0, 1); nil where a loss is at or below a floor.
    private func place(_ prepared: Prepared, weights: [Float], growth: Double, nodes: [Double]) -> Double? {
        guard !prepared.observed.contains(where: \.isNaN) else { return nil }
        var sum = 0.0
        for node in nodes {
            let factor = exp(node * growth * prepared.distance.squareRoot())
            for (i, weight) in weights.enumerated() where weight > 1e-5 {
                let z =
                    (prepared.observed[i / gridSize] / factor - Double(prepared.mean[i]))
                    / Double(prepared.deviation[i])
                sum += Double(weight) * NormalDistribution.cumulative(z) / Double(nodes.count)
            }
        }
        return sum
    }
}
