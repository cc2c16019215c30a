// Five worlds whose pairs the model has not made, or has: in none of them may it state more than comes true.

import Foundation
import ScalingLaws
import Testing

/// A world of pairs of candidates with known seed noise.
enum SyntheticWorld: String, CaseIterable, Sendable {
    /// The gap is a random walk, as the model believes.
    case priorDraws
    /// Both losses follow exact power laws.
    case powerLaws
    /// The gap drifts steadily in log scale.
    case drifts
    /// One pair in ten has a candidate that becomes unstable at some scale and loses much there and beyond.
    case cliffs
    /// The candidates are equal but for a thousandth of the loss.
    case ties

    /// The visible rungs of a pair, and its outcome 3 to 30 times beyond them.
    func pair(_ index: Int) -> (rungs: [GapRung], target: GapRung) {
        var generator = SplitMix(seed: 4 &+ UInt64(index) &* 0x9E37_79B9)
        let count = 3 + index % 4, ratio = [2.0, 3, 4][index % 3]
        let scales = (0..<count).map { 1e6 * pow(ratio, Double($0)) }
        let target = scales[count - 1] * [3, 10, 30][(index / 3) % 3]
        let losses = self.losses(scales, target, &generator)
        let rungs = (0...count).map { place -> GapRung in
            let scale = (scales + [target])[place], sigma = 0.005 * pow(scale / 1e6, -0.3)
            let seeds = place < count ? max(5 - place, 1) : 1
            func runs(_ loss: Double) -> [Double] { (0..<seeds).map { _ in loss + sigma * generator.normal() } }
            return GapRung(
                scale: scale, lossesA: runs(losses[place].a), lossesB: runs(losses[place].b), sigmaA: sigma,
                sigmaB: sigma)
        }
        return (Array(rungs.dropLast()), rungs[count])
    }

    /// The expected losses at every scale.
    private func losses(
        _ scales: [Double], _ target: Double, _ generator: inout SplitMix
    ) -> [(a: Double, b: Double)] {
        let all = scales + [target]
        let centre = { (scale: Double) in 1.6 + 1.4 * pow(scale / 1e6, -0.15) }
        var gaps: [Double]
        switch self {
        case .priorDraws:
            let (rungs, end) = PriorDraw().ladder(
                scales: scales, target: target, centre: centre, gap: 0.03 * generator.normal(), using: &generator)
            return (rungs + [end]).map { ($0.lossesA[0], $0.lossesB[0]) }
        case .powerLaws:
            let floor = 1.2 + generator.uniform(), amplitude = 0.8 + 1.7 * generator.uniform()
            let exponent = 0.15 + 0.3 * generator.uniform()
            let floorGap = generator.uniform() < 0.5 ? 0 : 0.01 * generator.normal()
            let amplitudeGap = 0.03 * generator.normal(), exponentGap = 0.015 * generator.normal()
            return all.map { scale in
                let losses = [-0.5, 0.5].map { side in
                    let power = pow(scale / 1e6, -(exponent + side * exponentGap))
                    return floor + side * floorGap + amplitude * exp(side * amplitudeGap) * power
                }
                return (losses[0], losses[1])
            }
        case .drifts:
            let start = 0.03 * generator.normal(), slope = 0.02 * generator.normal()
            gaps = all.map { start + slope * log10($0 / 1e6) }
        case .cliffs:
            gaps = all.map { _ in 0.0 }
            let start = 0.02 * generator.normal(), wobble = 0.003
            var place = start
            for index in gaps.indices {
                place += wobble * generator.normal()
                gaps[index] = place
            }
            if generator.uniform() < 0.1 {
                let edge = pow(10, 6 + log10(target / 1e6) * generator.uniform()), fall = 0.1 * generator.normal()
                for index in gaps.indices where all[index] > edge { gaps[index] += fall }
            }
        case .ties:
            let tie = 0.001 * generator.normal()
            gaps = all.map { _ in tie }
        }
        return zip(all, gaps).map { (centre($0) * exp(-$1 / 2), centre($0) * exp($1 / 2)) }
    }
}

@Suite struct SyntheticWorldsTests {
    /// The number of pairs; .ci/check-synthetic sets a larger one by SCALEBENCH_SYNTHETIC_CASES.
    private static let count =
        ProcessInfo.processInfo.environment["SCALEBENCH_SYNTHETIC_CASES"].flatMap { Int($0) } ?? 1000

    @Test(arguments: SyntheticWorld.allCases)
    func noWorldIsOverclaimed(_ world: SyntheticWorld) throws {
        let model = GapModel()
        let stated = inParallel(Self.count) { index -> (confidence: Double, isRight: Bool)? in
            let (rungs, target) = world.pair(index)
            return (try? model.posterior(rungs).forecastOfMeans(target)).map {
                let p = $0.probabilityABetter
                return (max(p, 1 - p), (p > 0.5) == (target.lossesB[0] > target.lossesA[0]))
            }
        }.compactMap { $0 }
        #expect(stated.count == Self.count)
        let n = Double(stated.count)
        /// Stated confidence minus the share that was right, and the noise of that share.
        func excess(_ some: [(confidence: Double, isRight: Bool)]) -> (value: Double, noise: Double) {
            let count = Double(some.count), right = Double(some.count { $0.isRight }) / count
            return (some.map(\.confidence).reduce(0, +) / count - right, (right * (1 - right) / count).squareRoot())
        }
        let all = excess(stated)
        let bins = (0..<5).map { bin in stated.filter { min(Int($0.confidence * 10) - 5, 4) == bin } }
        let worst =
            bins.filter { Double($0.count) >= 0.02 * n }.map { one -> Double in
                let bin = excess(one)
                return bin.value - 2 * bin.noise
            }.max() ?? 0
        let claims = stated.filter { $0.confidence >= 0.95 }, wrong = claims.count { !$0.isRight }
        print(
            "world \(world.rawValue): \(stated.count) pairs, right \(Double(stated.count { $0.isRight }) / n), "
                + "overconfident by \(all.value) on average, by \(bins.map { $0.isEmpty ? 0 : excess($0).value }) "
                + "in bins from .5; claims \(Double(claims.count) / n), wrong \(wrong)")
        #expect(all.value - 2 * all.noise <= 0.02)
        #expect(worst <= 0.05)
    }
}
