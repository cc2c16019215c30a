// The posterior of a pair's gap under one roughness. Notation as in GapModel.swift: z = asinh(d/s) is a Gaussian process.

import Foundation

/// The walk of the gap under one roughness.
struct GapWalk: Sendable {
    /// s: gaps well below it walk by addition, gaps well above it by factors.
    let tie: Double
    /// z at every rung with the variance of its noise.
    let observations: [Double], noise: [Double]
    let fit: GapCourse
    /// log p(d at every other rung | d at the top rung), up to a constant.
    let logEvidence: Double

    /// The prior standard deviation of z at the top rung, which hardly pulls: asinh of a gap of e over a tie of 1e-4 is 11.
    private static let constant = 10.0

    init(_ ladder: GapLadder, roughness: Double, offset: Double = 1, _ priors: GapPriors) {
        let gaps = ladder.gaps, seeds = ladder.gapNoise(unknown: priors.unknownNoise * priors.unknownNoise)
        let top = ladder.positions.firstIndex { $0.isSame(as: ladder.top) } ?? 0
        let near = roughness / priors.growth
        let tie = (near * near + min(seeds[top], 1)).squareRoot()
        self.tie = tie
        let noise = zip(gaps, seeds).map { Self.variance(of: $0, noise: $1, tie) }
        self.noise = noise
        observations = gaps.map { asinh($0 / tie) }
        let scales = TrendScales(
            misfit: 0, constant: Self.constant, slope: 0, walk: priors.growth,
            drift: ladder.showsDrift ? priors.drift * priors.growth : 0,
            offset: priors.growth * offset.squareRoot())
        let trend = TrendFit(
            scales, positions: ladder.positions, observations: observations, noise: noise,
            correlation: ladder.noiseCorrelation)
        fit = .walk(trend)
        // The change of variable counts at every rung but the top one, whose gap is given. It is that of d where a rung is
        // known better than the walk over one decade, and that of its noise where it is not.
        let speed = priors.growth * priors.growth
        logEvidence = gaps.indices.reduce(trend.logEvidence) { sum, index in
            guard index != top else { return sum }
            let own = -log(hypot(gaps[index], tie)), ofNoise = log(Self.chord(gaps[index], tie))
            let share = noise[index] / (noise[index] + speed)
            return sum + own + share * (ofNoise - own)
        }
    }

    /// The course of the gap of two members of a family, given one part of its mixture and the target where that is measured
    /// or forecast. A tie of 1 makes z the gap itself, to a percent, because gaps of a family are small.
    init(_ ladder: GapLadder, _ part: SurfaceGap.Part, at scales: [Double]) {
        tie = 1
        observations = []
        noise = []
        var course = SurfaceCourse(
            nodes: scales.map { log10($0) - ladder.topLogScale }, mean: part.mean, covariance: part.covariance)
        var evidence = 0.0
        if let target = ladder.rungs.firstIndex(where: \.isTarget) {
            evidence = course.observe(
                asinh(ladder.gaps[target]), at: ladder.positions[target].x, noise: ladder.gapNoise(unknown: 0)[target])
        }
        fit = .surface(course)
        logEvidence = evidence
    }

    /// The gap d that belongs to z.
    func gap(_ z: Double) -> Double { tie * sinh(min(max(z, -230), 230)) }

    /// Variance in z of an observation `d` with a variance `noise`. Near zero the number of standard deviations between d
    /// and zero stays as it is, because the sign is what matters; far from zero the size does.
    private static func variance(of d: Double, noise: Double, _ tie: Double) -> Double {
        guard noise > 0 else { return 0 }
        let slope = 1 / hypot(d, tie), nearZero = exp(-d * d / (32 * noise))
        let steepness = slope + nearZero * (chord(d, tie) - slope)
        return min(noise * steepness * steepness, 1e12)
    }

    /// The variance of d to which a variance of z near `z` belongs: the inverse of `variance(of:noise:)`. The change of
    /// variable alone would stretch noise near zero.
    func seedVariance(near z: Double, variance: Double) -> Double {
        let d = gap(z), chord = Self.chord(d, tie)
        let noise = variance / chord / chord
        let seen = Self.variance(of: d, noise: noise, tie)
        return seen > 0 ? noise * variance / seen : 0
    }

    /// z/d: the mean change of z per unit of d between zero and d.
    private static func chord(_ d: Double, _ tie: Double) -> Double {
        abs(d) < 1e-6 * tie ? 1 / tie : asinh(d / tie) / d
    }

    /// Variance in z of a new observation near z with a variance `seeds` from seeds.
    func observationVariance(near z: Double, seeds: Double) -> Double {
        Self.variance(of: gap(z), noise: seeds, tie)
    }

    /// P(d + noise > `threshold`), for a z with these moments and normal noise of this variance.
    func probability(above threshold: Double, _ p: TrendPrediction, noise: Double) -> Double {
        let deviation = p.variance.squareRoot(), spread = noise.squareRoot()
        // The wider of the two distributions is integrated exactly, the narrower one numerically.
        if deviation > 0, spread <= deviation * hypot(threshold, tie) {
            return NormalDistribution.mean {
                NormalDistribution.cumulative((p.mean - asinh((threshold - spread * $0) / tie)) / deviation)
            }
        }
        guard spread > 0 else { return gap(p.mean) > threshold ? 1 : gap(p.mean) < threshold ? 0 : 0.5 }
        return NormalDistribution.mean {
            NormalDistribution.cumulative((gap(p.mean + deviation * $0) - threshold) / spread)
        }
    }
}

/// The posterior of a pair's level under one floor and one choice of scales.
struct LevelTrend: Sendable {
    /// The floor, in units of the smallest loss.
    let floor: Double
    let fit: TrendFit
}
