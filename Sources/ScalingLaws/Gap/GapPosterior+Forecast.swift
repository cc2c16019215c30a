// Forecasts at one scale: exact probabilities, and quasi-random draws of all losses and gaps.

import Foundation

extension GapPosterior {
    /// The number of draws per forecast, in pairs of opposite sign; it gives quantiles to about a hundredth of a
    /// standard deviation.
    private static let drawCount = 2048
    private static let logClamp = 230.0

    /// The forecast of one run of each candidate, and of their means over seeds, at `scale`.
    ///
    /// At an observed rung this is the posterior of that rung's true gap. `sigmaA` and `sigmaB` are standard deviations
    /// over seeds there, in the losses' units; nil when unknown (the ladder's misfit then covers seed noise too).
    public func forecast(at scale: Double, sigmaA: Double? = nil, sigmaB: Double? = nil) -> GapForecast {
        forecast(at: scale, ladder.position(of: scale), sigmaA: sigmaA, sigmaB: sigmaB)
    }

    private func forecast(at scale: Double, _ place: TrendPosition, sigmaA: Double?, sigmaB: Double?) -> GapForecast {
        let (noiseA, noiseB) = noiseInUnits(sigmaA, sigmaB)
        let draws = draw(place, noiseA, noiseB)
        let regretA = draws.gap.reduce(0) { $0 + max(0, -$1) / Double(draws.gap.count) }
        let regretB = draws.gap.reduce(0) { $0 + max(0, $1) / Double(draws.gap.count) }
        return GapForecast(
            scale: scale, lossA: inLossUnits(draws.lossA), lossB: inLossUnits(draws.lossB),
            gap: inLossUnits(draws.gap), expectedGap: inLossUnits(draws.expectedGap),
            computeMultiplier: draws.multiplier.map { Estimate(draws: $0) },
            probabilityABetter: probabilityABetter(place, noiseA, noiseB),
            expectedRegretA: finite(regretA * ladder.unit),
            expectedRegretB: finite(regretB * ladder.unit),
            probabilitySignDiffersFromTopRung: probabilitySignDiffers(place))
    }

    /// The same forecast for the means over the runs that a rung has; the rung's σ are those of one run.
    package func forecastOfMeans(_ rung: GapRung) -> GapForecast {
        forecast(
            at: rung.scale, ladder.position(of: rung.scale, tokens: rung.tokens),
            sigmaA: rung.sigmaA.map { $0 / Double(rung.lossesA.count).squareRoot() },
            sigmaB: rung.sigmaB.map { $0 / Double(rung.lossesB.count).squareRoot() })
    }

    /// The predictive distribution of the gap for one run of each at `scale`, in the losses' units; parameters as in
    /// `forecast`.
    package func gapDistribution(at scale: Double, sigmaA: Double?, sigmaB: Double?) -> GapDistribution {
        let place = ladder.position(of: scale)
        let (noiseA, noiseB) = noiseInUnits(sigmaA, sigmaB)
        return GapDistribution(
            draws: draw(place, noiseA, noiseB).gap.map { finite($0 * ladder.unit) },
            probabilityPositive: probabilityABetter(place, noiseA, noiseB))
    }

    /// P(the expected gap at `scale` is above `gap`), in the losses' units. It is exact over the mixture, for the mean
    /// level there.
    package func probabilityExpectedGap(above gap: Double, at scale: Double) -> Double {
        let x = ladder.position(of: scale), centre = centre(x), gap = gap / ladder.unit
        // The two losses with that gap and the geometric mean M: b − a = gap, a b = M².
        let a = ((gap * gap + 4 * centre * centre).squareRoot() - gap) / 2, b = a + gap
        return mix { fit, drawn in
            let p = fit.predict(x, misfit: true), floor = min(drawn, 0.98 * centre)
            guard a > floor else { return 0 }
            guard b > floor else { return 1 }
            return Self.probabilityPositive(p.mean - log((b - floor) / (a - floor)), p.variance)
        }
    }

    /// The smooth trend at `scale`, as a picture draws it between and beyond the rungs. It is narrower than a forecast,
    /// which also allows for a rung's own deviation from the trend and for seeds.
    package func trend(at scale: Double) -> GapTrend {
        let place = ladder.position(of: scale)
        let draws = draw(place, 0, 0, misfit: false)
        let probability = mix { fit, _ in
            let p = fit.predict(place, misfit: false)
            return Self.probabilityPositive(p.mean, p.variance)
        }
        return GapTrend(
            probabilityABetter: probability, lossA: inLossUnits(draws.lossA), lossB: inLossUnits(draws.lossB),
            gap: inLossUnits(draws.expectedGap))
    }

    /// Seed noise in units of the smallest loss; zero where it is unknown.
    func noiseInUnits(_ sigmaA: Double?, _ sigmaB: Double?) -> (a: Double, b: Double) {
        (min((sigmaA ?? 0) / ladder.unit, 1e100), min((sigmaB ?? 0) / ladder.unit, 1e100))
    }

    /// P(one run of A beats one run of B); exact over the mixture.
    func probabilityABetter(_ place: TrendPosition, _ noiseA: Double, _ noiseB: Double) -> Double {
        let centre = noiseA > 0 || noiseB > 0 ? centre(place) : 1
        return mix { fit, floor in
            let p = fit.predict(place, misfit: true)
            let seeds = Self.seedVariance(reducible: centre - floor, gap: p.mean, noiseA, noiseB)
            return Self.probabilityPositive(p.mean, p.variance + seeds)
        }
    }

    /// The central loss M at a place, from its mean level, in units of the smallest loss.
    func centre(_ place: TrendPosition) -> Double {
        levels.reduce(0) { sum, level in
            let mean = level.fits.reduce(0) { $0 + $1.weight * $1.fit.predict(place, misfit: true).mean }
            return sum + level.weight * (level.floor + exp(Self.clamp(mean)))
        }
    }

    /// The variance that the seeds of one run of each add to d, where M − F and the gap are known.
    static func seedVariance(
        reducible: Double, gap: Double, _ noiseA: Double, _ noiseB: Double, correlation: Double = 0
    ) -> Double {
        // The forecast level can lie below the gap's floor: the reducible loss is at least a twentieth of the unit.
        let inverse = 1 / max(reducible, 0.05)
        let a = noiseA * inverse * exp(clamp(gap / 2)), b = noiseB * inverse * exp(clamp(-gap / 2))
        return min(max(a * a + b * b - 2 * correlation * a * b, 0), 1e300)
    }

    /// P(sign of the expected gap at a place ≠ sign at the top rung), from their joint posterior.
    private func probabilitySignDiffers(_ place: TrendPosition) -> Double {
        let topRung = ladder.top
        if place.isSame(as: topRung) { return 0 }
        let nodes = 24
        let quantiles = (0..<nodes).map { NormalDistribution.quantile((Double($0) + 0.5) / Double(nodes)) }
        return mix { fit, _ in
            let top = fit.predict(topRung, misfit: true), target = fit.predict(place, misfit: true)
            let deviation = top.variance.squareRoot()
            guard deviation > 0 else {
                let positive = Self.probabilityPositive(target.mean, target.variance)
                return top.mean == 0 ? 0.5 : (top.mean > 0 ? 1 - positive : positive)
            }
            let covariance = fit.covariance(topRung, misfit: true, place, misfit: true)
            let rest = max(target.variance - covariance * covariance / top.variance, 0)
            return quantiles.reduce(0) { sum, z in
                let positive = Self.probabilityPositive(target.mean + covariance / deviation * z, rest)
                return sum + (top.mean + deviation * z > 0 ? 1 - positive : positive) / Double(nodes)
            }
        }
    }

    struct Draws {
        var lossA: [Double] = []
        var lossB: [Double] = []
        var gap: [Double] = []
        var expectedGap: [Double] = []
        /// The compute multiplier; nil when B's loss may well not fall with scale here.
        var multiplier: [Double]?
    }

    /// The moments of every fit, with its floor and the cumulative weights by which draws select a fit.
    private struct Table {
        var cumulative: [Double] = []
        var moments: [TrendPrediction] = []
        var floors: [Double] = []

        init(_ posteriors: [FloorPosterior], _ place: TrendPosition, misfit: Bool) {
            var sum = 0.0
            for posterior in posteriors {
                for fit in posterior.fits {
                    sum += posterior.weight * fit.weight
                    cumulative.append(sum)
                    moments.append(fit.fit.predict(place, misfit: misfit))
                    floors.append(posterior.floor)
                }
            }
        }

        /// The fit whose part of the cumulative weights holds the point `u` of (0, 1).
        func select(_ u: Double) -> (moments: TrendPrediction, floor: Double) {
            var low = 0, high = cumulative.count - 1
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] < u { low = middle + 1 } else { high = middle }
            }
            return (moments[low], floors[low])
        }
    }

    /// Joint draws of levels and gap at a place, in units of the smallest loss.
    func draw(_ place: TrendPosition, _ noiseA: Double, _ noiseB: Double, misfit: Bool = true) -> Draws {
        var draws = Draws()
        var multiplier: [Double] = []
        var notFalling = 0.0
        let sequence = QuasiRandomSequence(dimensions: 9)
        let gapTable = Table(gaps, place, misfit: misfit), levelTable = Table(levels, place, misfit: misfit)
        let growth = growthDeviation(place)
        var z = [Double](repeating: 0, count: 7)
        for index in 0..<Self.drawCount / 2 {
            let gap = gapTable.select(sequence.value(index, 0)), level = levelTable.select(sequence.value(index, 1))
            for k in 0..<7 { z[k] = NormalDistribution.approximateQuantile(sequence.value(index, k + 2)) }
            let (m, mSlope) = Self.joint(level.moments, z[0], z[1])
            let grown = exp(growth * z[4])
            // Draws come in pairs of opposite sign, so that a ladder without a gap gets a forecast centred on zero.
            for sign in [1.0, -1.0] {
                let (smooth, smoothSlope) = Self.joint(gap.moments, sign * z[2], sign * z[3])
                let d = grown * smooth, dSlope = grown * smoothSlope
                let here = Pair(centre: level.floor + exp(Self.clamp(m)), gap: d, floor: gap.floor)
                draws.expectedGap.append(here.b - here.a)
                draws.gap.append(here.b - here.a + sign * (noiseB * z[6] - noiseA * z[5]))
                draws.lossA.append(max(here.a + sign * noiseA * z[5], 0))
                draws.lossB.append(max(here.b + sign * noiseB * z[6], 0))
                let step = 1e-3
                let next = Pair(
                    centre: level.floor + exp(Self.clamp(m + step * mSlope)), gap: d + step * dSlope, floor: gap.floor)
                let decades = decadesToReach(
                    here.a, from: here.b, slope: (next.b - here.b) / step, above: level.floor)
                if decades == nil { notFalling += 1 }
                multiplier.append(pow(10, min(max(decades ?? 12, -12), 12)))
            }
        }
        // Up to a quarter of such draws only open the upper ends of the intervals; with more the median means nothing.
        if notFalling <= 0.25 * Double(multiplier.count) { draws.multiplier = multiplier }
        return draws
    }

    /// The two losses that have a given geometric mean M and gap d above a floor F: a b = M², b − F = e^d (a − F).
    struct Pair {
        let a: Double
        let b: Double

        init(centre: Double, gap: Double, floor drawn: Double) {
            // Level and floor are drawn independently; a floor at or above the level would exchange the two losses.
            let floor = min(drawn, 0.98 * centre)
            let ratio = exp(GapPosterior.clamp(abs(gap)))
            // The positive root of ratio·s² − F (ratio − 1) s − M² = 0 is the smaller loss.
            let linear = floor * (ratio - 1)
            let smaller = (linear + (linear * linear + 4 * ratio * centre * centre).squareRoot()) / (2 * ratio)
            let larger = floor + ratio * (smaller - floor)
            a = gap >= 0 ? smaller : larger
            b = gap >= 0 ? larger : smaller
        }
    }

    /// The decades of scale that bring a loss from `b` to `a` along its power law above `floor`.
    ///
    /// ln(b − E) has slope b′/(b − E) per decade and has to fall by ln((b − E)/(a − E)). The result is nil when the
    /// loss does not fall, and capped where `a` is at or below the floor and cannot be reached.
    private func decadesToReach(_ a: Double, from b: Double, slope: Double, above floor: Double) -> Double? {
        guard b > floor else { return a >= b ? 0 : nil }
        let fall = -slope / (b - floor)
        guard fall > 1e-3 else { return nil }
        guard a > floor else { return 12 }
        return log((b - floor) / (a - floor)) / fall
    }

    /// A value and slope drawn from their joint normal distribution.
    private static func joint(_ p: TrendPrediction, _ first: Double, _ second: Double) -> (Double, Double) {
        let deviation = p.variance.squareRoot()
        guard deviation > 0 else { return (p.mean, p.slopeMean + p.slopeVariance.squareRoot() * second) }
        let regression = p.covariance / deviation
        let rest = max(p.slopeVariance - regression * regression, 0).squareRoot()
        return (p.mean + deviation * first, p.slopeMean + regression * first + rest * second)
    }

    static func clamp(_ logarithm: Double) -> Double { min(max(logarithm, -logClamp), logClamp) }

    private func finite(_ value: Double) -> Double {
        min(max(value, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude)
    }

    private func inLossUnits(_ draws: [Double]) -> Estimate {
        Estimate(draws: draws.map { finite($0 * ladder.unit) })
    }
}
