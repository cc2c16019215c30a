// Boards of many candidates whose right answer is known.

import Foundation
import ScalingLaws

/// A board whose losses walk from rung to rung as the priors say, with planted ties and winners.
struct SyntheticBoard: Sendable {
    enum Kind: CaseIterable {
        /// Every candidate has the loss of the first, at every scale.
        case ties
        /// A third are exact ties of the first; the others differ from it by about 0.4 times the noise of the top rung.
        case nearTies
        /// The same, but for one that is better by 10 to 50 percent at the top rung.
        case oneWinner
        /// The same, but for two that are better by 2 to 30 percent at the top rung.
        case twoWinners
    }

    let kind: Kind
    /// The rungs of every candidate but the first against the first.
    let ladders: [[GapRung]]
    let target: Double
    /// The standard deviation over seeds of one run's loss at the target.
    let sigmaAtTarget: Double
    /// The expected loss of every candidate at the target, and the loss of one run.
    let expected: [Double], outcome: [Double]

    /// The candidate with the smallest loss of one run at the target.
    var winner: Int { outcome.indices.min { outcome[$0] < outcome[$1] }! }

    /// One of the boards: every second one has one winner, and the seed noise at the top rung is 0.006, 0.015 or 0.06 nats
    /// at a loss of about 2.35. The roughness of the board is drawn from the priors.
    init(_ index: Int, candidates count: Int = 20) {
        var generator = SplitMix(seed: 29 &+ UInt64(index) &* 0x9E37_79B9)
        kind = [.oneWinner, .nearTies, .oneWinner, .ties, .oneWinner, .twoWinners][index % 6]
        let noise = [0.002, 0.005, 0.02][(index / 6) % 3]
        let scales = (0..<4).map { 1e6 * pow(4, Double($0)) }, seeds = [3, 2, 2, 1]
        target = scales[3] * [3, 10][(index / 18) % 2]
        let all = scales + [target], sigmas = all.map { 3 * noise * pow($0 / scales[3], -0.2) }
        let draw = PriorDraw(), roughness = draw.roughness(using: &generator)
        let first = draw.path(at: all, from: 3, deviation: 0, roughness: roughness, using: &generator)
        let kind = kind
        let losses = (0..<count).map { candidate -> [Double] in
            var path = first
            if kind != .ties, candidate >= count / 3 {
                var deviation = noise / 2 * generator.normal()
                if kind == .oneWinner, candidate == count - 1 { deviation = -0.1 - 0.4 * generator.uniform() }
                if kind == .twoWinners, candidate >= count - 2 { deviation = -0.02 - 0.28 * generator.uniform() }
                path = draw.path(at: all, from: 3, deviation: deviation, roughness: roughness, using: &generator)
            }
            return zip(all, path).map { (1.6 + 1.4 * pow($0 / 1e6, -0.15)) * exp($1) }
        }
        let runs = losses.map { own in
            (0..<4).map { rung in (0..<seeds[rung]).map { _ in own[rung] + sigmas[rung] * generator.normal() } }
        }
        ladders = runs.dropFirst().map { own in
            (0..<4).map { rung in
                GapRung(
                    scale: scales[rung], lossesA: runs[0][rung], lossesB: own[rung], sigmaA: sigmas[rung],
                    sigmaB: sigmas[rung])
            }
        }
        sigmaAtTarget = sigmas[4]
        expected = losses.map { $0[4] }
        outcome = losses.map { $0[4] + sigmas[4] * generator.normal() }
    }
}
