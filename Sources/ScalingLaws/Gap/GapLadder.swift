// A pair's ladder brought into the model's units: sorted by scale, log10 scale relative to the top rung, decades of
// tokens off its line, losses divided by the smallest one. Notation as in GapModel.swift.

import Foundation

/// A validated ladder. Arrays have one element per rung, in ascending scale.
struct GapLadder: Sendable {
    let rungs: [GapRung]
    /// The smallest mean loss, in the losses' own units.
    let unit: Double
    /// log10 of the scale of the top rung below the target.
    let topLogScale: Double
    let positions: [TrendPosition]
    /// Nil where the tokens of a rung are unknown.
    let line: TokenLine?
    /// How far off the line the scales lie that are asked about.
    let pathOffset: Double
    let meanA: [Double]
    let meanB: [Double]
    /// Variance of each mean that seed noise explains; 0 where it is unknown.
    let varianceA: [Double]
    let varianceB: [Double]
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
        rungs = unsorted.sorted { ($0.scale, $0.tokens ?? 0) < ($1.scale, $1.tokens ?? 0) }
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
        let ownA = rungs.map { Self.mean($0.lossesA) }, ownB = rungs.map { Self.mean($0.lossesB) }
        let smallest = (ownA + ownB).min() ?? 1
        unit = smallest
        // Losses more than a googol apart are beyond any meaning; the clamp keeps their logarithms' products finite.
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

    /// The place of a scale on the path that is asked about, or of a run with known tokens.
    func position(of scale: Double, tokens: Double? = nil) -> TrendPosition {
        let own = line.flatMap { line in tokens.map { line.offset(scale: scale, tokens: $0) } }
        return TrendPosition(x: log10(scale) - topLogScale, offset: own ?? pathOffset)
    }

    /// The top rung; among several of its scale the one nearest to the path.
    var top: TrendPosition {
        positions.filter { TrendFit.same($0.x, 0) }.min {
            abs($0.offset - pathOffset) < abs($1.offset - pathOffset)
        } ?? TrendPosition(x: 0)
    }

    /// A known floor in units of the smallest loss. Noise can put a mean loss at or below it: it then moves just below.
    func floor(_ known: Double) -> Double { min(known / unit, 0.98) }

    /// d at every rung, for the floor F.
    func gaps(_ floor: Double) -> [Double] { zip(meanA, meanB).map { log(($1 - floor) / ($0 - floor)) } }

    /// M at every rung.
    private var centres: [Double] { zip(meanA, meanB).map { $0.squareRoot() * $1.squareRoot() } }

    /// m at every rung, for the floor E.
    func levels(_ floor: Double) -> [Double] { centres.map { log($0 - floor) } }

    /// Variance of d that seed noise explains, to first order.
    func gapNoise(_ floor: Double) -> [Double] {
        meanA.indices.map { noise($0, floor, sign: -1) }
    }

    /// Variance of ln(b − F) ± ln(a − F) at a rung, to first order.
    private func noise(_ rung: Int, _ floor: Double, sign: Double) -> Double {
        let a = meanA[rung] - floor, b = meanB[rung] - floor
        let shared = sign * 2 * min(max(covariance[rung] / a / b, -1e8), 1e8)
        return max(relative(varianceA[rung], a) + relative(varianceB[rung], b) + shared, 0)
    }

    /// Variance of m that seed noise, and what both losses are off by, explain, to first order.
    func levelNoise(_ floor: Double) -> [Double] {
        let centres = centres
        return rungs.indices.map { rung in
            let steepness = centres[rung] / (centres[rung] - floor)
            let shared = rungs[rung].sharedDeviation ?? 0
            return min((noise(rung, 0, sign: 1) / 4 + shared * shared) * steepness * steepness, 1e8)
        }
    }

    /// ln of the derivative of d (given the level), or of m, by the logarithm of a loss, summed over rungs: makes the
    /// evidences of different floors comparable.
    func logJacobian(_ floor: Double) -> Double { centres.reduce(0) { $0 - log1p(-floor / $1) } }

    private func relative(_ variance: Double, _ reducible: Double) -> Double {
        min(variance / (reducible * reducible), 1e8)
    }

    private static func mean(_ values: [Double]) -> Double {
        // Divided first: the sum of finite losses can overflow. The smallest numbers vanish when divided.
        max(values.reduce(0) { $0 + $1 / Double(values.count) }, values.min() ?? 0)
    }

    private static func variance(_ sigma: Double?, _ count: Int, _ unit: Double) -> Double {
        guard let sigma else { return 0 }
        let relative = min(sigma / unit, 1e100)
        return relative * relative / Double(count)
    }
}
