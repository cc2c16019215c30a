// The standard deviation of a final loss over seeds, as a smooth function of scale pooled over rungs and candidates.
// Few seeds estimate it badly (three give a median of 0.78 of the truth with a 4.7-fold spread), so the likelihood of
// every sample variance (a scaled χ²) is combined with a prior from public runs. Candidates that are far noisier than
// the pool, as happens near the edge of stability, are found, flagged and not pooled.
// Notation: g a group (a candidate at a rung) of n seeds, s² its sample variance, x ln scale relative to the centre,
// t ln σ:
//   t_g = level + slope·x + deviation_g,  deviation ~ 0.92·N(0, 0.35²) + 0.08·N(0, 2.5²),  (n−1)s²/σ² ~ χ²(n−1).

import Foundation
import Synchronization

/// The losses of one candidate's seeds at one rung.
public struct SeedGroup: Sendable, Equatable {
    /// The number of the candidate: any small integer, the same one at every rung.
    public var candidate: Int
    public var scale: Double
    public var losses: [Double]

    public init(candidate: Int, scale: Double, losses: [Double]) {
        self.candidate = candidate
        self.scale = scale
        self.losses = losses
    }
}

/// The prior of seed noise before any replicate is seen, relative to the loss.
public struct SeedNoisePrior: Codable, Sendable, Equatable {
    /// Median of σ/loss at the centre of a ladder, and the standard deviation of its natural logarithm.
    package var relativeSigma: Double
    package var relativeSigmaSpread: Double
    /// d ln σ / d ln scale, and its standard deviation.
    package var slope: Double
    package var slopeSpread: Double
    /// Spread of ln σ among ordinary groups and among odd ones, and the share of odd ones.
    package var groupSpread: Double
    package var oddSpread: Double
    package var oddShare: Double

    /// DataDecide on C4 has 0.017 nats at 4M parameters and 0.0014 at 1B, a slope of −0.45; GPT-2 speed-runs have
    /// 0.0013 nats (0.04 % of the loss) at 124M with a spread of 0.56; same-seed reruns of small routed models have
    /// 0.6 %, with a spread of 0.9.
    public static let shipped = SeedNoisePrior(
        relativeSigma: 0.0015, relativeSigmaSpread: 1.3, slope: -0.3, slopeSpread: 0.25, groupSpread: 0.35,
        oddSpread: 2.5, oddShare: 0.08)
}

/// Pooled seed noise of a ladder.
public struct SeedNoise: Sendable {
    /// A group whose noise is not that of the pool.
    public struct OddGroup: Sendable, Codable, Equatable {
        public var candidate: Int
        public var scale: Double
        /// Its standard deviation over the pooled one at that scale.
        public var ratio: Double
        /// Posterior probability that it is not an ordinary group.
        public var probability: Double
    }

    /// Groups far from the pool (more than threefold, with probability over 0.9), noisiest first.
    public private(set) var oddGroups: [OddGroup] = []
    /// Whether one curve describes every candidate.
    public var isPooled: Bool { oddGroups.isEmpty }
    /// Groups with at least two seeds; 0 means that every answer is the prior.
    public private(set) var replicatedGroups = 0

    private struct Group {
        let candidate: Int
        let x: Double
        let degrees: Double
        /// ln of the sample standard deviation; for equal losses, of the resolution of the loss.
        let logDeviation: Double
    }

    private let prior: SeedNoisePrior
    private let centre: Double
    private var groups: [Group] = []
    private var grid: [(level: Double, slope: Double, weight: Double)] = []
    private var deviations: [(candidate: Int, x: Double, mean: Double, odd: Bool)] = []
    private let known = KnownSigmas()

    /// Groups of one seed carry no information on noise but place the ladder's centre and loss. Groups without losses,
    /// or with losses that are not finite and positive, are skipped. Bit-equal replicates count as differing by the
    /// losses' resolution.
    public init(groups input: [SeedGroup], prior: SeedNoisePrior = .shipped) {
        self.prior = prior
        let valid = input.filter {
            $0.scale > 0 && $0.scale.isFinite && !$0.losses.isEmpty && $0.losses.allSatisfy { $0 > 0 && $0.isFinite }
        }
        let logScales = valid.map { log($0.scale) }
        let mean = logScales.isEmpty ? 0 : logScales.reduce(0, +) / Double(logScales.count)
        centre = mean
        let logLosses = valid.flatMap { $0.losses.map { log($0) } }.sorted()
        let logLoss = logLosses.isEmpty ? 0 : logLosses[logLosses.count / 2]
        groups = valid.filter { $0.losses.count > 1 }.map { group in
            let average = group.losses.reduce(0) { $0 + $1 / Double(group.losses.count) }
            let degrees = Double(group.losses.count - 1)
            let square = group.losses.reduce(0) { $0 + ($1 / average - 1) * ($1 / average - 1) } / degrees
            // Losses are stored with six or more digits, so a smaller spread is no evidence of less noise.
            let deviation = max(square.squareRoot(), 1e-7)
            return Group(
                candidate: group.candidate, x: log(group.scale) - mean, degrees: degrees,
                logDeviation: log(deviation) + log(average))
        }
        replicatedGroups = groups.count
        var byDegrees: [Double: DeviationTable] = [:]
        let tables = groups.map { group in
            let table = byDegrees[group.degrees] ?? DeviationTable(degrees: group.degrees, prior: prior)
            byDegrees[group.degrees] = table
            return table
        }
        fit(centreLevel: log(prior.relativeSigma) + logLoss, tables)
        findOddGroups(tables)
    }

    /// The standard deviation of one run's loss at `scale`, in the losses' units: that of `candidate` there, or of the
    /// pool when nil.
    ///
    /// Few seeds leave σ uncertain; the result is the σ whose normal 90 % interval holds 90 % of what the posterior
    /// expects (the root of its mean variance would be dominated by values that hardly ever occur). An odd candidate
    /// keeps its own noise at its odd rungs, and beyond its largest odd rung if that is its largest.
    public func sigma(at scale: Double, candidate: Int? = nil) -> Double {
        let x = log(scale) - centre
        let own = candidate.map { deviation(of: $0, at: x) } ?? 0
        return exp(min(max(known.logSigma(at: x, logSigma) + own, -690), 690))
    }

    private func logSigma(at x: Double) -> Double {
        let quantile = NormalDistribution.quantile(0.95)
        let points = grid.map { (logSigma: $0.level + $0.slope * x, weight: $0.weight) }
        let total = points.reduce(0) { $0 + $1.weight }
        var low = points.map(\.logSigma).min() ?? 0, high = points.map(\.logSigma).max() ?? 0
        while high - low > 1e-6 {
            let middle = (low + high) / 2
            let outside = points.reduce(0) {
                $0 + $1.weight * 2 * NormalDistribution.cumulative(-quantile * exp(middle - $1.logSigma))
            }
            if outside > 0.1 * total { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private func deviation(of candidate: Int, at x: Double) -> Double {
        let own = deviations.filter { $0.candidate == candidate }
        guard let nearest = own.min(by: { abs($0.x - x) < abs($1.x - x) }), nearest.odd else { return 0 }
        let isTop = own.allSatisfy { $0.x <= nearest.x }
        let here = abs(nearest.x - x) < 1e-6
        return here || (isTop && x > nearest.x) ? nearest.mean : 0
    }

    /// 1. The posterior of level and slope over a grid, with every group's deviation integrated out.
    private mutating func fit(centreLevel: Double, _ tables: [DeviationTable]) {
        let levels = 61, slopes = 15
        var logWeights: [Double] = []
        for i in 0..<levels {
            for j in 0..<slopes {
                let zLevel = 8 * (Double(i) / Double(levels - 1) - 0.5)
                let zSlope = 6 * (Double(j) / Double(slopes - 1) - 0.5)
                let level = centreLevel + zLevel * prior.relativeSigmaSpread
                let slope = prior.slope + zSlope * prior.slopeSpread
                var logWeight = -0.5 * (zLevel * zLevel + zSlope * zSlope)
                for (group, table) in zip(groups, tables) {
                    logWeight += table.at(group.logDeviation - level - slope * group.x).logLikelihood
                }
                grid.append((level, slope, 0))
                logWeights.append(logWeight)
            }
        }
        let total = logSumExp(logWeights)
        for i in grid.indices { grid[i].weight = exp(logWeights[i] - total) }
        grid.removeAll { $0.weight < 1e-9 }
    }

    /// 2. The groups that the pooled curve does not describe.
    private mutating func findOddGroups(_ tables: [DeviationTable]) {
        for (group, table) in zip(groups, tables) {
            var odd = 0.0, mean = 0.0
            for point in grid {
                let entry = table.at(group.logDeviation - point.level - point.slope * group.x)
                mean += point.weight * entry.deviation
                odd += point.weight * entry.odd
            }
            let isOdd = odd > 0.9 && abs(mean) > log(3)
            deviations.append((group.candidate, group.x, mean, isOdd))
            if isOdd {
                oddGroups.append(
                    OddGroup(
                        candidate: group.candidate, scale: exp(group.x + centre), ratio: exp(mean), probability: odd))
            }
        }
        oddGroups.sort { $0.ratio > $1.ratio }
    }
}

/// ln σ of the pool where it has been asked for: every pair asks at the same few scales.
private final class KnownSigmas: Sendable {
    private let values = Mutex<[Double: Double]>([:])

    func logSigma(at x: Double, _ compute: (Double) -> Double) -> Double {
        if let known = values.withLock({ $0[x] }) { return known }
        let value = compute(x)
        values.withLock { $0[x] = value }
        return value
    }
}

/// The likelihood of a group with some degrees of freedom, by how far ln of its sample deviation lies above the curve.
private struct DeviationTable {
    struct Entry {
        /// ln of the likelihood with the group's own deviation integrated out.
        var logLikelihood: Double
        /// Posterior mean of that deviation.
        var deviation: Double
        /// Posterior probability that the group is an odd one.
        var odd: Double
    }

    private static let first = -20.0
    private static let step = 0.1
    private static let count = 401
    private let entries: [Entry]

    init(degrees: Double, prior: SeedNoisePrior) {
        entries = (0..<Self.count).map {
            Self.entry(Self.first + Self.step * Double($0), degrees: degrees, prior: prior)
        }
    }

    /// The entry by linear interpolation, constant beyond the ends.
    func at(_ excess: Double) -> Entry {
        let place = min(max((excess - Self.first) / Self.step, 0), Double(Self.count - 2))
        let low = Int(place)
        let share = min(place - Double(low), 1)
        let a = entries[low], b = entries[low + 1]
        return Entry(
            logLikelihood: a.logLikelihood + share * (b.logLikelihood - a.logLikelihood),
            deviation: a.deviation + share * (b.deviation - a.deviation), odd: a.odd + share * (b.odd - a.odd))
    }

    private static func entry(_ excess: Double, degrees: Double, prior: SeedNoisePrior) -> Entry {
        var points: [(deviation: Double, logWeight: Double, isOdd: Bool)] = []
        for (spread, share, isOdd) in [
            (prior.groupSpread, 1 - prior.oddShare, false), (prior.oddSpread, prior.oddShare, true),
        ] {
            for k in -8...8 {
                let z = 0.4 * Double(k)
                // ln of the χ² density of the sample variance, up to a constant of the group.
                let rest = min(2 * (excess - z * spread), 700)
                let likelihood = 0.5 * degrees * (rest - exp(rest))
                points.append((z * spread, log(share * 0.4) - 0.5 * z * z + likelihood, isOdd))
            }
        }
        let total = logSumExp(points.map(\.logWeight))
        var entry = Entry(logLikelihood: total, deviation: 0, odd: 0)
        for point in points {
            let share = exp(point.logWeight - total)
            entry.deviation += share * point.deviation
            if point.isOdd { entry.odd += share }
        }
        return entry
    }
}
