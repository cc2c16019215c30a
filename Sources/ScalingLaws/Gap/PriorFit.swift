// The fit of the gap's priors to ladders whose outcome is known: median and spread of the roughness by a search, growth
// and unknown noise from a few values each, and whether there is a drift. The score is mostly that of the sign, and in a small part that of the size.
// Each case's evidences and forecasts are computed once, so that a trial only reweights them.
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
    /// One case under one growth and noise; one element per roughness.
    private struct Prepared: Sendable {
        var logEvidence: [Float] = []
        /// P(A better), and the density of the observed d in units of the gap at the top rung.
        var probability: [Float] = []
        var density: [Float] = []
    }

    private static let growths = [0.25, 0.35, 0.45, 0.55, 0.65]
    private static let noises = [0.0005, 0.001, 0.002]
    private static let drifts = [0.0, 1]
    /// The weight of the size's log score beside the sign's.
    private static let weightOfSize = 0.1

    private let start: GapPriors
    /// The priors of every structure, and the cases prepared for it.
    private let structures: [(priors: GapPriors, cases: [Prepared])]
    private let aIsBetter: [Bool]
    private let weights: [Double]

    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    package init(_ input: [PriorFitCase], start: GapPriors = .shipped) throws {
        self.start = start
        weights = input.map(\.weight)
        let pairs = try input.map { (ladder: try GapLadder($0.rungs), target: try GapLadder([$0.target])) }
        aIsBetter = pairs.map { $0.target.gaps[0] > 0 }
        structures = Self.structures(of: start).map { priors in
            (
                priors,
                inParallel(input.count) { index in
                    let target = input[index].target
                    let place = pairs[index].ladder.position(of: target.scale, tokens: target.tokens)
                    return Self.prepare(pairs[index].ladder, place, observed: pairs[index].target.gaps[0], priors)
                }
            )
        }
    }

    /// The priors with every growth, noise and drift that is tried.
    private static func structures(of start: GapPriors) -> [GapPriors] {
        growths.flatMap { growth in
            noises.flatMap { noise in
                drifts.map { drift in
                    var priors = start
                    (priors.growth, priors.unknownNoise, priors.drift) = (growth, noise, drift)
                    return priors
                }
            }
        }
    }

    private static func prepare(
        _ ladder: GapLadder, _ place: TrendPosition, observed: Double, _ priors: GapPriors
    ) -> Prepared {
        var prepared = Prepared()
        let top = ladder.positions.firstIndex { $0.isSame(as: ladder.top) } ?? 0
        let unit = abs(ladder.gaps[top]) + 0.003
        for roughness in priors.roughnessGrid.values {
            let walk = GapWalk(ladder, roughness: roughness, priors)
            let p = walk.fit.predict(place)
            let deviation =
                (p.variance
                + walk.variable.observationVariance(near: p.mean, seeds: priors.unknownNoise * priors.unknownNoise))
                .squareRoot()
            let z = (asinh(observed / walk.variable.tie) - p.mean) / deviation
            prepared.logEvidence.append(Float(walk.logEvidence))
            prepared.probability.append(Float(NormalDistribution.cumulative(p.mean / deviation)))
            prepared.density.append(Float(unit * exp(-z * z / 2) / deviation / hypot(observed, walk.variable.tie)))
        }
        return prepared
    }

    /// The priors that describe the cases at `indices` best; the same for equal input.
    package func fit(_ indices: [Int]) -> GapPriors {
        let fitted = inParallel(structures.count) { index -> (priors: GapPriors, value: Double) in
            let (structure, cases) = structures[index]
            func priors(_ numbers: [Double]) -> GapPriors {
                var priors = structure
                priors.roughness.median = exp(numbers[0])
                priors.roughness.spread = exp(numbers[1])
                return priors
            }
            let anchor = [log(start.roughness.median), log(start.roughness.spread)]
            let value = { (numbers: [Double]) in
                // The cases hardly identify the spread, so a weak penalty keeps both numbers near their start.
                let pull = zip(numbers, anchor).reduce(0) { $0 + 0.002 * ($1.0 - $1.1) * ($1.0 - $1.1) }
                return score(priors(numbers), cases, indices) + pull
            }
            let best = NelderMead.minimum(
                start: anchor, steps: [0.5, 0.3], maximumEvaluations: 60, pointTolerance: 0.02, valueTolerance: 1e-5,
                value)
            return (priors(best), value(best))
        }
        return fitted.min { $0.value < $1.value }?.priors ?? start
    }

    /// Weighted mean of the log scores of sign and size. Each is limited, so that one surprise does not decide.
    private func score(_ priors: GapPriors, _ cases: [Prepared], _ indices: [Int]) -> Double {
        let logPrior = priors.roughnessGrid.values.map { Float(priors.roughness.logDensity($0)) }
        var sum = 0.0, total = 0.0
        for index in indices {
            let one = cases[index]
            var top = -Float.infinity
            for i in logPrior.indices { top = max(top, one.logEvidence[i] + logPrior[i]) }
            var weight: Float = 0, better: Float = 0, density: Float = 0
            for i in logPrior.indices {
                let share = exp(one.logEvidence[i] + logPrior[i] - top)
                weight += share
                better += share * one.probability[i]
                density += share * one.density[i]
            }
            let p = Double(aIsBetter[index] ? better / weight : 1 - better / weight)
            sum -= weights[index] * (log(max(p, 1e-3)) + Self.weightOfSize * log(max(Double(density / weight), 1e-6)))
            total += weights[index]
        }
        return total > 0 ? sum / total : 0
    }
}
