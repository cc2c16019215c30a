// Forecasts at one scale: exact probabilities, and quasi-random draws of all losses and gaps.

import Foundation

extension GapPosterior {
    /// The number of draws per forecast, in pairs of opposite sign; it gives quantiles to about a hundredth of a
    /// standard deviation.
    private static let drawCount = 2048
    /// The same for a picture, whose bands need no more than a few hundredths.
    private static let drawCountOfTrend = 512
    private static let logClamp = 230.0

    /// The forecast of one run of each candidate, and of their means over seeds, at `scale`.
    ///
    /// At an observed rung this is the posterior of that rung's true gap. `sigmaA` and `sigmaB` are standard deviations
    /// over seeds there, in the losses' units; nil when unknown (the priors then say how large the noise is).
    public func forecast(at scale: Double, sigmaA: Double? = nil, sigmaB: Double? = nil) -> GapForecast {
        forecast(at: scale, ladder.position(of: scale), sigmaA: sigmaA, sigmaB: sigmaB)
    }

    private func forecast(at scale: Double, _ place: TrendPosition, sigmaA: Double?, sigmaB: Double?) -> GapForecast {
        let noise = noiseInUnits(sigmaA, sigmaB)
        let draws = draw(place, noise)
        let regretA = draws.gap.reduce(0) { $0 + max(0, -$1) / Double(draws.gap.count) }
        let regretB = draws.gap.reduce(0) { $0 + max(0, $1) / Double(draws.gap.count) }
        return GapForecast(
            scale: scale, lossA: inLossUnits(draws.lossA), lossB: inLossUnits(draws.lossB),
            gap: inLossUnits(draws.gap), expectedGap: inLossUnits(draws.expectedGap),
            computeMultiplier: draws.multiplier.map { Estimate(draws: $0) },
            probabilityABetter: probabilityABetter(place, noise),
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
        let noise = noiseInUnits(sigmaA, sigmaB)
        let draws = draw(place, noise)
        return GapDistribution(
            draws: draws.gap.map { finite($0 * ladder.unit) },
            probabilityPositive: probabilityABetter(place, noise),
            expected: draws.expectedGap.map { finite($0 * ladder.unit) }, start: start(of: place))
    }

    /// P(the expected gap at `scale` is above `gap`), in the losses' units. It is exact over the mixture, for the mean
    /// level there.
    package func probabilityExpectedGap(above gap: Double, at scale: Double) -> Double {
        // The difference b − a is 2 M sinh(d/2).
        let place = ladder.position(of: scale)
        return probability(above: 2 * asinh(gap / ladder.unit / (2 * centre(place))), place, noise: 0)
    }

    /// The smooth walk at `scale`, as a picture draws it between and beyond the rungs. It is narrower than a forecast,
    /// which also allows for the misfit of single losses and for seeds.
    package func trend(at scale: Double) -> GapTrend {
        let place = ladder.position(of: scale)
        let draws = draw(
            place, SeedDeviations(a: 0, b: 0), misfit: false, multipliers: false, count: Self.drawCountOfTrend)
        return GapTrend(
            probabilityABetter: probability(above: 0, place, noise: 0),
            lossA: inLossUnits(draws.lossA), lossB: inLossUnits(draws.lossB), gap: inLossUnits(draws.expectedGap))
    }

    /// P(one run of A beats one run of B); exact over the mixture.
    func probabilityABetter(_ place: TrendPosition, _ noise: SeedDeviations) -> Double {
        probability(above: 0, place, noise: noise.variance(centre: centre(place)))
    }

    /// P(sign of the gap at a place ≠ sign at the top rung), from their joint posterior.
    private func probabilitySignDiffers(_ place: TrendPosition) -> Double {
        let topRung = ladder.top
        if place.isSame(as: topRung) { return 0 }
        return mix { walk in
            let top = walk.fit.predict(topRung), target = walk.fit.predict(place)
            let deviation = top.variance.squareRoot()
            let covariance = deviation > 0 ? walk.fit.covariance(topRung, place) : 0
            let share = deviation > 0 ? covariance / deviation : 0
            let rest = max(target.variance - share * share, 1e-300).squareRoot()
            // Inside each of many equally likely slices of z at the top rung, z at the place is normal.
            let slices = 64
            return (0..<slices).reduce(0) { sum, slice in
                let z = NormalDistribution.approximateQuantile((Double(slice) + 0.5) / Double(slices))
                let positive = NormalDistribution.cumulative((target.mean + share * z) / rest)
                let isAhead = top.mean + deviation * z
                let differs = isAhead > 0 ? 1 - positive : isAhead < 0 ? positive : 0.5
                return sum + differs / Double(slices)
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

    /// The quasi-random points of all draws: two numbers that choose the parts of the posterior, and five normal ones.
    private static let points: [(gap: Double, level: Double, z: [Double])] = {
        let sequence = QuasiRandomSequence(dimensions: 7)
        return (0..<drawCount / 2).map { index in
            let normal = (2..<7).map { NormalDistribution.approximateQuantile(sequence.value(index, $0)) }
            return (sequence.value(index, 0), sequence.value(index, 1), normal)
        }
    }()

    /// The part of a posterior from which a draw comes: that which holds the point `u` of (0, 1).
    private struct Choice {
        private let cumulative: [Double]

        init(_ weights: [Double]) {
            var sum = 0.0
            cumulative = weights.map { weight in
                sum += weight
                return sum
            }
        }

        func index(_ u: Double) -> Int {
            var low = 0, high = cumulative.count - 1
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] < u { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// Joint draws of levels and gap at a place, in units of the smallest loss.
    /// - Parameter multipliers: whether compute multipliers are drawn too.
    func draw(
        _ place: TrendPosition, _ noise: SeedDeviations, misfit: Bool = true, multipliers: Bool = true,
        count: Int = drawCount
    ) -> Draws {
        var draws = Draws()
        var multiplier: [Double] = []
        var notFalling = 0.0
        let walks = gaps.map { $0.value.fit.predict(place) }, trends = levels.map { $0.value.fit.predict(place) }
        // A copy of a whole walk or trend at every draw would count references up and down.
        let variables = gaps.map(\.value.variable), floors = levels.map(\.value.floor)
        let misfits = levels.map { misfit ? $0.value.fit.scales.misfit * $0.value.fit.scales.misfit : 0 }
        let gapChoice = Choice(gaps.map(\.weight)), levelChoice = Choice(levels.map(\.weight))
        for index in 0..<count / 2 {
            let (ofGap, ofLevel, z) = Self.points[index]
            let chosen = gapChoice.index(ofGap), variable = variables[chosen]
            let other = levelChoice.index(ofLevel), floor = floors[other]
            let (m, slope) = Self.joint(trends[other], z[0], z[1], extra: misfits[other])
            let centre = floor + exp(Self.clamp(m))
            // Draws come in pairs of opposite sign, so that a ladder without a gap gets a forecast centred on zero.
            for sign in [1.0, -1.0] {
                let d = Self.clamp(variable.gap(walks[chosen].mean + sign * walks[chosen].variance.squareRoot() * z[2]))
                // A loss cannot fall below the floor, however large the gap.
                let a = max(centre * exp(-d / 2), floor), b = max(centre * exp(d / 2), floor)
                draws.expectedGap.append(b - a)
                draws.gap.append(b - a + sign * (noise.b * z[4] - noise.a * z[3]))
                draws.lossA.append(max(a + sign * noise.a * z[3], 0))
                draws.lossB.append(max(b + sign * noise.b * z[4], 0))
                guard multipliers else { continue }
                let decades = decadesToReach(a, from: b, fall: -slope, above: floor)
                if decades == nil { notFalling += 1 }
                multiplier.append(pow(10, min(max(decades ?? 12, -12), 12)))
            }
        }
        // Up to a quarter of such draws only open the upper ends of the intervals; with more the median means nothing.
        if multipliers, notFalling <= 0.25 * Double(multiplier.count) { draws.multiplier = multiplier }
        return draws
    }

    /// The decades of scale that bring a loss from `b` to `a` along a power law above `floor`: ln(b − E) falls by `fall`
    /// per decade and has to fall by ln((b − E)/(a − E)).
    ///
    /// The result is nil when the loss does not fall, and capped where `a` is at or below the floor and cannot be
    /// reached.
    private func decadesToReach(_ a: Double, from b: Double, fall: Double, above floor: Double) -> Double? {
        guard b > floor else { return a >= b ? 0 : nil }
        guard fall > 1e-3 else { return nil }
        guard a > floor else { return 12 }
        return log((b - floor) / (a - floor)) / fall
    }

    /// A value and slope drawn from their joint normal distribution; the value has an independent variance `extra`.
    private static func joint(
        _ p: TrendPrediction, _ first: Double, _ second: Double, extra: Double
    ) -> (Double, Double) {
        let deviation = (p.variance + extra).squareRoot()
        guard deviation > 0 else { return (p.mean, p.slopeMean + p.slopeVariance.squareRoot() * second) }
        let regression = p.covariance / deviation
        let rest = max(p.slopeVariance - regression * regression, 0).squareRoot()
        return (p.mean + deviation * first, p.slopeMean + regression * first + rest * second)
    }

    private static func clamp(_ logarithm: Double) -> Double { min(max(logarithm, -logClamp), logClamp) }

    func finite(_ value: Double) -> Double {
        min(max(value, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude)
    }

    private func inLossUnits(_ draws: [Double]) -> Estimate {
        Estimate(draws: draws.map { finite($0 * ladder.unit) })
    }
}
