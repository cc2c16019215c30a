// The gap of two candidates over scale: what a small ladder says about a larger one. It models the difference, not the
// two curves, so that whatever both share (rung-to-rung wiggle, misfit of the law) cancels.
// Notation: E the floor, a and b mean losses of A and B at a rung, x log10 scale relative to the top rung,
//   d = ln((b − E)/(a − E))   the gap, positive: A is better;   m = ½ ln((a − E)(b − E))   the level.
// d and m are independent trend processes given E; their scales and E are integrated over a grid by evidence.
// Losses are divided by the smallest loss first, so every constant here is free of units.
// Deliberately not here: thresholds and verdicts (Comparison), pooling of seed noise (SeedNoise).

import Foundation

/// One rung of a pair's ladder.
package struct GapRung: Sendable, Codable, Equatable {
    /// Parameters, tokens or FLOPs; positive.
    package var scale: Double
    /// Final losses, one per seed; at least one, positive and finite.
    package var lossesA: [Double]
    package var lossesB: [Double]
    /// Standard deviation over seeds of one run's loss, in the loss's units; nil when unknown (then the model's
    /// misfit stands for both).
    package var sigmaA: Double?
    package var sigmaB: Double?

    package init(scale: Double, lossesA: [Double], lossesB: [Double], sigmaA: Double? = nil, sigmaB: Double? = nil) {
        self.scale = scale
        self.lossesA = lossesA
        self.lossesB = lossesB
        self.sigmaA = sigmaA
        self.sigmaB = sigmaB
    }
}

/// Why a ladder cannot be judged.
package enum GapModelError: Error, Equatable, CustomStringConvertible {
    case noRungs
    case notPositive(scale: Double)
    case noLosses(scale: Double)
    case duplicateScale(Double)

    package var description: String {
        switch self {
        case .noRungs: "the ladder has no rung"
        case .notPositive(let scale): "a scale, loss or standard deviation at scale \(scale) is not positive and finite"
        case .noLosses(let scale): "a candidate has no loss at scale \(scale)"
        case .duplicateScale(let scale): "two rungs share the scale \(scale)"
        }
    }
}

/// The gap model with its priors; a value, cheap to copy.
package struct GapModel: Sendable {
    let priors: GapPriors
    let knownFloor: Double?
    let gapPoints: [(scales: TrendScales, logWeight: Double)]
    let levelPoints: [(scales: TrendScales, logWeight: Double)]

    /// - Parameter knownFloor: the irreducible loss where the data's entropy is known, in the losses' units.
    package init(priors: GapPriors = .shipped, knownFloor: Double? = nil) {
        self.priors = priors
        self.knownFloor = knownFloor.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        gapPoints = priors.gap.points()
        levelPoints = priors.level.points()
    }

    /// The posterior given a ladder of at least one rung, in any order.
    ///
    /// Any finite positive losses give finite answers. Equal losses give a gap of zero with its uncertainty.
    /// - Throws: `GapModelError` for an empty ladder, repeated scales, or values that are not positive and finite.
    package func posterior(_ rungs: [GapRung]) throws -> GapPosterior {
        let ladder = try Ladder(rungs)
        var floors: [GapPosterior.Floor] = []
        for floor in floorGrid(ladder) {
            let gap = mixture(
                gapPoints, ladder.gaps(floor.value), ladder.positions, noise: ladder.gapNoise(floor.value),
                factor: scaleFactor(floor.value))
            let level = mixture(
                levelPoints, ladder.levels(floor.value), ladder.positions, noise: ladder.levelNoise(floor.value),
                factor: 1)
            let logWeight =
                log(floor.weight) + gap.logEvidence + level.logEvidence + ladder.logJacobian(floor.value)
            floors.append(.init(value: floor.value, logWeight: logWeight, gap: gap.fits, level: level.fits))
        }
        return GapPosterior(ladder: ladder, floors: floors)
    }

    /// Floors in units of the smallest loss. A known floor at or above a noisy loss is moved just below it.
    private func floorGrid(_ ladder: Ladder) -> [WeightedValue] {
        guard let knownFloor else { return priors.floors.filter { $0.weight > 0 } }
        return [WeightedValue(min(knownFloor / ladder.unit, 0.98), weight: 1)]
    }

    /// How much larger a gap of the same relative size is at this floor than at the priors' floor of one half.
    private func scaleFactor(_ floor: Double) -> Double { 0.5 / (1 - floor) }

    /// Posterior over a grid of scales; points that carry less than a millionth of the best one's weight are dropped.
    private func mixture(
        _ points: [(scales: TrendScales, logWeight: Double)], _ observations: [Double], _ positions: [Double],
        noise: [Double], factor: Double
    ) -> (logEvidence: Double, fits: [WeightedFit]) {
        let fits = points.map {
            TrendFit($0.scales.times(factor), positions: positions, observations: observations, noise: noise)
        }
        let logWeights = zip(points, fits).map { $0.logWeight + $1.logEvidence }
        let total = logSumExp(logWeights)
        let best = logWeights.max() ?? 0
        var kept: [WeightedFit] = []
        for (fit, logWeight) in zip(fits, logWeights) where logWeight > best - 13.8 {
            kept.append(WeightedFit(fit: fit, weight: exp(logWeight - total)))
        }
        let sum = kept.reduce(0) { $0 + $1.weight }
        for i in kept.indices { kept[i].weight /= sum }
        return (total, kept)
    }
}
