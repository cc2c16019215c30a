// A pair's ladder in the model's units: rungs are sorted by scale, scales are log10 relative to the top rung, tokens
// are decades off the ladder's line, and losses are divided by the smallest one. Notation as in GapModel.swift.

import Foundation

/// A validated ladder. Arrays have one element per rung, in ascending scale.
struct GapLadder: Sendable {
    private static let mostRungs = 64

    let rungs: [GapRung]
    /// The smallest mean loss, in the losses' own units.
    let unit: Double
    /// log10 of the scale of the top rung below the target.
    let topLogScale: Double
    let positions: [TrendPosition]
    /// The ladder's line of tokens over FLOPs; nil where the tokens of a rung are unknown.
    let line: TokenLine?
    /// The offset from the line, in decades of tokens, of the scales that are asked about.
    let pathOffset: Double
    let meanA: [Double]
    let meanB: [Double]
    /// Variance of each mean that seed noise explains; 0 where it is unknown.
    let varianceA: [Double]
    let varianceB: [Double]
    /// How far the noise of rungs is the same; nil where it is independent.
    let noiseCorrelation: NoiseCorrelation?
    /// Covariance of the two means, never more than their variances allow.
    private let covariance: [Double]

    init(_ unsorted: [GapRung], through target: TrainedScale? = nil) throws {
        guard !unsorted.isEmpty else { throw GapModelError.noRungs }
        for rung in unsorted {
            let numbers = [rung.scale, rung.tokens ?? 1] + rung.lossesA + rung.lossesB
            let sigmas = [rung.sigmaA, rung.sigmaB, rung.sharedDeviation].compactMap { $0 }
            guard numbers.allSatisfy({ $0 > 0 && $0.isFinite }), sigmas.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
                throw GapModelError.notPositive(scale: rung.scale)
            }
            guard !rung.lossesA.isEmpty, !rung.lossesB.isEmpty else {
                throw GapModelError.noLosses(scale: rung.scale)
            }
        }
        // The rungs near the top decide. More of them would cost time and change nothing.
        rungs = Array(
            unsorted.sorted { ($0.scale, $0.tokens ?? 0) < ($1.scale, $1.tokens ?? 0) }.suffix(Self.mostRungs))
        let known = rungs.allSatisfy { $0.tokens != nil }
        let below = rungs.contains { !$0.isTarget } ? rungs.filter { !$0.isTarget } : rungs
        let line = known ? TokenLine(scales: below.map(\.scale), tokens: below.compactMap(\.tokens)) : nil
        self.line = line
        pathOffset = line.flatMap { line in target.map { line.offset(scale: $0.scale, tokens: $0.tokens) } } ?? 0
        topLogScale = log10(below[below.count - 1].scale)
        let top = topLogScale
        positions = rungs.map { rung in
            let offset = line.flatMap { line in rung.tokens.map { line.offset(scale: rung.scale, tokens: $0) } }
            return TrendPosition(x: log10(rung.scale) - top, offset: offset ?? 0)
        }
        for (low, high) in zip(positions.indices, positions.indices.dropFirst())
        where positions[low].isSame(as: positions[high]) {
            throw GapModelError.duplicateScale(rungs[high].scale)
        }
        noiseCorrelation = NoiseCorrelation(
            trunks: rungs.map { Set($0.trunks ?? []) }, runs: rungs.map { max($0.lossesA.count, $0.lossesB.count) },
            positions)
        let ownA = rungs.map { Self.mean($0.lossesA) }, ownB = rungs.map { Self.mean($0.lossesB) }
        let smallest = (ownA + ownB).min() ?? 1
        unit = smallest
        // Losses more than a factor of 1e100 apart mean nothing; the clamp keeps products of them finite.
        meanA = ownA.map { min($0 / smallest, 1e100) }
        meanB = ownB.map { min($0 / smallest, 1e100) }
        varianceA = rungs.map { Self.variance($0.sigmaA, $0.lossesA.count, smallest) }
        varianceB = rungs.map { Self.variance($0.sigmaB, $0.lossesB.count, smallest) }
        let largest = zip(varianceA, varianceB).map { ($0 * $1).squareRoot() }
        covariance = zip(rungs, largest).map { rung, largest -> Double in
            let known = (rung.meanCovariance ?? 0) / smallest / smallest
            return known.isFinite ? min(max(known, -largest), largest) : 0
        }
    }

    /// The position of a scale: with `tokens` that of a run, without them the one on the path that is asked about.
    func position(of scale: Double, tokens: Double? = nil) -> TrendPosition {
        let own = line.flatMap { line in tokens.map { line.offset(scale: scale, tokens: $0) } }
        return TrendPosition(x: log10(scale) - topLogScale, offset: own ?? pathOffset)
    }

    /// The position of the top rung; of several rungs at its scale, the one nearest to the path.
    var top: TrendPosition {
        positions.filter { TrendPosition.isSame($0.x, 0) }.min {
            abs($0.offset - pathOffset) < abs($1.offset - pathOffset)
        } ?? TrendPosition(x: 0)
    }

    /// Whether the ladder can show that a gap goes on growing or shrinking: below the target it has three scales.
    var showsDrift: Bool {
        let below = zip(rungs, positions).filter { !$0.0.isTarget }.map(\.1.x)
        return below.indices.count { $0 == 0 || !TrendPosition.isSame(below[$0], below[$0 - 1]) } >= 3
    }

    /// A known floor in units of the smallest loss. Noise can put a mean loss at or below it; it then moves just below.
    func floor(_ known: Double) -> Double { min(known / unit, 0.98) }

    /// d at every rung.
    var gaps: [Double] { zip(meanA, meanB).map { log($1 / $0) } }

    /// M at every rung.
    private var centres: [Double] { zip(meanA, meanB).map { $0.squareRoot() * $1.squareRoot() } }

    /// m at every rung, for the floor E.
    func levels(_ floor: Double) -> [Double] { centres.map { log($0 - floor) } }

    /// Variance of d at every rung, to first order, from its seeds; `unknown` where σ is not known.
    func gapNoise(unknown: Double) -> [Double] {
        rungs.indices.map { rungs[$0].isNoiseKnown ? noise($0, sign: -1) : unknown }
    }

    /// Variance of ln b ± ln a at a rung, to first order.
    private func noise(_ rung: Int, sign: Double) -> Double {
        let a = meanA[rung], b = meanB[rung]
        let shared = sign * 2 * min(max(covariance[rung] / a / b, -1e8), 1e8)
        return max(relative(varianceA[rung], a) + relative(varianceB[rung], b) + shared, 0)
    }

    /// Variance of m, to first order, from seed noise and from the error that both losses have in common.
    func levelNoise(_ floor: Double) -> [Double] {
        let centres = centres
        return rungs.indices.map { rung in
            let steepness = centres[rung] / (centres[rung] - floor)
            let shared = rungs[rung].sharedDeviation ?? 0
            return min((noise(rung, sign: 1) / 4 + shared * shared) * steepness * steepness, 1e8)
        }
    }

    /// The logarithm of the derivative of m with respect to ln M, summed over rungs. It makes the evidences of
    /// different floors comparable.
    func logJacobian(_ floor: Double) -> Double { centres.reduce(0) { $0 - log1p(-floor / $1) } }

    private func relative(_ variance: Double, _ reducible: Double) -> Double {
        min(variance / (reducible * reducible), 1e8)
    }

    private static func mean(_ values: [Double]) -> Double {
        // The division comes first, since the sum of finite losses can overflow; tiny losses can become zero by it.
        max(values.reduce(0) { $0 + $1 / Double(values.count) }, values.min() ?? 0)
    }

    private static func variance(_ sigma: Double?, _ count: Int, _ unit: Double) -> Double {
        guard let sigma else { return 0 }
        let relative = min(sigma / unit, 1e100)
        return relative * relative / Double(count)
    }
}
