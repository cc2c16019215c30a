// The correlation of equal seeds: exact likelihood, the study it rests on, and its effect on a verdict's gaps.

import Foundation
import ScalingLaws
import Testing

@Suite struct SeedPairingTests {
    private func pairs(_ rho: Double, _ count: Int, _ generator: inout SplitMix) -> [(a: Double, b: Double)] {
        (0..<count).map { _ in
            let common = generator.normal(), own = generator.normal()
            return (3 + 0.01 * common, 2.9 + 0.02 * (rho * common + (1 - rho * rho).squareRoot() * own))
        }
    }

    @Test func manyPairsAreBelievedAndFewAreNot() throws {
        var generator = SplitMix(seed: 8)
        for rho in [-0.5, 0, 0.5, 0.95] {
            let many = SeedPairing([SeedPairing.EqualSeeds(pairs(rho, 400, &generator))])
            #expect(abs(try #require(many.correlations[0]) - rho) < 0.1, "\(rho)")
        }
        // Two pairs always lie on a line, so they move the prior's mean of .40 only somewhat.
        let rising = SeedPairing([SeedPairing.EqualSeeds([(3, 2), (3.1, 2.1)])]).correlations[0]
        let falling = SeedPairing([SeedPairing.EqualSeeds([(3, 2), (3.1, 1.9)])]).correlations[0]
        let up = try #require(rising), down = try #require(falling)
        #expect(up > 0.4 && up < 0.6 && down > -0.3 && down < 0.35)
    }

    @Test func rungsLearnFromEachOtherAndNothingIsCarriedToRungsWithoutPairs() throws {
        var generator = SplitMix(seed: 9)
        let strong = SeedPairing.EqualSeeds(pairs(0.95, 12, &generator)),
            weak = SeedPairing.EqualSeeds([(3, 2), (3.1, 2.1)])
        let alone = SeedPairing([weak]).correlations[0], beside = SeedPairing([strong, weak, nil]).correlations
        #expect(try #require(beside[1]) > #require(alone) + 0.1)
        #expect(beside[2] == nil)
        #expect(SeedPairing.EqualSeeds([(3, 2)]) == nil)
        #expect(SeedPairing.EqualSeeds([(3, 2), (3, 2.1), (3, 2.2)]) == nil)
    }

    /// Exchanging the candidates, or shifting and stretching one's losses, changes nothing.
    @Test func onlyTheCorrelationCounts() throws {
        var generator = SplitMix(seed: 10)
        let some = pairs(0.6, 5, &generator)
        let first = try #require(SeedPairing([SeedPairing.EqualSeeds(some)]).correlations[0])
        let second = try #require(
            SeedPairing([SeedPairing.EqualSeeds(some.map { ($0.b, 7 + 5 * $0.a) })]).correlations[0])
        #expect(abs(first - second) < 1e-9)
    }

    /// Seeds that move both losses the same way make the gap better known, and the level less well.
    @Test func covarianceNarrowsTheGap() throws {
        func forecast(_ covariance: Double?) throws -> GapForecast {
            let rungs = (0..<4).map { index in
                GapRung(
                    scale: 1e6 * pow(4, Double(index)), lossesA: [3 - 0.1 * Double(index)],
                    lossesB: [2.98 - 0.1 * Double(index)], sigmaA: 0.02, sigmaB: 0.02, meanCovariance: covariance)
            }
            return try GapModel().posterior(rungs).forecast(at: 6.4e7, sigmaA: 0, sigmaB: 0)
        }
        func width(_ estimate: Estimate) -> Double { estimate.interval90.upper - estimate.interval90.lower }
        let independent = try forecast(nil), paired = try forecast(0.9 * 0.02 * 0.02)
        #expect(width(paired.expectedGap) < 0.8 * width(independent.expectedGap))
        #expect(paired.probabilityABetter < independent.probabilityABetter)
        // A covariance larger than the variances allow is cut to what they allow.
        #expect(try forecast(1).expectedGap == forecast(0.02 * 0.02).expectedGap)
    }
}

/// The study in Suites/studies/seed-pairing: nine candidates, two rungs, thirty seeds.
@Suite struct SeedPairingStudyTests {
    private struct Arm {
        var name: String
        /// Losses by seed, of the smaller and of the larger rung.
        var rungs: [[Double]]
    }

    private func study() throws -> [Arm] {
        let file = URL(filePath: #filePath).appending(path: "../../../Suites/studies/seed-pairing/runs.csv")
            .standardized
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").map(String.init)
        }
        var losses: [String: [Int: [Int: Double]]] = [:]
        for row in rows { losses[row[0], default: [:]][Int(row[1])!, default: [:]][Int(row[2])!] = Double(row[3])! }
        return losses.keys.sorted().map { name in
            Arm(name: name, rungs: [8, 16].map { width in (0..<30).map { losses[name]![width]![$0]! } })
        }
    }

    private func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let meanA = a.reduce(0, +) / Double(a.count), meanB = b.reduce(0, +) / Double(b.count)
        var aa = 0.0, bb = 0.0, ab = 0.0
        for (x, y) in zip(a, b) {
            aa += (x - meanA) * (x - meanA)
            bb += (y - meanB) * (y - meanB)
            ab += (x - meanA) * (y - meanB)
        }
        return ab / (aa * bb).squareRoot()
    }

    private func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    /// The shipped prior is what the study says.
    @Test func thePriorIsTheStudys() throws {
        let arms = try study()
        #expect(arms.count == 9)
        let base = try #require(arms.first { $0.name == "base" })
        var all: [Double] = []
        for (index, a) in arms.enumerated() {
            for b in arms[(index + 1)...] { all += [0, 1].map { atanh(correlation(a.rungs[$0], b.rungs[$0])) } }
        }
        #expect(abs(all.reduce(0, +) / Double(all.count) - SeedPairingPrior.shipped.mean) < 0.01)
        // Pairs that differ in one setting give the variances between and within pairs; that of sampling is taken off.
        let single = arms.filter { $0.name != "base" }.map { arm in
            [0, 1].map { atanh(correlation(base.rungs[$0], arm.rungs[$0])) }
        }
        let within = single.reduce(0) { $0 + ($1[0] - $1[1]) * ($1[0] - $1[1]) / 2 } / Double(single.count)
        let between = variance(single.map { ($0[0] + $0[1]) / 2 }) - within / 2
        let prior = SeedPairingPrior.shipped
        #expect(abs((within - 1.0 / 27).squareRoot() - prior.rungSpread) < 0.1)
        #expect(abs(between.squareRoot() - prior.kindSpread) < 0.15)
    }

    /// The gap of some seeds against that of all others. With the correlation, intervals are narrower than for
    /// independent candidates, hold the truth about as often as they say, and have the better log score.
    @Test(arguments: [(3, 0.87), (5, 0.89)]) func gapsAreSurerAndStillCovered(seeds: Int, coverage: Double) throws {
        let arms = try study()
        var held = 0.0, count = 0.0, width = [0.0, 0.0], score = [0.0, 0.0]
        for (index, a) in arms.enumerated() {
            for b in arms[(index + 1)...] {
                for first in stride(from: 0, to: 30, by: seeds) {
                    let shown = first..<(first + seeds)
                    let rungs = [0, 1].map { rung in
                        SeedPairing.EqualSeeds(shown.map { (a.rungs[rung][$0], b.rungs[rung][$0]) })
                    }
                    let correlations = SeedPairing(rungs).correlations
                    for rung in [0, 1] {
                        let gaps = zip(a.rungs[rung], b.rungs[rung]).map { $1 - $0 }
                        let own = shown.reduce(0) { $0 + gaps[$1] } / Double(seeds)
                        let rest = gaps.indices.filter { !shown.contains($0) }.map { gaps[$0] }
                        let truth = rest.reduce(0, +) / Double(rest.count)
                        let sigma = [a, b].map { variance($0.rungs[rung]).squareRoot() }
                        let independent = sigma[0] * sigma[0] + sigma[1] * sigma[1]
                        let rho = try #require(correlations[rung])
                        for (method, variance) in [independent, independent - 2 * rho * sigma[0] * sigma[1]]
                            .enumerated()
                        {
                            let known = variance / Double(seeds)
                            let total = known + self.variance(gaps) / Double(rest.count)
                            width[method] += known.squareRoot()
                            score[method] += log(total) + (own - truth) * (own - truth) / total
                            if method == 1, abs(own - truth) < 1.645 * total.squareRoot() { held += 1 }
                        }
                        count += 1
                    }
                }
            }
        }
        #expect(held / count > coverage && held / count < 0.96)
        #expect(width[1] < 0.85 * width[0])
        #expect(score[1] < score[0])
    }
}
