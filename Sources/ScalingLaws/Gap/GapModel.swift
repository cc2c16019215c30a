// The gap of two candidates over scale, forecast from smaller runs. The difference is modelled instead of the two
// curves, so that whatever both have in common (rung-to-rung deviations, misfit of the law) cancels.
// Notation: a and b mean losses of A and B at a rung, x log10 scale relative to the top rung below the target, F and E
// floors,
//   d = ln((b − F)/(a − F))      the gap, positive: A is better;
//   M = √(a b), m = ln(M − E)    the level.
// Where tokens are known, both also depend on how far a run is off the ladder's line of tokens over FLOPs (TokenLine).
// d (given the level) and m are independent trend processes, each with a floor of its own; their scales and floors are
// integrated over grids by evidence. The gap's floors include zero, which forecasts best on public ladders (LOG.md).
// Losses are divided by the smallest loss first, so every constant here is free of units.
// Thresholds and verdicts belong to Comparison, the pooling of seed noise to SeedNoise.

import Foundation

/// One rung of a pair's ladder.
public struct GapRung: Sendable, Codable, Equatable {
    /// Parameters, tokens or FLOPs; positive.
    public var scale: Double
    /// Training tokens of one run, on a ladder over FLOPs; nil where only the scale is known. They are used only where
    /// every rung has them.
    public var tokens: Double?
    /// Final losses, one per seed; at least one, positive and finite.
    public var lossesA: [Double]
    public var lossesB: [Double]
    /// Standard deviation over seeds of one run's loss, in the loss's units; nil when unknown (the model's misfit then
    /// covers seed noise too).
    public var sigmaA: Double?
    public var sigmaB: Double?
    /// Standard deviation of an error that both losses have in common, as a share of them; it does not change the gap.
    /// Forecast losses have it; it is nil for measured ones.
    package var sharedDeviation: Double?
    /// Covariance of the two means that shared seeds cause, in squared units of the loss; nil when independent.
    public var meanCovariance: Double?
    /// Whether this is the target, measured or forecast. It is weighed like a rung, but the ladder ends below it, so
    /// that a target whose losses are hardly known changes nothing.
    package var isTarget = false

    public init(
        scale: Double, tokens: Double? = nil, lossesA: [Double], lossesB: [Double], sigmaA: Double? = nil,
        sigmaB: Double? = nil, sharedDeviation: Double? = nil, meanCovariance: Double? = nil
    ) {
        self.scale = scale
        self.tokens = tokens
        self.lossesA = lossesA
        self.lossesB = lossesB
        self.sigmaA = sigmaA
        self.sigmaB = sigmaB
        self.sharedDeviation = sharedDeviation
        self.meanCovariance = meanCovariance
    }
}

/// Training FLOPs and tokens of a run.
public struct TrainedScale: Sendable, Equatable {
    public var scale: Double
    public var tokens: Double

    public init(scale: Double, tokens: Double) {
        self.scale = scale
        self.tokens = tokens
    }
}

/// Why a ladder cannot be judged.
public enum GapModelError: Error, Equatable, CustomStringConvertible {
    case noRungs
    case notPositive(scale: Double)
    case noLosses(scale: Double)
    case duplicateScale(Double)

    public var description: String {
        switch self {
        case .noRungs: "the ladder has no rung"
        case .notPositive(let scale):
            "a scale, number of tokens, loss or standard deviation at scale \(scale) is not positive and finite"
        case .noLosses(let scale): "a candidate has no loss at scale \(scale)"
        case .duplicateScale(let scale): "two rungs share the scale \(scale)"
        }
    }
}

/// The gap model with its priors; a value, cheap to copy.
public struct GapModel: Sendable {
    let priors: GapPriors
    private(set) var knownFloor: Double?
    private let gapGrid: TrendGrid
    private let levelGrid: TrendGrid

    /// - Parameter knownFloor: the irreducible loss where the data's entropy is known, in the losses' units. It becomes
    ///   the level's floor; the gap keeps the floors of the priors, which forecast better than the true one (LOG.md).
    public init(priors: GapPriors = .shipped, knownFloor: Double? = nil) {
        self.priors = priors
        gapGrid = TrendGrid(priors.gap)
        levelGrid = TrendGrid(priors.level)
        self.knownFloor = Self.usable(knownFloor)
    }

    /// The same model for data of another entropy; nil where it is not known.
    package func knowing(floor: Double?) -> GapModel {
        var model = self
        model.knownFloor = Self.usable(floor)
        return model
    }

    private static func usable(_ floor: Double?) -> Double? { floor.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }

    /// The posterior given a ladder of at least one rung, in any order.
    ///
    /// Any finite positive losses give finite answers. Equal losses give a gap of zero with its uncertainty.
    /// - Parameter target: a run whose tokens are known; all scales that are asked about are then on the line through
    ///   it, parallel to the ladder's own. Without it, or where the ladder's tokens are unknown, they are on the
    ///   ladder's own line.
    /// - Throws: `GapModelError` for an empty ladder, repeated scales, or values that are not positive and finite.
    public func posterior(_ rungs: [GapRung], through target: TrainedScale? = nil) throws -> GapPosterior {
        let ladder = try GapLadder(rungs, through: target)
        let gaps = priors.gapFloors.filter { $0.weight > 0 }.map { floor in
            let posterior = gapGrid.posterior(
                ladder.gaps(floor.value), ladder.positions, noise: ladder.gapNoise(floor.value),
                factor: 1 / (1 - floor.value))
            return FloorPosterior(
                floor: floor.value, weight: log(floor.weight) + posterior.logEvidence + ladder.logJacobian(floor.value),
                fits: posterior.fits)
        }
        let levels = levelFloors(ladder).map { floor in
            let posterior = levelGrid.posterior(
                ladder.levels(floor.value), ladder.positions, noise: ladder.levelNoise(floor.value))
            return FloorPosterior(
                floor: floor.value, weight: log(floor.weight) + posterior.logEvidence + ladder.logJacobian(floor.value),
                fits: posterior.fits)
        }
        return GapPosterior(ladder: ladder, growth: priors.growth, gaps: gaps, levels: levels)
    }

    /// Floors in units of the smallest loss: the known one, or those of the prior.
    private func levelFloors(_ ladder: GapLadder) -> [WeightedValue] {
        guard let knownFloor else { return priors.levelFloors.filter { $0.weight > 0 } }
        return [WeightedValue(ladder.floor(knownFloor), weight: 1)]
    }
}
