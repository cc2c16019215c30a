// Pooled seed noise against synthetic truths.

import Foundation
import ScalingLaws
import Testing

@Suite struct SeedNoiseTests {
    private func synthetic(_ seed: UInt64, seeds: Int, rungs: Int = 5, _ sigma: (Int, Double) -> Double) -> [SeedGroup]
    {
        var generator = SplitMix(seed: seed)
        var groups: [SeedGroup] = []
        for arm in 0..<2 {
            for i in 0..<rungs {
                let scale = 1e6 * pow(4, Double(i))
                let losses = (0..<seeds).map { _ in 3 - 0.2 * Double(i) + sigma(arm, scale) * generator.normal() }
                groups.append(SeedGroup(candidate: arm, scale: scale, losses: losses))
            }
        }
        return groups
    }

    /// Three seeds per group: the pooled value has neither the few-seed bias nor the spread of a single group's.
    @Test func poolingRemovesBiasAndSpread() {
        func truth(_ scale: Double) -> Double { 0.01 * pow(scale / 1e6, -0.3) }
        var errors: [Double] = []
        for seed in 1...40 {
            let noise = SeedNoise(groups: synthetic(UInt64(seed), seeds: 3) { truth($1) })
            for scale in [1e6, 1.6e7, 2.56e8] { errors.append(log(noise.sigma(at: scale) / truth(scale))) }
        }
        let mean = errors.reduce(0, +) / Double(errors.count)
        let spread = (errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(errors.count)).squareRoot()
        #expect(abs(mean) < 0.12)
        #expect(spread < 0.3)
    }

    @Test func withoutReplicatesThePriorAnswers() {
        let noise = SeedNoise(groups: synthetic(1, seeds: 1) { _, _ in 0.01 })
        #expect(noise.replicatedGroups == 0 && noise.isPooled)
        let relative = noise.sigma(at: 1.6e7) / 2.6
        #expect(relative > 0.0005 && relative < 0.01)
        #expect(noise.sigma(at: 1e9) < noise.sigma(at: 1e6))
        #expect(SeedNoise(groups: []).sigma(at: 1e6) > 0)
    }

    /// The top rung of candidate 0 is unstable and a hundred times noisier, which must not spoil the pool.
    @Test func anArmAtACliffIsFlaggedAndNotPooled() throws {
        let noise = SeedNoise(
            groups: synthetic(3, seeds: 4) { arm, scale in arm == 0 && scale > 2e8 ? 0.2 : 0.002 })
        let odd = try #require(noise.oddGroups.first)
        #expect(noise.oddGroups.count == 1 && !noise.isPooled)
        #expect(odd.candidate == 0 && abs(odd.scale / 2.56e8 - 1) < 1e-9 && odd.ratio > 20)
        #expect(noise.sigma(at: 2.56e8, candidate: 0) > 0.05)
        #expect(noise.sigma(at: 1e9, candidate: 0) > 0.05)
        #expect(noise.sigma(at: 6.4e7, candidate: 0) < 0.005)
        #expect(noise.sigma(at: 2.56e8, candidate: 1) < 0.005)
    }

    @Test func ordinaryArmsAreSeldomFlagged() {
        let flagged = (1...60).filter { !SeedNoise(groups: synthetic(UInt64($0), seeds: 3) { _, _ in 0.004 }).isPooled }
        #expect(flagged.count <= 6)
    }

    @Test func bitEqualReplicatesAndAbsurdLossesStayFinite() {
        for losses in [[3.0, 3, 3], [1e300, 1e-300], [.nan, 1], [], [-1, 2]] {
            let noise = SeedNoise(groups: [SeedGroup(candidate: 0, scale: 1e6, losses: losses)])
            #expect(noise.sigma(at: 1e9).isFinite && noise.sigma(at: 1e9, candidate: 0) >= 0)
        }
    }
}
