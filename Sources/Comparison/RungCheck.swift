// How the method did on this very ladder: every rung predicted from those below it, as the target is from all of them.
// The number of rungs is small; this is no proof that the method works, but a ladder on which it fails shows it here.

package import ScalingLaws

/// One rung predicted from those below.
package struct RungCheck: Codable, Sendable {
    package var label: String
    package var scale: Double
    /// How many rungs below it took part; at least two.
    package var rungsBelow: Int
    /// Loss of B − loss of A between the means of the runs that the rung has.
    package var predictedGap: Estimate
    package var observedGap: Double
    /// P(A better) that was predicted for those means.
    package var probabilityABetter: Double
    /// The probability given to the candidate that was better there.
    package var probabilityOfWinner: Double
}

extension RungCheck {
    /// Every rung of `ladder` below the target with two rungs of both candidates below it, smallest first.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    static func rows(_ ladder: Ladder, a: Int, b: Int, model: GapModel) throws -> [RungCheck] {
        try ladder.rungs.indices.compactMap { index -> RungCheck? in
            let rung = ladder.rungs[index]
            guard let lossA = rung.points[a].meanLoss, let lossB = rung.points[b].meanLoss, lossA != lossB else {
                return nil
            }
            // Nothing of this rung or of those above takes part, not even in the pooling of noise.
            var below = ladder.withoutTarget
            below.rungs = Array(ladder.rungs.prefix(index))
            let pair = PairLadder(below, a: a, b: b, noise: LadderNoise(below))
            let visible = pair.ladderRungs
            guard visible.count >= 2 else { return nil }
            let sigma = pair.sigma(at: rung.scale)
            func ofMean(_ sigma: Double?, _ points: [ScalingPoint]) -> Double? {
                sigma.map { $0 / Double(points.compactMap(\.loss).count).squareRoot() }
            }
            let forecast = try model.posterior(visible).forecast(
                at: rung.scale, sigmaA: ofMean(sigma.a, rung.points[a]), sigmaB: ofMean(sigma.b, rung.points[b]))
            let p = forecast.probabilityABetter
            return RungCheck(
                label: rung.label, scale: rung.scale, rungsBelow: visible.count, predictedGap: forecast.gap,
                observedGap: lossB - lossA, probabilityABetter: p, probabilityOfWinner: lossA < lossB ? p : 1 - p)
        }
    }
}
