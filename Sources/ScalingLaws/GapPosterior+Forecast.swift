// Forecasts at one scale: exact probabilities and quasi-random draws of everything in nats.

import Foundation

extension GapPosterior {
    /// Draws per forecast, in pairs of opposite sign: quantiles to about a hundredth of a standard deviation.
    private static let drawCount = 4096
    private static let logClamp = 230.0

    /// What one run of each candidate, and their mean over seeds, will be at `scale`.
    ///
    /// At an observed rung this is the posterior of that rung's true gap. `sigmaA`, `sigmaB`: standard deviation over
    /// seeds there, in the losses' units; nil when unknown (then the ladder's misfit stands for it).
    package func forecast(at scale: Double, sigmaA: Double?, sigmaB: Double?) -> GapForecast {
        let x = ladder.position(of: scale)
        let noiseA = min((sigmaA ?? 0) / ladder.unit, 1e100), noiseB = min((sigmaB ?? 0) / ladder.unit, 1e100)
        let draws = draw(x, noiseA, noiseB)
        let regretA = draws.gap.reduce(0) { $0 + max(0, -$1) / Double(draws.gap.count) }
        let regretB = draws.gap.reduce(0) { $0 + max(0, $1) / Double(draws.gap.count) }
        return GapForecast(
            scale: scale, lossA: inLossUnits(draws.lossA), lossB: inLossUnits(draws.lossB),
            gap: inLossUnits(draws.gap), expectedGap: inLossUnits(draws.expectedGap),
            computeMultiplier: draws.multiplier.map { Estimate(draws: $0) },
            probabilityABetter: probabilityABetter(x, noiseA, noiseB), expectedRegretA: finite(regretA * ladder.unit),
            expectedRegretB: finite(regretB * ladder.unit),
            probabilitySignDiffersFromTopRung: probabilitySignDiffers(x))
    }

    /// Probability and band of the smooth trend along an axis, for pictures.
    package func band(at scales: [Double]) -> GapBand {
        let draws = scales.map { draw(ladder.position(of: $0), 0, 0, misfit: false, count: 512) }
        return GapBand(
            scales: scales, probabilityABetter: signProbability(at: scales),
            gap: draws.map { Estimate(draws: $0.logGap) }, gapInLoss: draws.map { inLossUnits($0.expectedGap) })
    }

    /// P(one run of A beats one run of B); exact over the mixture.
    func probabilityABetter(_ x: Double, _ noiseA: Double, _ noiseB: Double) -> Double {
        var sum = 0.0
        for floor in floors {
            let level = floor.level.reduce(0) { $0 + $1.weight * $1.fit.predict(x, misfit: true).mean }
            for gap in floor.gap {
                let p = gap.fit.predict(x, misfit: true)
                let seeds = Self.seedVariance(level: level, gap: p.mean, noiseA, noiseB)
                sum += floor.weight * gap.weight * Self.probabilityPositive(p.mean, p.variance + seeds)
            }
        }
        return min(max(sum, 0), 1)
    }

    /// Variance of d that one seed of each adds where the level and gap are known.
    static func seedVariance(level: Double, gap: Double, _ noiseA: Double, _ noiseB: Double) -> Double {
        let a = noiseA * exp(-clamp(level - gap / 2)), b = noiseB * exp(-clamp(level + gap / 2))
        return min(a * a + b * b, 1e300)
    }

    /// P(sign of the gap over seeds at `x` ≠ sign at the top rung), from their joint posterior.
    private func probabilitySignDiffers(_ x: Double) -> Double {
        if TrendFit.same(x, 0) { return 0 }
        let nodes = 24
        let quantiles = (0..<nodes).map { NormalDistribution.quantile((Double($0) + 0.5) / Double(nodes)) }
        let value = mix { _, fit in
            let top = fit.predict(0, misfit: true), target = fit.predict(x, misfit: true)
            let deviation = top.variance.squareRoot()
            guard deviation > 0 else {
                let positive = Self.probabilityPositive(target.mean, target.variance)
                return top.mean == 0 ? 0.5 : (top.mean > 0 ? 1 - positive : positive)
            }
            let covariance = fit.covariance(0, misfit: true, x, misfit: true)
            let rest = max(target.variance - covariance * covariance / top.variance, 0)
            return quantiles.reduce(0) { sum, z in
                let positive = Self.probabilityPositive(target.mean + covariance / deviation * z, rest)
                return sum + (top.mean + deviation * z > 0 ? 1 - positive : positive) / Double(nodes)
            }
        }
        return min(max(value, 0), 1)
    }

    struct Draws {
        var lossA: [Double] = []
        var lossB: [Double] = []
        var gap: [Double] = []
        var expectedGap: [Double] = []
        var logGap: [Double] = []
        /// Nil when B's loss may well not fall with scale here.
        var multiplier: [Double]?
    }

    /// One moment set per floor and fit, with the cumulative weights that draws select from.
    private struct Table {
        var cumulative: [Double] = []
        var moments: [TrendPrediction] = []

        init(_ fits: [WeightedFit], _ x: Double, misfit: Bool) {
            var sum = 0.0
            for fit in fits {
                sum += fit.weight
                cumulative.append(sum)
                moments.append(fit.fit.predict(x, misfit: misfit))
            }
        }

        /// The fit that owns the point `u` of (0, 1).
        func select(_ u: Double) -> TrendPrediction {
            var low = 0, high = cumulative.count - 1
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] < u { low = middle + 1 } else { high = middle }
            }
            return moments[low]
        }
    }

    /// Joint draws of levels and gap at `x`, in units of the smallest loss.
    func draw(_ x: Double, _ noiseA: Double, _ noiseB: Double, misfit: Bool = true, count: Int = drawCount) -> Draws {
        var draws = Draws()
        var multiplier: [Double] = []
        var notFalling = 0.0
        let sequence = QuasiRandomSequence(dimensions: 7)
        var index = 0
        var carried = 0.0
        var total = 0
        for floor in floors {
            // 1. Draws are shared out over the floors in proportion to their weights.
            carried += floor.weight * Double(count / 2)
            let pairs = Int(carried.rounded()) - total
            total += pairs
            let gaps = Table(floor.gap, x, misfit: misfit), levels = Table(floor.level, x, misfit: misfit)
            for pair in 0..<pairs {
                index += 1
                let gap = gaps.select((Double(pair) + 0.5) / Double(pairs))
                let level = levels.select(sequence.value(index, 0))
                let z = (1..<7).map { NormalDistribution.quantile(sequence.value(index, $0)) }
                let (m, mSlope) = Self.joint(level, z[1], z[2])
                // 2. Opposite signs in pairs: a ladder without a gap gets a forecast centred on zero.
                for sign in [1.0, -1.0] {
                    let (d, dSlope) = Self.joint(gap, sign * z[0], sign * z[3])
                    let a = exp(Self.clamp(m - d / 2)), b = exp(Self.clamp(m + d / 2))
                    let expected = 2 * exp(Self.clamp(m)) * sinh(Self.clamp(d / 2))
                    draws.logGap.append(d)
                    draws.expectedGap.append(expected)
                    draws.gap.append(expected + sign * (noiseB * z[5] - noiseA * z[4]))
                    draws.lossA.append(max(floor.value + a + sign * noiseA * z[4], 0))
                    draws.lossB.append(max(floor.value + b + sign * noiseB * z[5], 0))
                    // 3. B reaches A's loss where m + d/2 has fallen by d: a shift of d / −(m′ + d′/2) decades.
                    let fall = -(mSlope + dSlope / 2)
                    if fall < 1e-3 { notFalling += 1 }
                    multiplier.append(pow(10, min(max(d / max(fall, 1e-3), -12), 12)))
                }
            }
        }
        if notFalling <= 0.05 * Double(multiplier.count) { draws.multiplier = multiplier }
        return draws
    }

    /// A value and slope drawn from their joint normal distribution.
    private static func joint(_ p: TrendPrediction, _ first: Double, _ second: Double) -> (Double, Double) {
        let deviation = p.variance.squareRoot()
        guard deviation > 0 else { return (p.mean, p.slopeMean + p.slopeVariance.squareRoot() * second) }
        let regression = p.covariance / deviation
        let rest = max(p.slopeVariance - regression * regression, 0).squareRoot()
        return (p.mean + deviation * first, p.slopeMean + regression * first + rest * second)
    }

    private static func clamp(_ logarithm: Double) -> Double { min(max(logarithm, -logClamp), logClamp) }

    private func finite(_ value: Double) -> Double {
        min(max(value, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude)
    }

    private func inLossUnits(_ draws: [Double]) -> Estimate {
        Estimate(draws: draws.map { finite($0 * ladder.unit) })
    }
}
