// The posterior of a pair's gap under one roughness. Notation as in GapModel.swift: z = asinh(d/s) is a Gaussian process.

import Foundation

/// The walk of the gap under one roughness.
struct GapWalk: Sendable {
    let variable: GapVariable
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
        let variable = GapVariable(tie: tie)
        self.variable = variable
        let noise = zip(gaps, seeds).map { variable.variance(of: $0, noise: $1) }
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
            let own = -log(hypot(gaps[index], tie)), ofNoise = log(variable.chord(gaps[index]))
            let share = noise[index] / (noise[index] + speed)
            return sum + own + share * (ofNoise - own)
        }
    }

    /// The course of the gap of two members of a family, given one part of its mixture and the target where that is measured
    /// or forecast. A tie of 1 makes z the gap itself, to a percent, because gaps of a family are small.
    init(_ ladder: GapLadder, _ part: SurfaceGap.Part, at scales: [Double]) {
        variable = GapVariable(tie: 1)
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

    /// P(d + noise > `threshold`), for a z with these moments and normal noise of this variance.
    func probability(above threshold: Double, _ p: TrendPrediction, noise: Double) -> Double {
        let deviation = p.variance.squareRoot(), spread = noise.squareRoot(), tie = variable.tie
        // The wider of the two distributions is integrated exactly, the narrower one numerically.
        if deviation > 0, spread <= deviation * hypot(threshold, tie) {
            return NormalDistribution.mean {
                NormalDistribution.cumulative((p.mean - asinh((threshold - spread * $0) / tie)) / deviation)
            }
        }
        guard spread > 0 else {
            return variable.gap(p.mean) > threshold ? 1 : variable.gap(p.mean) < threshold ? 0 : 0.5
        }
        return NormalDistribution.mean {
            NormalDistribution.cumulative((variable.gap(p.mean + deviation * $0) - threshold) / spread)
        }
    }
}

/// The posterior of a pair's level under one floor and one choice of scales.
struct LevelTrend: Sendable {
    /// The floor, in units of the smallest loss.
    let floor: Double
    let fit: TrendFit
}
