// The gap of two candidates over scale, forecast from smaller runs. The difference is modelled instead of the two
// curves, so that whatever both have in common (rung-to-rung deviations, misfit of the law) cancels.
// Notation: a and b mean losses of A and B at a rung, x log10 scale relative to the top rung below the target,
//   d = ln(b/a)           the gap, positive: A is better;
//   M = √(a b), m = ln(M − E)   the level above a floor E;
//   r, g                  roughness and growth (GapPriors), v the variance of d at a rung from its seeds.
// The gap is a random walk: near zero its standard deviation is r over one decade, far from zero it grows or fades by
// factors and keeps its sign. One change of variable makes both a walk of constant speed:
//   z = asinh(d/s),  s² = (r/g)² + v at the top rung,  z(x) = z(0) + g·(W(x) + D(x)) with a Brownian motion W and a
//   drift D (DriftProcess), which goes on for about a decade.
// The roughness is integrated over a grid by the evidence of the pair's own steps, given where the pair stands at the
// top rung. Where tokens are known, the walk also goes along the distance from the ladder's line (TokenLine).
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
    /// Standard deviation over seeds of one run's loss, in the loss's units; nil when unknown (the priors then
    /// say how large it is).
    public var sigmaA: Double?
    public var sigmaB: Double?
    /// Standard deviation of an error that both losses have in common, as a share of them; it does not change the gap.
    /// Forecast losses have it; it is nil for measured ones.
    package var sharedDeviation: Double?
    /// Covariance of the two means that shared seeds cause, in squared units of the loss; nil when independent.
    public var meanCovariance: Double?
    /// Names of the trunks of its runs, one for each seed that both candidates have: runs of other rungs with equal names
    /// have the same size and seed, and err together (NoiseCorrelation). It is nil for runs that share nothing.
    package var trunks: [String]?
    /// Whether this is the target, measured or forecast. It is weighed like a rung, but the ladder ends below it, so
    /// that a target whose losses are hardly known changes nothing.
    package var isTarget = false

    var isNoiseKnown: Bool { sigmaA != nil || sigmaB != nil }

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

    /// - Parameter knownFloor: the irreducible loss where the data's entropy is known, in the losses' units. It becomes
    ///   the level's floor; the gap needs none.
    public init(priors: GapPriors = .shipped, knownFloor: Double? = nil) {
        self.priors = priors
        self.knownFloor = Self.usable(knownFloor)
    }

    /// The same model for data of another entropy; nil where it is not known.
    package func knowing(floor: Double?) -> GapModel { GapModel(priors: priors, knownFloor: floor) }

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
        return posterior(ladder, gaps: walks(ladder))
    }

    /// The posterior of two members of a family: the gap is a mixture of its surface and the pair's own walk, the level
    /// comes from the pair's own rungs.
    /// - Parameter surface: the gap at the rungs and at the scales that are asked about; nil for a pair that is not of one
    ///   family, whose gap comes from its own rungs.
    /// - Throws: as `posterior(_:through:)`.
    package func posterior(
        _ rungs: [GapRung], through target: TrainedScale? = nil, surface: SurfaceGap?
    ) throws -> GapPosterior {
        guard let surface else { return try posterior(rungs, through: target) }
        let ladder = try GapLadder(rungs, through: target)
        let pooled = surface.parts.map { part in
            let walk = GapWalk(ladder, part.value, at: surface.scales)
            return Weighted(walk, weight: log(part.weight) + walk.logEvidence)
        }
        let both = [(pooled, surface.share), (walks(ladder), 1 - surface.share)].flatMap { gaps, share in
            Weighted.normalised(gaps).map { Weighted($0.value, weight: log(max($0.weight * share, 1e-300))) }
        }
        return posterior(ladder, gaps: both)
    }

    /// P(one run of A has a smaller loss than one of B) by the walk of the two alone, without their level.
    func probabilityABetter(_ rungs: [GapRung], at scale: Double) throws -> Double {
        let ladder = try GapLadder(rungs), place = ladder.position(of: scale)
        let noise = priors.unknownNoise * priors.unknownNoise
        return Weighted.normalised(walks(ladder)).reduce(0) { sum, walk in
            sum + walk.weight * walk.value.probability(above: 0, walk.value.fit.predict(place), noise: noise)
        }
    }

    private func walks(_ ladder: GapLadder) -> [Weighted<GapWalk>] {
        let offsets = ladder.positions.contains { $0.offset != 0 } ? priors.offsets : [1]
        return offsets.flatMap { offset in
            priors.roughnessGrid.values.map { roughness in
                let walk = GapWalk(ladder, roughness: roughness, offset: offset, priors)
                return Weighted(walk, weight: priors.roughness.logDensity(roughness) + walk.logEvidence)
            }
        }
    }

    private func posterior(_ ladder: GapLadder, gaps: [Weighted<GapWalk>]) -> GapPosterior {
        let floors = knownFloor.map { [ladder.floor($0)] } ?? priors.levelFloors
        let levels = floors.flatMap { floor in
            priors.level.posterior(
                ladder.levels(floor), ladder.positions, noise: ladder.levelNoise(floor),
                correlation: ladder.noiseCorrelation
            ).map { Weighted(LevelTrend(floor: floor, fit: $0.value), weight: $0.weight + ladder.logJacobian(floor)) }
        }
        return GapPosterior(
            ladder: ladder, unknownNoise: priors.unknownNoise, gaps: Weighted.normalised(gaps),
            levels: Weighted.normalised(levels))
    }
}
