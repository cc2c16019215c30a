// Every rung of a ladder predicted from those below it.

import ScalingLaws

extension RungCheck {
    /// Every rung with two rungs of both candidates below it, smallest first.
    /// - Throws: `GapModelError` for a ladder that cannot be judged.
    static func rows(_ rungs: [HeldOutRung], a: Int, b: Int, model: GapModel) throws -> [RungCheck] {
        try rungs.compactMap { held -> RungCheck? in
            guard let (below, rung, surface) = held.pair(a: a, b: b) else { return nil }
            let forecast = try model.posterior(below, surface: surface).forecastOfMeans(rung)
            let lossA = rung.lossesA.mean, lossB = rung.lossesB.mean
            let p = forecast.probabilityABetter
            return RungCheck(
                label: held.rung.label, scale: rung.scale, rungsBelow: below.count,
                predictedGap: forecast.gap,
                observedGap: lossB - lossA, probabilityABetter: p, probabilityOfWinner: lossA < lossB ? p : 1 - p)
        }
    }
}
