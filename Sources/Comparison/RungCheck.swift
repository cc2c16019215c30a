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
            guard let (below, rung) = ladder.hidden(at: index, a: a, b: b) else { return nil }
            let forecast = try model.posterior(below).forecastOfMeans(rung)
            let lossA = rung.lossesA.mean, lossB = rung.lossesB.mean
            let p = forecast.probabilityABetter
            return RungCheck(
                label: ladder.rungs[index].label, scale: rung.scale, rungsBelow: below.count,
                predictedGap: forecast.gap,
                observedGap: lossB - lossA, probabilityABetter: p, probabilityOfWinner: lossA < lossB ? p : 1 - p)
        }
    }
}
